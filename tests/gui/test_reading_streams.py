"""While a stream is read, and when that fails: the window says what is so, and nothing waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.model import Node
from snapmgr.work import CancelToken
from tests import corpus
from tests.gui.driving import Drive, settle, until
from ui.inspector.dialogs import ExportDialog
from ui.inspector.page import InspectorPage
from ui.inspector.states import ErrorState
from ui.main_window import MainWindow
from ui.models.field_tree import NODE_ROLE
from ui.shell.notices import Tone

FAULTS = [
    (SnapmgrError("cannot-read", "other.mig cannot be read: Input/output error"), "Input/output error"),
    (OSError(5, "Input/output error"), "Input/output error"),
    (ValueError("seven"), "a fault in Snapmgr itself: seven"),
]


def raising(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


def words(part: Any) -> str:
    from PySide6.QtWidgets import QLabel

    return " ".join(one.text() for one in part.findChildren(QLabel)).replace("\u2068", "").replace("\u2069", "")


def other_stream(folder: Path) -> Path:
    path = folder / "other.mig"
    path.write_bytes(corpus.stream_bytes("tiny.v72"))
    return path


def test_the_window_names_what_is_being_opened_and_goes_back_when_it_is_cancelled(
    window: MainWindow,
    opened: Callable[..., InspectorPage],
    drive: Drive,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, gate = opened("tiny.v100"), threading.Event()
    before, title = window.status_left.full_text(), window.windowTitle()
    assert title == "tiny.v100.mig – Snapmgr" and "records" in before

    def held(source: object, *, cancel: CancelToken, **_: object) -> NoReturn:
        gate.wait()
        cancel.check()
        raise AssertionError("it was not cancelled")

    monkeypatch.setattr("snapmgr.inspect.index.index_stream", held)
    window.context.open(other_stream(tmp_path))
    drive(until(page.loading.isVisible))
    assert window.windowTitle() == "other.mig – Snapmgr"
    assert window.status_left.full_text() == "Reading other.mig" and window.status_right.text() == ""
    for action in ("stream.go_to", "stream.export", "stream.copy"):
        assert window.context.actions.reason(action) == "The stream is still being read", "nothing of it is on show"
    (cancel,) = (one for one in page.loading.findChildren(QPushButton) if one.text() == "Cancel")
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    gate.set()
    drive(settle(window))
    assert page.content is not None and page.content.isVisible()
    assert (window.windowTitle(), window.status_left.full_text()) == (title, before)
    assert window.context.actions.reason("stream.go_to") == ""


@pytest.mark.parametrize(("error", "said"), FAULTS)
def test_a_first_stream_that_cannot_be_read_is_explained_in_the_page(
    window: MainWindow, drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    monkeypatch.setattr("snapmgr.inspect.index.index_stream", raising(error))
    window.context.open(other_stream(tmp_path))
    drive(settle(window))
    page = window.context.page("inspector")
    assert isinstance(page, InspectorPage)
    state = page.error
    assert isinstance(state, ErrorState) and state.isVisible() and not page.loading.isVisible()
    assert "Not opened: other.mig" in words(state) and said in words(state)
    assert window.status_left.full_text() == "No stream is open" and window.windowTitle() == "Snapmgr"
    monkeypatch.undo()
    window.context.open(other_stream(tmp_path))
    drive(settle(window))
    assert page.content is not None and page.content.isVisible() and page.error is None


@pytest.mark.parametrize(("error", "said"), FAULTS)
def test_another_stream_that_cannot_be_read_leaves_the_first(
    window: MainWindow,
    opened: Callable[..., InspectorPage],
    drive: Drive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    said: str,
) -> None:
    page = opened("tiny.v100")
    monkeypatch.setattr("snapmgr.inspect.index.index_stream", raising(error))
    window.context.open(other_stream(tmp_path))
    drive(settle(window))
    assert page.content is not None and page.content.isVisible() and window.windowTitle().startswith("tiny.v100.mig")
    (notice,) = (one for one in window.context.notices.history if one.tone is Tone.ERROR)
    assert notice.text == "Not opened: other.mig" and said in notice.detail


def test_a_stream_that_cannot_be_shown_is_closed_and_explained(
    window: MainWindow, drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.inspector.filling.Filling.say", raising(ValueError("seven")))
    window.context.open(other_stream(tmp_path))
    drive(settle(window))
    page = window.context.page("inspector")
    assert isinstance(page, InspectorPage) and page.document() is None
    assert isinstance(page.error, ErrorState) and page.error.isVisible()
    assert "a fault in Snapmgr itself: seven" in words(page.error)


@pytest.mark.parametrize(("error", "said"), FAULTS)
def test_a_description_that_cannot_be_laid_out_says_why(
    window: MainWindow,
    opened: Callable[..., InspectorPage],
    drive: Drive,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    said: str,
) -> None:
    page = opened("tiny.v100")
    assert page.content is not None
    monkeypatch.setattr("ui.inspector.presenter._describe", raising(error))
    pane = page.content.bytes
    pane.tabs.setCurrentIndex(1)
    drive(settle(window))
    assert pane.no_description.isVisible() and said in pane.no_description.text.text()
    assert pane.no_description.title.text() == "The VM description cannot be shown"
    monkeypatch.undo()
    pane.tabs.setCurrentIndex(0)
    pane.tabs.setCurrentIndex(1)
    drive(settle(window))
    assert pane.description.isVisible(), "who looks again, tries again"


@pytest.mark.parametrize(("error", "said"), FAULTS)
def test_a_section_that_cannot_be_decoded_has_a_row_that_says_why(
    window: MainWindow,
    opened: Callable[..., InspectorPage],
    drive: Drive,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    said: str,
) -> None:
    monkeypatch.setattr("ui.inspector.filling.heavy", lambda node: len(node.path) == 1)
    page = opened("tiny.v100")
    assert page.content is not None and page.content.tree.model is not None
    monkeypatch.setattr("ui.inspector.presenter.Presenter.children", raising(error))
    model, view = page.content.tree.model, page.content.tree.tree
    row = next(place for place in range(model.rowCount()) if model.hasChildren(model.index(place, 0)))
    view.expand(model.index(row, 0))
    drive(settle(window))
    below: Node = model.index(0, 0, model.index(row, 0)).data(NODE_ROLE)
    assert below.name == "Not decoded" and said in below.meaning


@pytest.mark.parametrize(("error", "said"), FAULTS)
def test_an_export_that_fails_ends_and_can_be_tried_again(
    window: MainWindow,
    opened: Callable[..., InspectorPage],
    drive: Drive,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    said: str,
) -> None:
    page = opened("tiny.v100")
    dialog = ExportDialog(window.context, page)
    dialog.path.setText(str(tmp_path / "out.json"))
    dialog.show()
    monkeypatch.setattr("snapmgr.inspect.report.inspect_document", raising(error))
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    drive(settle(window))
    assert dialog.isVisible() and not dialog.progress.isVisible() and said in dialog.message.text()
    assert list(tmp_path.glob("*out*")) == [], "nothing is left behind"
    monkeypatch.undo()
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    drive(settle(window))
    assert (tmp_path / "out.json").exists()
