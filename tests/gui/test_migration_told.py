"""What the Migration view says of a recording, without a migration."""

from __future__ import annotations

from typing import Any

from snapmgr.machine.options import MIB
from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import Moment, Recording
from snapmgr.migrate.samples import COLUMNS
from snapmgr.trace.events import TraceEvent
from ui.migration.page import MigrationPage


def told(migration: MigrationPage, facts: dict[str, Any], *moments: tuple[Side, str, dict[str, Any]]) -> Any:
    """The panes after these moments of a recording, one a second."""
    migration.showing.begin(Recording(facts))
    migration.recording.samples.add(**dict.fromkeys(COLUMNS, 0.0))
    migration.showing.take([
        Moment(number, float(number), side, TraceEvent(name, tuple(arguments.items())))
        for number, (side, name, arguments) in enumerate(moments)
    ])  # fmt: skip
    migration.showing.numbers(len(moments), over=False)
    migration.showing.curves(len(moments), at=None)
    return migration.panes_shown


def test_a_copy_goes_over_once_and_no_downtime_is_expected(migration: MigrationPage) -> None:
    wanted = {"capabilities": ["background-snapshot"], "bandwidth": 16 * MIB, "max_bandwidth": 4 * MIB}
    begin = (Side.SOURCE, "migrate_set_state", {"new_state": "active"})
    sync = (Side.SOURCE, "migration_bitmap_sync_end", {"dirty_pages": 9})
    panes = told(migration, wanted, begin, sync)
    assert panes.destination.chip.text() == "gets a copy" and panes.destination.facts()[0] == "none yet"
    assert [one.title for one in panes.lower.transport.phases.bar.segments if not one.guess] == ["copy"]
    assert all(panes.lower.plots[name].isHidden() for name in ("downtime", "waited", "held"))
    assert panes.lower.plots["throughput"].curve.limit == 4.0, "the smaller of the link's and max-bandwidth"
    panes = told(
        migration,
        wanted,
        begin,
        sync,
        (Side.DESTINATION, "runstate_set", {"current_state_str": "inmigrate", "new_state_str": "paused"}),
    )
    assert panes.destination.chip.text() == "has a copy" and panes.destination.facts()[0] == "a copy, stopped"


def test_until_one_machine_of_colo_is_gone_both_have_the_guest(migration: MigrationPage) -> None:
    both = [
        (Side.DESTINATION, "runstate_set", {"current_state_str": "inmigrate", "new_state_str": "running"}),
        (Side.SOURCE, "migrate_set_state", {"new_state": "colo"}),
        (Side.DESTINATION, "COLO_EXIT", {}),
    ]
    panes = told(migration, {"capabilities": ["x-colo"]}, *both)
    assert (panes.source.chip.text(), panes.destination.chip.text()) == ("primary", "secondary")
    gone = (Side.SOURCE, "runstate_set", {"current_state_str": "inmigrate", "new_state_str": "postmigrate"})
    panes = told(migration, {"capabilities": ["x-colo"]}, *both, gone)
    assert (panes.source.chip.text(), panes.destination.chip.text()) == ("taken for lost", "has the guest")
