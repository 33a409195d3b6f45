"""Several streams are open at once: each comes back as it was left, and all are let go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.errors import Cancelled
from tests.ui.inspector.conftest import Live
from ui.inspector import stream_tabs
from ui.inspector.header import RECORDS, STRUCTURE

Stream = Callable[..., Path]


def names(live: Live) -> list[str]:
    row = live.page.content.streams
    return [row.tabText(number) for number in range(row.count())]


def test_a_stream_comes_back_as_it_was_left(live: Live, stream: Stream) -> None:
    page = live.page
    live.open(stream("tiny.v100"))
    first = page.loaded
    assert first is not None and not page.content.streams.isVisible()
    assert "No other stream" in live.context.actions.reason("stream.next_stream")
    page.links.select_bytes(0xB000, 4, "test")
    live.open(stream("tiny.v72"))
    assert len(names(live)) == 2 and page.content.streams.isVisible() and page.loaded is not first
    live.act("stream.records")
    live.act("stream.next_stream")
    selection = page.selection.current
    assert page.loaded is first and selection is not None and (selection.offset, selection.length) == (0xB000, 4)
    assert page.part() == STRUCTURE and page.content.streams.currentIndex() == 0
    live.act("stream.previous_stream")
    assert page.part() == RECORDS and page.content.header.name.full_text().strip("\u2068\u2069") == "tiny.v72.mig"
    page.content.streams.setCurrentIndex(0)
    live.settle()
    assert page.loaded is first
    live.open(stream("tiny.v72"))
    assert len(names(live)) == 2 and page.content.streams.currentIndex() == 1, "it was open already"
    page.content.streams.closed.emit(0)
    live.settle()
    with pytest.raises(Cancelled):
        first.index.source.read(0, 4)
    assert len(page.documents()) == 1 and not page.content.streams.isVisible()


def test_closing_shows_the_neighbour_and_the_end_lets_all_go(live: Live, stream: Stream) -> None:
    page = live.page
    live.open(stream("tiny.v100"))
    first = page.loaded
    live.open(stream("tiny.v72"))
    second = page.loaded
    live.act("file.close")
    assert page.loaded is first and page.content.isVisible()
    live.open(stream("pc-halt.v100"))
    third = page.loaded
    page.let_go()
    live.settle()
    assert page.document() is None and page.documents() == [] and page.empty.isVisible()
    for loaded in (first, second, third):
        assert loaded is not None
        with pytest.raises(Cancelled):
            loaded.index.source.read(0, 4)


def test_there_is_a_bound(live: Live, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_tabs, "MOST", 2)
    for name in ("tiny.v100", "tiny.v72", "pc-halt.v100"):
        live.open(stream(name))
    assert [name.strip("\u2068\u2069") for name in names(live)] == ["tiny.v72.mig", "pc-halt.v100.mig"]
