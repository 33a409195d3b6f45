"""How fast a guest writes, measured; held to a limit; and RAM that does not travel at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.machine.driver import Driver
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.dirty_limit import DirtyLimit
from snapmgr.migrate.dirty_rate import DirtyRate, Mode
from snapmgr.migrate.model import Parameters
from snapmgr.migrate.shared_ram import SharedRam
from snapmgr.ram.counters import RamCounters
from snapmgr.savevm.status import MigrationStatus
from tests.migrate.rig import RATE, Pair, undisturbed

RAM = 64 << 20
WRITTEN = 200
"""Pages a tick."""


class Measured:
    """A machine whose time passes while it is waited for: 50 ticks in a second."""

    def __init__(self, workload: str) -> None:
        self.machine = Machine(MachineOptions(ram=RAM, boot=BootOptions(workload, 1, WRITTEN)))
        self.machine.advance(5)
        self.machine.start()
        self.now = 0.0
        self.rate = DirtyRate(self.machine, lambda action: action(), clock=lambda: self.now, wait=self._wait)

    def _wait(self, seconds: float) -> None:
        self.now += seconds
        assert self.rate.query()["status"] == "measuring" and "dirty-rate" not in self.rate.query()
        with pytest.raises(SnapmgrError, match="already being measured"):
            self.rate.calculate(1)
        self.machine.run(int(50 * seconds))


@pytest.mark.parametrize("mode", [Mode.PAGE_SAMPLING, Mode.DIRTY_BITMAP])
def test_the_rate_is_that_of_the_workload(mode: Mode) -> None:
    """A sequential one writes as many different pages; some are the guest's own, and sampling is a guess."""
    measured = Measured("sequential")
    assert measured.rate.query()["status"] == "unstarted"
    found = measured.rate.calculate(1, mode=mode, samples=16384)
    written = 50 * WRITTEN * 4096 / (1 << 20)
    assert {key: found[key] for key in ("status", "calc-time", "mode", "sample-pages")} == {
        "status": "measured", "calc-time": 1, "mode": mode.value, "sample-pages": 16384
    }  # fmt: skip
    assert found["dirty-rate"] == pytest.approx(written, rel=0.25 if mode is Mode.PAGE_SAMPLING else 0.03)
    assert all(block.dirty.watched is None for block in measured.machine.ram)


def test_an_idle_guest_and_what_is_refused() -> None:
    measured = Measured("idle")
    assert measured.rate.calculate(2)["dirty-rate"] <= 1
    with pytest.raises(SnapmgrError, match="1 to 60 seconds"):
        measured.rate.calculate(61)
    with pytest.raises(SnapmgrError, match="128 to 16384 pages"):
        measured.rate.calculate(1, samples=1)


def test_the_limit_finds_the_share_of_its_time_in_which_the_guest_writes_so_much() -> None:
    now, counters = 0.0, RamCounters()
    limit = DirtyLimit(Parameters(vcpu_dirty_limit=20), clock=lambda: now)
    written = 0.0
    for _ in range(8):
        now += 1.0
        counters.dirty_sync_count += 1
        counters.transferred += 10 << 20
        share = 1 - limit.percentage / 100
        written = 100 * share
        counters.dirtied += int(written * 256)
        limit.look(counters)
        assert not limit.look(counters)
    assert limit.percentage == 80 and written == pytest.approx(20, rel=0.05)
    counters.dirty_sync_count += 1
    now += 1.0
    counters.dirtied += 256
    assert limit.look(counters) and limit.percentage == 0


class Turned(list[int]):
    """Throttles that have an effect."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def append(self, percent: int) -> None:
        super().append(percent)
        self._driver.set_rate(RATE * (100 - percent) / 100)


def test_a_guest_that_would_never_stop_writing_is_moved_under_the_limit() -> None:
    pair = Pair("full", capabilities="dirty-limit")
    pair.throttles = Turned(pair.driver)
    statistics = pair.move(Parameters(max_bandwidth=30 << 20, downtime_limit=60, vcpu_dirty_limit=1))
    assert statistics.status is MigrationStatus.COMPLETED, statistics.error
    assert pair.throttles[0] > 90 and pair.throttles[-1] == 0
    assert pair.destination.digest() == undisturbed(pair, pair.at)


def test_ram_that_stays_where_it_is(tmp_path: Path) -> None:
    options = MachineOptions(
        ram=16 << 20, boot=BootOptions("full"), capabilities=frozenset({"x-ignore-shared"}), shared_ram=tmp_path / "ram"
    )
    with SharedRam(options, []) as both:
        both.prepare(Parameters(max_bandwidth=0))
        moved = both.move(10, 5)
    assert moved.statistics.status is MigrationStatus.COMPLETED, moved.refused
    assert moved.proof.agrees and moved.proof.destination is not None and moved.proof.source is None
    assert moved.statistics.transferred < 1 << 20 < (tmp_path / "ram").stat().st_size


def test_a_file_of_ram_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SnapmgrError, match="no/ram"):
        Machine(MachineOptions(ram=16 << 20, shared_ram=tmp_path / "no" / "ram"))


def test_parameters_have_the_names_of_qapi() -> None:
    told = Parameters(x_checkpoint_delay=300, multifd_compression="zstd").query()
    assert told["x-checkpoint-delay"] == 300 and told["multifd-compression"] == "zstd"
    assert {"max-bandwidth", "downtime-limit", "max-postcopy-bandwidth", "vcpu-dirty-limit"} <= set(told)
    assert not [name for name in told if "_" in name or name.startswith("postcopy-after")]
