"""The window with the Snapshots view, for tests that do what a person does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests import corpus
from tests.ui.snapshots.made import case_with
from ui.main_window import MainWindow
from ui.models.snapshot_rows import Column, key_of
from ui.shell.notices import Tone
from ui.snapshots.dialogs import ExportDialog
from ui.snapshots.page import SnapshotsPage

NOON = 1_795_435_200


class Desk:
    """The window with the Snapshots view, driven as by a person."""

    def __init__(self, window: MainWindow, drive: Callable[..., Any], qtbot: Any, folder: Path) -> None:
        self.window, self.drive, self.qtbot, self.folder = window, drive, qtbot, folder
        window.show_view("snapshots")
        page = window.context.page("snapshots")
        assert isinstance(page, SnapshotsPage)
        self.page = page

    def settle(self) -> None:
        async def settled() -> None:
            for _ in range(6):
                await asyncio.sleep(0)
            await self.window.context.tasks.idle()
            for _ in range(6):
                await asyncio.sleep(0)

        self.drive(settled())

    def until(self, condition: Callable[[], bool]) -> None:
        async def wait() -> None:
            while not condition():
                await asyncio.sleep(0.005)

        self.drive(wait())

    def image(self, case: str, called: str = "") -> Path:
        return case_with(case, self.folder / (called or f"{case}.qcow2"))

    def open(self, *paths: Path) -> None:
        self.window.context.open(*paths)
        self.settle()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.window.focusWidget() or self.window, key, modifier)
        self.settle()

    def select(self, name: str) -> None:
        assert self.page.found is not None
        row = next(row for row in self.page.found.rows if row.name == name)
        assert self.page.list.select(key_of(row))
        self.settle()

    def names(self) -> list[str]:
        model = self.page.list.model
        return [model.index(place, Column.NAME).data() for place in range(model.rowCount())]

    def words(self) -> str:
        """Everything that labels in the view say."""
        labels = self.page.findChildren(QLabel)
        texts = [getattr(part, "full_text", part.text)() for part in labels if part.isVisible()]
        return "\n".join(texts).replace("\u2068", "").replace("\u2069", "")

    def errors(self) -> list[str]:
        return [one.text for one in self.window.context.notices.history if one.tone is Tone.ERROR]


def truth(case: str) -> dict[str, Any]:
    return next(iter(corpus.images()[case]["truth"].values()))


def dialog_of(desk: Desk) -> ExportDialog:
    desk.window.context.actions.run("snapshot.export")
    dialog = desk.window.findChild(ExportDialog)
    assert dialog is not None
    return dialog
