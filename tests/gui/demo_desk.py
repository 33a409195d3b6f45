"""The demo machine in the window, as a person uses it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication

from snapmgr.machine.machine import MachineView
from snapmgr.snapshots.list import list_snapshots
from tests.gui.changing import CONTROL, asked, click
from tests.gui.desk import Desk
from ui.models.snapshot_rows import Column
from ui.models.source_list import DEMO
from ui.snapshots.demo import Demo
from ui.snapshots.demo_disks import NAMES, demo_folder
from ui.snapshots.load_dialog import LoadDialog
from ui.snapshots.save_dialog import SaveDialog


def disks() -> list[Path]:
    """Where they are, in the folder of this test."""
    return [demo_folder() / name for name in NAMES]


class DemoDesk(Desk):
    """The desk with the demo machine on show, standing."""

    def begin(self) -> None:
        """By the button of the start page; time goes on, so that the last one saved is the newest."""
        self.window.context.now = time.time
        self.qtbot.mouseClick(self.window.context.page("start").machine, Qt.MouseButton.LeftButton)
        self.until(lambda: self.page.machines.known(DEMO) and self.machine.view is not None and self.view.tick >= 3)
        failure = self.page.machines.failure(DEMO)
        assert failure is None, failure
        self.drive(self.machine.pause())
        self.until(lambda: not self.demo.runs)
        self.settle()

    @property
    def demo(self) -> Demo:
        return self.page.demo

    @property
    def machine(self) -> Any:
        return self.demo.machine

    @property
    def view(self) -> MachineView:
        view = self.machine.view
        assert view is not None
        return view

    def step(self, ticks: int) -> None:
        tick = self.drive(self.machine.order(lambda own: own.tick))
        self.drive(self.machine.step(ticks))
        self.until(lambda: self.view.tick == tick + ticks)
        self.settle()

    def run(self) -> None:
        self.drive(self.machine.run_on())
        self.until(lambda: self.demo.runs)
        self.settle()

    def keys(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """In the list, where the keyboard is brought first."""
        self.keys_only(key, modifier)
        self.settle()

    def keys_only(self, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
        """The same without waiting until nothing is done any more."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)
        self.page.list.view.setFocus()
        self.qtbot.keyClick(self.window.focusWidget() or self.window, key, modifier)

    def saving(self) -> SaveDialog:
        """By Ctrl+S, as soon as the button says that it can be done."""
        self.until(lambda: self.page.header.save.isVisible() and self.page.header.save.isEnabled())
        self.keys(Qt.Key.Key_S, CONTROL)
        return asked(self, SaveDialog)

    def save(self, name: str) -> None:
        dialog = self.saving()
        self.qtbot.keyClicks(dialog.name.edit, name)  # what was offered is selected
        self.qtbot.keyClick(dialog.name.edit, Qt.Key.Key_Return)
        self.settle()

    def load(self, name: str, *, keep_first: bool = False) -> None:
        self.select(name)
        click(self, self.page.header.load)
        dialog = asked(self, LoadDialog)
        assert dialog.first.isChecked()
        dialog.first.setChecked(keep_first)
        click(self, dialog.go)

    def choose(self, *names: str) -> None:
        """Several at once."""
        flags, view = QItemSelectionModel.SelectionFlag, self.page.list.view
        view.selectionModel().clear()
        for place, name in enumerate(self.names()):
            if name in names:
                view.selectionModel().setCurrentIndex(view.model().index(place, Column.NAME), flags.Select | flags.Rows)
        self.settle()

    def dialog(self) -> Any:
        return QApplication.activeModalWidget()


def on_disk() -> list[tuple[str, int]]:
    return [(row.name, len(row.entries)) for row in list_snapshots(disks()).rows]
