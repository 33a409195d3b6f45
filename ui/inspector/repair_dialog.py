"""Save repaired copy…: every byte that will be another, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.repair import Change, changes
from ui.inspector import exporting
from ui.inspector.dialogs import file_name
from ui.models.texts import shown
from ui.shell import formats
from ui.shell.notices import Tone
from ui.theme import fonts
from ui.widgets.controls import button
from ui.widgets.labels import ElidedLabel, label
from ui.words import plural, tr

if TYPE_CHECKING:
    from ui.inspector.page import InspectorPage
    from ui.shell.context import WindowContext

SIZE = (640, 400)


def bytes_text(change: Change) -> str:
    """What goes and what comes: ``00 40 → 7E``."""
    gone = change.removed.hex(" ").upper() or (
        plural("{n} byte", "{n} bytes", change.count) if change.count else tr("nothing")
    )
    come = change.inserted.hex(" ").upper() or tr("nothing")
    #: Bytes of a damaged stream, and those that stand in their place in the repaired copy
    return tr("{a} → {b}", a=gone, b=come)


class RepairDialog(QDialog):
    """``wanted`` are the changes, by offset; accepted where a copy is to be saved."""

    def __init__(self, context: WindowContext, page: InspectorPage) -> None:
        super().__init__(context.window)
        self._context, self._page = context, page
        loaded, document = page.loaded, page.document()
        assert loaded is not None and document is not None, "the action is off while no stream is open"
        self._loaded, self._document = loaded, document
        self.wanted = changes(loaded.index)
        self.setWindowTitle(tr("Save repaired copy"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        column.addWidget(ElidedLabel(tr("Save a repaired copy of {stream}?", stream=document.label), "dialog"))
        about = tr("The copy differs in these bytes; the stream itself stays as it is. State and RAM are not touched.")
        column.addWidget(label(about, "secondary", wrap=True))
        self.list = QListWidget()
        self.list.setProperty("frame", "list")
        self.list.setFont(fonts.mono(12))
        self.list.setAccessibleName(tr("What is changed"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for change in self.wanted:
            self._add(change)
        self.list.setCurrentRow(0)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(button(tr("Copy list"), icon="copy", run=self._copy))
        row.addStretch(1)
        row.addWidget(button(tr("Cancel"), run=self.reject))
        self.go = button(tr("Save as…"), "primary", run=self._save)
        self.go.setDefault(True)
        row.addWidget(self.go)
        column.addLayout(row)
        room = context.window.size()
        self.resize(min(fonts.px(SIZE[0]), room.width() - 48), min(fonts.px(SIZE[1]), room.height() - 48))

    def _text(self, change: Change) -> str:
        where = formats.offset(change.offset, self._loaded.digits)
        #: An offset, bytes that are changed there, and why
        return tr("{offset}  {bytes}  {what}", offset=where, bytes=bytes_text(change), what=shown(change.what))

    def _add(self, change: Change) -> None:
        first, _, rest = self._text(change).rpartition("  ")
        item = QListWidgetItem(f"{rest}\n{first}", self.list)
        item.setToolTip(self._text(change))
        item.setSizeHint(QSize(200, fonts.px(46)))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(map(self._text, self.wanted)))
        self._context.notify(tr("Copied"))

    def _save(self) -> None:
        folder = Path(self._context.settings.state.get("export_folder") or Path.home())
        name = f"{file_name(Path(self._document.sources[0]).stem)}-repaired.mig"
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Save a repaired copy"), str(folder / name))
        if chosen:
            self._context.tasks.start(self._write(Path(chosen)), tr("Save repaired copy"))
            self.accept()

    async def _write(self, target: Path) -> None:
        context, loaded = self._context, self._loaded
        try:
            await self._page.presenter.write(exporting.save_repaired, loaded.index, target, progress=lambda *_: None)
        except (SnapmgrError, OSError) as error:
            context.fail(error, tr("Not saved"), target)
            return
        context.settings.state["export_folder"] = str(target.parent)
        count = plural("{n} change", "{n} changes", len(self.wanted))
        said = tr("{file} is a repaired copy, with {changes}", file=shown(target.name), changes=count)
        context.notify(said, tone=Tone.DONE, action=tr("Open"), run=lambda: context.open(target))
