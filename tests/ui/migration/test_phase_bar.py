"""How the bar shows the phases of a migration."""

from __future__ import annotations

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import Moment
from snapmgr.migrate.story import Story
from snapmgr.trace.events import TraceEvent
from ui.migration.phase_bar import bar_of


def test_every_phase_has_a_title_a_short_one_and_a_colour() -> None:
    story = Story()
    for time, name, key, value in (
        (0.0, "migrate_set_state", "new_state", "setup"),
        (0.2, "migrate_set_state", "new_state", "active"),
        (0.2, "migration_bitmap_sync_end", "dirty_pages", 9),
        (1.0, "migration_bitmap_sync_end", "dirty_pages", 9),
        (2.0, "runstate_set", "new_state_str", "finish-migrate"),
        (2.0, "migrate_set_state", "new_state", "device"),
        (2.1, "migrate_set_state", "new_state", "failed"),
    ):
        story.take([Moment(0, time, Side.SOURCE, TraceEvent(name, ((key, value),)))])
    bar = bar_of(story, 3.0, at=None, about=7.0)
    assert [(one.title, one.short, one.tint, one.failed) for one in bar.segments] == [
        ("setup", "", "k_meta", False),
        ("iteration 1", "1", "k_ram", False),
        ("iteration 2", "2", "k_ram", False),
        ("switchover", "", "k_sub", True),
        ("the guest lives on", "", "raised", False),
    ]
    assert bar.downtime == (2.0, 3.0, "downtime 1000 ms") and bar.end == 3.0, "over: nothing is guessed any more"
