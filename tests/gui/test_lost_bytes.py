"""A stream that is cut off while it is open: what is gone is said where it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from tests import corpus
from tests.gui.driving import Drive, settle
from ui.inspector.page import InspectorPage
from ui.main_window import MainWindow
from ui.widgets.field_detail import BYTES


def test_what_is_gone_is_said_in_the_bytes_and_in_the_details_of_its_field(
    window: MainWindow, opened: Callable[..., InspectorPage], drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    content, loaded = page.content, page.loaded
    assert content is not None and loaded is not None and loaded.index.source.path is not None
    os.truncate(loaded.index.source.path, 0x8000)
    tree = content.tree.tree
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_End)
    drive(settle(window))
    begin, _ = content.bytes.hex.selection
    assert begin > 0x8000 and content.bytes.hex.first_visible > 0x8000
    content.bytes.hex.viewport().grab()
    drive(settle(window))
    assert content.bytes.lost.isVisible() and "became shorter while it was open" in content.bytes.lost_text.text()
    assert all("??" in quiet for _, quiet in content.bytes.hex.visible_rows())
    detail = content.problems.detail
    assert detail.isVisible() and detail.lost.isVisible() and "became shorter" in detail.lost.text()
    assert detail.text(BYTES) == ""
    qtbot.keyClick(tree, Qt.Key.Key_Home)
    drive(settle(window))
    content.bytes.hex.viewport().grab()
    drive(settle(window))
    assert not content.bytes.lost.isVisible() and detail.text(BYTES).startswith("51 45 56 4D")
    assert not detail.lost.isVisible()


def test_what_is_gone_is_not_copied_and_the_clipboard_stays(
    window: MainWindow, opened: Callable[..., InspectorPage], drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    content, loaded = page.content, page.loaded
    assert content is not None and loaded is not None and loaded.index.source.path is not None
    path = loaded.index.source.path
    os.truncate(path, 0x8000)
    QApplication.clipboard().setText("mine")
    page.links.select_bytes(0x9000, 4, "go to")
    drive(settle(window))
    content.bytes.hex.setFocus()
    qtbot.keyClick(content.bytes.hex, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    drive(settle(window))
    assert QApplication.clipboard().text() == "mine"
    (notice,) = window.context.notices.history
    assert notice.text == f"Not copied: {path.name}" and "became shorter while it was open" in notice.detail
    window.context.actions.run("stream.copy_offset")
    assert QApplication.clipboard().text() == "0x00009000", "where they were is known"


def test_a_vm_state_in_an_image_that_was_cut_off_shows_no_zeros(
    window: MainWindow, drive: Drive, tmp_path: Path
) -> None:
    path = corpus.unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    window.context.open(f"{path}@work")
    drive(settle(window))
    page = window.context.page("inspector")
    assert isinstance(page, InspectorPage) and page.content is not None and page.loaded is not None
    os.truncate(path, 65536)
    page.links.select_bytes(page.loaded.index.size - 64, 16, "go to")
    page.content.bytes.hex.viewport().grab()
    drive(settle(window))
    assert page.content.bytes.lost.isVisible() and "became shorter" in page.content.bytes.lost_text.text()
    assert all("??" in quiet for _, quiet in page.content.bytes.hex.visible_rows())


def test_a_block_whose_pages_are_gone_is_not_saved_and_one_message_says_so(
    window: MainWindow,
    opened: Callable[..., InspectorPage],
    drive: Drive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = opened("tiny.v100")
    assert page.content is not None and page.loaded is not None and page.loaded.index.source.path is not None
    target = tmp_path / "block.bin"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    os.truncate(page.loaded.index.source.path, 300)
    window.context.actions.run("stream.save_block")
    drive(settle(window))
    (notice,) = window.context.notices.history
    assert notice.text == "Not saved: tiny.v100.mig" and "became shorter while it was open" in notice.detail
    assert not target.exists() and not list(tmp_path.glob(".block*")), "nothing is left behind"
    assert page.content.isVisible() and window.context.actions.reason("stream.save_block") == ""
