"""Clicks, keys and questions that the tests of changes of snapshots share, and what images hold afterwards."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from snapmgr.snapshots.export import export_disk
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.model import SnapshotRow
from tests.gui.desk import Desk
from ui.snapshots.change_dialog import ChangeDialog
from ui.widgets.activity import ActivityState

Asked = TypeVar("Asked", bound=ChangeDialog)
CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def asked(desk: Desk, kind: type[Asked]) -> Asked:
    """The question that is open."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, kind), dialog
    return dialog


def click(desk: Desk, part: Any) -> None:
    desk.qtbot.mouseClick(part, LEFT)
    desk.settle()


def press(desk: Desk, key: Qt.Key) -> None:
    """A key where the keyboard is in the question that is open."""
    desk.qtbot.keyClick(_question(desk).focusWidget(), key)
    desk.settle()


def write(desk: Desk, text: str) -> None:
    """Letters, likewise."""
    desk.qtbot.keyClicks(_question(desk).focusWidget(), text)


def _question(desk: Desk) -> QWidget:
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    dialog.activateWindow()
    desk.until(dialog.isActiveWindow)
    return dialog


def in_list(desk: Desk) -> None:
    """The keyboard is in the list, without anybody's help but that of the system that brings a window up."""
    desk.window.activateWindow()
    desk.until(desk.window.isActiveWindow)
    assert desk.page.list.view.hasFocus()


def rows(*paths: Path) -> dict[str, SnapshotRow]:
    return {row.name: row for row in list_snapshots(paths).rows}


def sha(path: Path, tag: str | None) -> str:
    out = path.with_suffix(".out")
    export_disk(path, tag, out, overwrite=True)
    return hashlib.sha256(out.read_bytes()).hexdigest()


def sound(path: Path) -> bool:
    return not [one for one in list_snapshots([path]).devices[0].problems if one.code != "leaked-clusters"]


def strip(desk: Desk) -> tuple[str, str]:
    shown = desk.page.strip
    return plain(shown.title.full_text()), plain(shown.about.full_text())


def state(desk: Desk) -> ActivityState | None:
    return desk.page.strip.activity and desk.page.strip.activity.state
