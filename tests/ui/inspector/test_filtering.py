"""The filter of the structure."""

from __future__ import annotations

import re
from typing import NoReturn

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.model import NodeKind
from tests.ui.inspector.conftest import Live
from tests.ui.inspector.made import Stream


def filter_for(live: Live, words: str) -> None:
    live.page.content.tree.find.setText(words)
    live.settle()


def test_the_filter_narrows_the_tree_and_says_how_many(live: Live, stream: Stream, qtbot: QtBot) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    model = page.content.tree.model
    assert model is not None
    everything = model.rowCount()
    filter_for(live, "env.eip")
    assert page.content.tree.find.said() == "1 match" and model.rowCount() == 1
    qtbot.keyClick(page.content.tree.find, Qt.Key.Key_Return)
    assert page.content.tree.node() is not None and page.content.tree.node().name == "env.eip"  # type: ignore[union-attr]
    assert page.escape() and not page.escape()
    live.settle()
    assert model.rowCount() == everything and page.content.tree.find.said() == ""
    node = page.content.tree.node()
    assert node is not None and node.name == "env.eip", "where the user was stays selected"


@pytest.mark.parametrize(
    ("words", "kind"),
    [("kind:command", NodeKind.COMMAND), ("@B040", NodeKind.DEVICE), ("type:uint64", NodeKind.DEVICE)],
)
def test_words_of_the_filter(live: Live, stream: Stream, words: str, kind: NodeKind) -> None:
    live.open(stream("tiny.v100"))
    filter_for(live, words)
    page = live.page
    page.content.tree.find.accepted.emit()
    node = page.content.tree.node()
    assert node is not None and node.kind is kind


def test_a_filter_without_a_match_says_so(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    filter_for(live, "env.eipp")
    assert live.page.content.tree.nothing.isVisible()
    assert live.page.content.tree.nothing.title.text() == "Nothing matches “env.eipp”."
    assert re.match(r"\d+ fields? (is|are) called env.eip\. ", live.page.content.tree.nothing.text.text())
    filter_for(live, "")
    assert live.page.content.tree.tree.isVisible()


def test_a_filter_that_cannot_be_understood_says_why(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    filter_for(live, "@xyz")
    assert (
        live.page.content.tree.nothing.isVisible()
        and "cannot be understood" in live.page.content.tree.nothing.title.text()
    )


def test_the_last_words_win(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    page = live.page
    for words in ("e", "en", "env", "env.eip"):
        page.content.tree.find.setText(words)
    live.settle()
    assert page.content.tree.find.said() == "1 match"


def test_a_word_that_is_none_names_those_there_are(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    filter_for(live, "is:xx")
    said = live.page.content.tree.nothing
    assert said.isVisible() and said.text.text().startswith(
        "is:xx is not understood: there are is:fault and is:default"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            SnapmgrError("file-changed", "s.mig became shorter while it was open", hint="Open it again."),
            "became shorter",
        ),
        (OSError(5, "Input/output error"), "Input/output error"),
        (ValueError("seven"), "a fault in Snapmgr itself: seven"),
    ],
)
def test_a_search_that_fails_ends_and_says_why(
    live: Live, stream: Stream, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*_: object) -> NoReturn:
        raise error

    live.open(stream("tiny.v100"))
    tree = live.page.content.tree
    monkeypatch.setattr("snapmgr.inspect.search.search", fail)
    filter_for(live, "env")
    assert tree.find.said() == "" and tree.nothing.isVisible()
    assert tree.nothing.title.text() == "Not searched" and said in tree.nothing.text.text()
    told = [notice.text for notice in live.context.notices.history]
    assert bool(told) is isinstance(error, ValueError), "only a fault of our own has details to be copied"
    monkeypatch.undo()
    filter_for(live, "env.eip")
    assert tree.find.said() == "1 match" and tree.tree.isVisible()
