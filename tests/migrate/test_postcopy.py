"""A guest that runs at the other side before its RAM is there: it waits for what it needs, and nothing else changes."""

from __future__ import annotations

import pytest

from snapmgr.migrate.model import Parameters
from snapmgr.savevm.status import MigrationStatus
from tests.migrate.rig import Pair, undisturbed

STEPS = 20
POSTCOPY = "postcopy-ram"
PREEMPT = "postcopy-ram postcopy-preempt"
NOW = Parameters(max_bandwidth=0, postcopy_after_passes=0)


@pytest.mark.parametrize("capabilities", [POSTCOPY, PREEMPT])
@pytest.mark.parametrize("workload", ["idle", "sequential", "random", "hotspot", "burst", "full"])
def test_every_workload(workload: str, capabilities: str) -> None:
    pair = Pair(workload, capabilities=capabilities)
    pair.link.forward.bandwidth = 100 << 20
    statistics = pair.move(NOW)
    assert statistics.status is MigrationStatus.COMPLETED and pair.arrived is None, statistics.error
    assert pair.arriving is not None and pair.arriving.statistics.status is MigrationStatus.COMPLETED
    assert pair.running == ["destination"]
    tick = pair.destination.tick
    assert tick >= pair.at
    pair.destination.run(STEPS)
    assert pair.destination.digest() == undisturbed(pair, tick + STEPS)
