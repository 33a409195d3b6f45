"""The page as a whole: its parts, and what of it is kept."""

from __future__ import annotations

import json

from tests.ui.inspector.conftest import Live
from tests.ui.inspector.made import Stream
from ui.inspector.header import RAM, RECORDS, STRUCTURE


def test_parts_of_the_page_are_actions(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    for part, widget in (
        (RAM, live.page.content.memory),
        (RECORDS, live.page.content.records),
        (STRUCTURE, live.page.content.tree),
    ):
        live.act(f"stream.{part}")
        assert widget.isVisible() and live.page.part() == part
    assert live.page.content.ram.selected() == "pc.ram"


def test_panes_come_back_as_they_were(live: Live) -> None:
    page = live.page
    page.content.show_problems(False)
    state = json.loads(json.dumps(page.save_state()))
    page.content.show_problems(True)
    page.restore_state(state)
    assert not page.problems_shown()
    page.restore_state({"across_folded": {"0": [1, 2, 3], "1": "x"}, "down_folded": 7, "problems_shown": "no"})
    page.restore_state({"across": 5, "down": "no base64 §"})
