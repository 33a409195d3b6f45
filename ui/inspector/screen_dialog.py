"""The guest's screen as the stream holds it: shown, copied, saved as PNG."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QStackedLayout, QVBoxLayout

from snapmgr.errors import SnapmgrError
from ui.inspector import exporting
from ui.inspector.dialogs import file_name
from ui.models.texts import shown
from ui.shell.failures import told
from ui.shell.notices import Tone
from ui.theme import fonts
from ui.widgets.controls import ComboBox, button
from ui.widgets.empty_state import EmptyState
from ui.widgets.guest_screen import GuestScreen
from ui.widgets.labels import ElidedLabel
from ui.words import tr

if TYPE_CHECKING:
    from snapmgr.inspect.screen.picture import Screen
    from ui.inspector.page import InspectorPage
    from ui.shell.context import WindowContext

SIZE = (800, 620)


class ScreenDialog(QDialog):
    """Decodes the screen in a worker; ``found`` is what came of it."""

    def __init__(self, context: WindowContext, page: InspectorPage) -> None:
        super().__init__(context.window)
        self._context, self._page = context, page
        self.found: Screen | None = None
        self.setWindowTitle(tr("Guest’s screen"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        document = page.document()
        name = document.label if document is not None else ""
        column.addWidget(ElidedLabel(tr("Screen of the guest in {stream}", stream=name), "dialog"))
        self.about = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        column.addWidget(self.about)
        self.devices = ComboBox()
        self.devices.setAccessibleName(tr("Display"))
        self.devices.hide()
        self.devices.activated.connect(self._chosen)
        column.addWidget(self.devices, 0, Qt.AlignmentFlag.AlignLeft)
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)
        self.waiting = EmptyState("hourglass-medium", tr("Reading the screen"), parent=self)
        self.screen_view = GuestScreen(self)
        self.none = EmptyState("monitor", tr("There is no screen to be shown"), parent=self)
        for part in (self.waiting, self.screen_view, self.none):
            self._stack.addWidget(part)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.save = button(tr("Save as PNG…"), icon="floppy-disk", run=self._save)
        self.copy = button(tr("Copy picture"), icon="copy", run=self.copy_picture)
        self.copy_text = button(tr("Copy text"), icon="copy", run=self.copy_lines)
        for part in (self.save, self.copy, self.copy_text):
            part.setEnabled(False)
            row.addWidget(part)
        self.copy_text.hide()
        row.addStretch(1)
        row.addWidget(button(tr("Close"), "primary", run=self.accept))
        column.addLayout(row)
        room = context.window.size()
        self.resize(min(fonts.px(SIZE[0]), room.width() - 48), min(fonts.px(SIZE[1]), room.height() - 48))
        self._task: asyncio.Task[None] = context.tasks.start(self._read(), tr("Read the screen"))

    def _chosen(self, row: int) -> None:
        self._task.cancel()
        self._task = self._context.tasks.start(self._read(self.devices.itemData(row)), tr("Read the screen"))

    async def _read(self, device: str | None = None) -> None:
        loaded = self._page.loaded
        if loaded is None:
            return
        self._show(None)
        try:
            if device is None:
                self._offer(await self._context.tasks.run_in_worker(list_displays, loaded.index))
            found = await self._context.tasks.run_in_worker(read_screen, loaded.index, device)
        except (SnapmgrError, OSError) as error:
            self.none.say(tr("There is no screen to be shown"), told(error, beside=True))
            self._stack.setCurrentWidget(self.none)
            return
        self._show(found)

    def _offer(self, names: list[str]) -> None:
        """A choice, where there is one."""
        self.devices.clear()
        for name in names:
            self.devices.addItem(shown(name), name)
        self.devices.setVisible(len(names) > 1)

    def _show(self, found: Screen | None) -> None:
        self.found = found
        for part in (self.save, self.copy, self.copy_text):
            part.setEnabled(found is not None)
        self.copy_text.setVisible(found is not None and found.lines is not None)
        if found is None:
            self.about.setText("")
            self._stack.setCurrentWidget(self.waiting)
            return
        height, width, _ = found.picture.shape
        #: A guest's screen: the device that showed it, and its size in dots
        self.about.setText(tr("{device}, {width} × {height} dots", device=shown(found.device), width=width,
                              height=height))  # fmt: skip
        self.devices.setCurrentIndex(self.devices.findData(found.device))
        self.screen_view.show_picture(found.picture)
        self._stack.setCurrentWidget(self.screen_view)
        self.screen_view.setAccessibleDescription("\n".join(found.lines or ()))

    def done(self, result: int) -> None:
        self._task.cancel()
        super().done(result)

    def copy_picture(self) -> None:
        QGuiApplication.clipboard().setImage(self.screen_view.image)
        self._context.notify(tr("The picture is on the clipboard"))

    def copy_lines(self) -> None:
        if self.found is not None and self.found.lines is not None:
            QGuiApplication.clipboard().setText("\n".join(self.found.lines))
            self._context.notify(tr("The text of the screen is on the clipboard"))

    def _save(self) -> None:
        document = self._page.document()
        stem = file_name(Path(document.sources[0]).stem) if document is not None else "stream"
        folder = Path(self._context.settings.state.get("export_folder") or Path.home())
        title = tr("Save the guest’s screen")
        chosen, _ = QFileDialog.getSaveFileName(self, title, str(folder / f"{stem}-screen.png"))
        if chosen:
            self._context.tasks.start(self._write(Path(chosen)), title)

    async def _write(self, target: Path) -> None:
        loaded = self._page.loaded
        if loaded is None or self.found is None:
            return
        try:
            await self._page.presenter.write(
                exporting.save_screen, loaded.index, self.found.picture, target, progress=lambda *_: None
            )
        except (SnapmgrError, OSError) as error:
            self._context.fail(error, tr("Not saved"), target)
            return
        self._context.settings.state["export_folder"] = str(target.parent)
        self._context.notify(tr("The screen is saved as {file}", file=shown(str(target))), tone=Tone.DONE)


def list_displays(index: object) -> list[str]:
    """For a worker: the devices that a guest can show something on."""
    from snapmgr.inspect.index import StreamIndex
    from snapmgr.inspect.screen.displays import displays

    assert isinstance(index, StreamIndex)
    return [display.device for display in displays(index)]


def read_screen(index: object, device: str | None = None) -> Screen:
    """For a worker; without a device the first that shows something.  Raises SnapmgrError where there is none."""
    from snapmgr.inspect.index import StreamIndex
    from snapmgr.inspect.screen.displays import guest_screen

    assert isinstance(index, StreamIndex)
    return guest_screen(index, device)
