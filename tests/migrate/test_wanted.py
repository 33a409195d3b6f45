"""What a recording may ask for."""

from __future__ import annotations

from dataclasses import replace

from snapmgr.migrate.scenarios import BY_ID
from snapmgr.migrate.wanted import Wanted, wanted_of


def test_a_recording_may_not_ask_for_what_nobody_could() -> None:
    asked = wanted_of(
        {"writes": 5, "ram": True, "before": 1 << 40, "breaks_at": 900, "capabilities": ["x-colo", 7], "workload": 3}
    )
    assert asked == replace(Wanted(), writes=5, capabilities=frozenset({"x-colo"}))
    assert wanted_of(BY_ID["postcopy"].wanted().facts()) == BY_ID["postcopy"].wanted()
