"""Links to a place: copied, pasted into Go to offset, opened."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from snapmgr.errors import UsageError
from tests.ui.inspector.conftest import Live
from tests.ui.inspector.made import Stream, clipboard
from ui.shell.links import Link, is_link, link_text, parse_link


@pytest.mark.parametrize(
    "link",
    [
        Link("/a/b c?&#%.mig", 0x53A1C2, 4, ("0000:00:00.0/I440FX", "state", "a=b&c")),
        Link("/disk.qcow2@before ä", 0, 0),
        Link("file:/a,b.bin,offset=0x10", 1 << 40, 1, ("\udcff",)),
    ],
)
def test_a_link_says_all_of_a_place(link: Link) -> None:
    assert is_link(link_text(link)) and parse_link(f" {link_text(link)}\n") == link
    assert link_text(link).isascii() and " " not in link_text(link)


@pytest.mark.parametrize(
    "text", ["snapmgr:", "snapmgr:/a", "snapmgr:/a?bytes=x", "snapmgr:/a?bytes=-1+2", "snapmgr:?bytes=1"]
)
def test_what_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_link(text)


def test_a_copied_link_leads_back(live: Live, stream: Stream) -> None:
    first, second = stream("tiny.v72"), stream("no-vmdesc.v72")
    live.open(first)
    page = live.page
    assert page.loaded is not None
    row = next(row for row, record in enumerate(page.loaded.index.records) if record.idstr == "timer")
    page.links.select_node((*page.loaded.index.tree.path_of_row(row), 1, 0), "tree")
    wanted = page.selection.current
    assert wanted is not None and len(wanted.path) == 3
    live.act("stream.copy_link")
    link = clipboard()
    page.links.select_bytes(0, 1, "tree")
    field = page.content.bytes.offset
    live.act("stream.go_to")
    QGuiApplication.clipboard().setText(link)
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Return)
    live.settle()
    assert (page.selection.current.path, page.selection.current.offset) == (wanted.path, wanted.offset)  # type: ignore[union-attr]
    live.open(second)
    live.context.open(link)
    live.settle()
    assert page.document().sources == (str(first),)  # type: ignore[union-attr]
    assert (page.selection.current.path, page.selection.current.length) == (wanted.path, wanted.length)  # type: ignore[union-attr]
    moved = parse_link(link)
    live.context.open(link_text(Link(moved.source, moved.offset + 3000, 1, moved.names)))
    live.settle()
    assert page.selection.current.path == wanted.path, "found by its names"  # type: ignore[union-attr]
