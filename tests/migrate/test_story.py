"""What the phases of a migration say of its events."""

from __future__ import annotations

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import Moment
from snapmgr.migrate.story import AT_ONCE, Story
from snapmgr.trace.events import TraceEvent, Value


def happened(*events: tuple[float, str, tuple[tuple[str, Value], ...]]) -> Story:
    story = Story()
    story.take(
        [
            Moment(number, time, Side.SOURCE, TraceEvent(name, arguments))
            for number, (time, name, arguments) in enumerate(events)
        ]
    )
    return story


def test_the_newest_iteration_is_seen_at_once_while_it_lasts() -> None:
    synced = ("migration_bitmap_sync_end", (("dirty_pages", 9),))
    story = happened(
        (0.0, "migrate_set_state", (("new_state", "active"),)), (AT_ONCE / 2, *synced), (1.0, *synced), (2.0, *synced)
    )
    now = 2 + AT_ONCE / 2
    assert [(phase.name, phase.number) for phase in story.phases(now)] == [("iteration", n) for n in (1, 2, 3)]
    assert story.pass_at(now) == 3


def test_the_first_look_for_dirty_pages_is_no_iteration_however_late_it_is_seen() -> None:
    synced = ("migration_bitmap_sync_end", (("dirty_pages", 9),))
    story = happened((0.0, "migrate_set_state", (("new_state", "active"),)), (3 * AT_ONCE, *synced))
    assert [(phase.name, phase.number) for phase in story.phases(2.0)] == [("iteration", 1)] and story.pass_at(2.0) == 1


def test_what_is_found_dirty_when_the_guest_stops_begins_no_iteration() -> None:
    synced = ("migration_bitmap_sync_end", (("dirty_pages", 9),))
    story = happened(
        (0.0, "migrate_set_state", (("new_state", "active"),)),
        (0.1, *synced),
        (1.0, *synced),
        (2.0, *synced),
        (2.0, "runstate_set", (("new_state_str", "finish-migrate"),)),
        (2.1, *synced),
    )
    assert [story.pass_at(time) for time in (0.0, 0.1, 0.9, 1.0, 2.5)] == [0, 1, 1, 2, 2]
    assert [phase.number for phase in story.phases(2.2) if phase.name == "iteration"] == [1, 2]


def state(name: str) -> tuple[str, tuple[tuple[str, Value], ...]]:
    return "migrate_set_state", (("new_state", name),)


def test_the_switchover_lasts_from_when_the_guest_stops_to_when_it_runs() -> None:
    story = happened(
        (0.0, *state("active")),
        (1.0, "runstate_set", (("new_state_str", "finish-migrate"),)),
        (1.0, *state("device")),
        (1.1, *state("postcopy-device")),
        (1.4, *state("postcopy-active")),
        (2.0, *state("completed")),
    )
    running = TraceEvent("runstate_set", (("new_state_str", "running"),))
    there = TraceEvent("migrate_set_state", (("new_state", "setup"),))
    story.take([Moment(6, 1.3, Side.DESTINATION, running), Moment(7, 1.35, Side.DESTINATION, there)])
    phases = [(phase.name, phase.begin, phase.end) for phase in story.phases(3)]
    assert phases == [("iteration", 0, 1), ("switchover", 1, 1.3), ("postcopy-active", 1.3, 2)]
    assert story.status_at(1.37).value == "postcopy-device", "what the other side says is its own state"


def test_a_stretch_of_time_has_a_turn_where_a_state_begins_in_it() -> None:
    story = happened((1.0, *state("active")), (2.0, "runstate_set", (("new_state_str", "finish-migrate"),)))
    stretches = ((0.0, 0.5), (0.9, 1.0), (1.0, 1.9), (1.9, 2.5), (2.0, 9.0))
    assert [story.turns_between(*stretch) for stretch in stretches] == [False, True, False, True, False]
