"""What the phases of a migration say of its events."""

from __future__ import annotations

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import Moment
from snapmgr.trace.events import TraceEvent, Value
from ui.migration.story import AT_ONCE, Story


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
    assert [segment.title for segment in story.segments(now)] == ["iteration 1", "iteration 2", "iteration 3"]
    assert story.pass_at(now) == 3
