"""Bookmarks: kept per file, listed, renamed, gone to, and bounded whatever stands in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.inspector.conftest import Live
from ui.inspector import bookmarks as module
from ui.inspector.bookmarks import KEY, MOST, MOST_FILES, Bookmark, Bookmarks
from ui.inspector.bookmarks_dialog import BookmarksDialog
from ui.shell.documents import Document, DocumentKind

Stream = Callable[..., Path]


def test_they_are_kept_by_file_and_bounded() -> None:
    state: dict[str, Any] = {}
    marks = Bookmarks(state)
    for number in range(MOST):
        assert marks.add("/a", Bookmark(MOST - number, 1, "x"))
    assert not marks.add("/a", Bookmark(9999, 1, "x")) and marks.add("/a", Bookmark(7, 1, "again"))
    assert [one.offset for one in marks.of("/a")] == list(range(1, MOST + 1)) and marks.of("/b") == []
    for number in range(MOST_FILES):
        marks.add(f"/{number}", Bookmark(0, 0, "y"))
    assert len(state[KEY]) == MOST_FILES and not marks.of("/a")
    for strange in (None, 7, {"/a": 3}, {"/a": [[-1, 2, "x"], [1, 2], "x", [1, 2, "ok"], [True]]}):
        found = Bookmarks({KEY: strange}).of("/a")
        assert found in ([], [Bookmark(1, 2, "ok")])
    assert module.MOST_NAME < 1000


def test_a_place_is_kept_found_again_and_renamed(live: Live, stream: Stream) -> None:
    path = stream("tiny.v100")
    live.open(path)
    page = live.page
    page.content.tree.find.setText("env.eip")
    live.settle()
    page.content.tree.find.accepted.emit()
    selection = page.selection.current
    assert selection is not None
    live.act("stream.bookmark")
    assert Bookmarks(live.context.settings.state).of(str(path))[0].name == "cpu/state/env.eip"
    page.content.tree.find.clear()
    page.links.select_bytes(0, 8, "test")
    live.act("stream.bookmark")
    entries = page.palette_entries("@")
    assert [entry.text for entry in entries[:2]] == ["Header/magic at 00000000", "cpu/state/env.eip"]
    live.act("stream.bookmarks")
    dialog = live.window.findChild(BookmarksDialog)
    assert dialog is not None and dialog.list.count() == 2
    dialog.list.setCurrentRow(1)
    dialog.list.item(1).setText("where it stopped")
    assert [one.name for one in Bookmarks(live.context.settings.state).of(str(path))][1] == "where it stopped"
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    live.settle()
    after, node = page.selection.current, page.content.tree.node()
    assert after is not None and after.same_place(selection) and node is not None and node.name == "env.eip"
    live.act("stream.bookmark")
    assert len(Bookmarks(live.context.settings.state).of(str(path))) == 1
    live.act("stream.bookmarks")
    dialog = live.window.findChildren(BookmarksDialog)[-1]
    dialog.remove.click()
    assert dialog.none.isVisible() and not dialog.go.isEnabled()
    dialog.reject()


def test_of_a_stream_in_no_file_they_are_kept_as_long_as_the_window(live: Live, stream: Stream) -> None:
    said: list[str] = []
    live.context.notify = lambda text, **_: said.append(text)  # type: ignore[method-assign, assignment]
    for fleeting in (True, False):
        document = Document(DocumentKind.STREAM, (str(stream("tiny.v100")),), fleeting=fleeting)
        live.run(live.page.open(document))
        live.settle()
        live.page.links.select_bytes(4, 4, "test")
        live.act("stream.bookmark")
        assert live.page.bookmarks().at(document.sources[0], 4, 4) is not None
        assert (KEY in live.context.settings.state) is not fleeting
        live.page.close_document()
        live.settle()
    assert "until this window closes" in said[0] and said[1] == "A bookmark is kept"
