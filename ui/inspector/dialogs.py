"""What the Inspector asks before it writes a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
)

from snapmgr.errors import SnapmgrError
from ui.inspector import exporting
from ui.inspector.exporting import What
from ui.models.texts import shown
from ui.shell import formats
from ui.shell.failures import describe
from ui.shell.notices import Tone
from ui.theme import fonts
from ui.widgets.controls import ComboBox, button
from ui.widgets.labels import label
from ui.words import tr

if TYPE_CHECKING:
    from ui.inspector.memory.facts import PageFacts
    from ui.inspector.page import InspectorPage
    from ui.shell.context import WindowContext

_SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def file_name(text: str) -> str:
    """A name from a stream as a name for a file."""
    kept = "".join(char if char in _SAFE else "-" for char in text).strip("-.")
    return kept[:80] or "block"


class ExportDialog(QDialog):
    """What, and where to; stays open until the file is written."""

    def __init__(self, context: WindowContext, page: InspectorPage) -> None:
        super().__init__(context.window)
        self._context, self._page = context, page
        self._task: asyncio.Task[None] | None = None
        self._suggested = ""
        self.setWindowTitle(tr("Export"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        document = page.document()
        name = document.label if document else ""
        column.addWidget(label(tr("Export what is in {stream}", stream=name), "dialog", wrap=True))
        column.addSpacing(4)
        self._add_choices(column)
        column.addSpacing(4)
        self._add_path(column)
        self.message = label("", "danger", wrap=True)
        self.message.setVisible(False)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setVisible(False)
        self.progress.setAccessibleName(tr("Writing the file"))
        column.addWidget(self.message)
        column.addWidget(self.progress)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.go = button(tr("Export"), "primary", run=self._begin)
        self.go.setDefault(True)
        row.addWidget(button(tr("Cancel"), run=self.reject))
        row.addWidget(self.go)
        column.addLayout(row)
        self._suggest()
        self.resize(560, self.layout().totalHeightForWidth(560))

    def _add_choices(self, column: QVBoxLayout) -> None:
        self._choices = QButtonGroup(self)
        loaded = self._page.loaded
        for number, what in enumerate(What):
            choice = QRadioButton(what.title)
            reason = exporting.refused(loaded.index, what) if loaded is not None else ""
            choice.setEnabled(not reason)
            choice.setToolTip(reason)
            choice.setAccessibleDescription(reason or what.about)
            choice.setChecked(number == 0)
            self._choices.addButton(choice, number)
            both = QVBoxLayout()
            both.setSpacing(0)
            both.addWidget(choice)
            about = label(f"{reason}." if reason else what.about, "secondary", wrap=True)
            about.setContentsMargins(26, 0, 0, 0)
            both.addWidget(about)
            if what is What.BLOCK:
                both.addLayout(self._make_blocks(not reason))
            column.addLayout(both)
        self._choices.idClicked.connect(lambda _: (self._suggest(), self._check()))

    def _make_blocks(self, possible: bool) -> QHBoxLayout:
        """Which block; choosing one chooses this form."""
        row = QHBoxLayout()
        row.setContentsMargins(26, 2, 0, 2)
        self.blocks = ComboBox()
        self.blocks.setAccessibleName(tr("RAM block"))
        loaded = self._page.loaded
        for block in loaded.index.blocks if loaded is not None else ():
            if not block.ignored:
                self.blocks.addItem(f"{shown(block.name)}, {formats.size(block.used_length)}", block.name)
        chosen = self._page.content.ram.selected() if self._page.content is not None else ""
        self.blocks.setCurrentIndex(max(0, self.blocks.findData(chosen)))
        self.blocks.setVisible(possible)
        self.blocks.activated.connect(lambda _: self._block_chosen())
        row.addWidget(self.blocks)
        row.addStretch(1)
        return row

    def _block_chosen(self) -> None:
        self._choices.button(list(What).index(What.BLOCK)).setChecked(True)
        self._suggest()
        self._check()

    def _add_path(self, column: QVBoxLayout) -> None:
        column.addWidget(label(tr("File"), "group"))
        row = QHBoxLayout()
        row.setSpacing(8)
        self.path = QLineEdit()
        self.path.setAccessibleName(tr("File to write"))
        self.path.setMinimumWidth(fonts.px(300))
        self.path.textChanged.connect(lambda _: self._check())
        row.addWidget(self.path, 1)
        row.addWidget(button(tr("Choose…"), run=self._browse))
        column.addLayout(row)

    def what(self) -> What:
        return list(What)[self._choices.checkedId()]

    def _suffix(self) -> str:
        """What the file's name ends in; a block has its own name there."""
        what = self.what()
        return f"{file_name(self.block())}.bin" if what is What.BLOCK and self.block() else what.suffix

    def block(self) -> str:
        """The block that is exported as RAM block."""
        return str(self.blocks.currentData() or "")

    def _suggest(self) -> None:
        """Offer a name for this form, unless somebody typed one."""
        if self.path.text() not in ("", self._suggested):
            return
        document = self._page.document()
        stem = file_name(Path(document.sources[0]).stem) if document else "stream"
        folder = Path(self._context.settings.state.get("export_folder") or Path.home())
        self._suggested = str(folder / f"{stem}-{self._suffix()}")
        self.path.setText(self._suggested)

    def _check(self) -> None:
        """Say before the click what would go wrong."""
        target = Path(self.path.text().strip())
        reason = ""
        if not self.path.text().strip():
            reason = tr("Name the file to write.")
        elif target.is_dir():
            reason = tr("This is a folder. Name a file in it.")
        elif not target.parent.is_dir():
            reason = tr("There is no folder {folder}.", folder=shown(str(target.parent)))
        self.go.setEnabled(not reason)
        self.go.setToolTip(reason)
        self.go.setText(tr("Replace file") if not reason and target.exists() else tr("Export"))
        self._say(reason or self._warning())

    def _warning(self) -> str:
        """What to know before, though it can be done."""
        change = self._page.changing.current
        if change is None or not change.mixes or self.what() is What.SUMMARY:
            return ""
        return tr(
            "The file changed on disk since it was read: Reload first, or the export may mix what was and what is."
        )

    def _say(self, text: str) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export"), self.path.text(), tr("All files (*)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if name:
            self.path.setText(name)

    def _begin(self) -> None:
        if self._task is None:
            self._task = self._context.tasks.start(self._write(), tr("Export"))

    async def _write(self) -> None:
        loaded = self._page.loaded
        target = Path(self.path.text().strip())
        if loaded is None:
            self.reject()
            return
        self.go.setEnabled(False)
        self.progress.setRange(0, 0)
        self.progress.setVisible(True)
        try:
            await self._page.presenter.write(
                exporting.export, loaded.index, self.what(), target, self.block(), progress=self._progressed
            )
        except Exception as error:  # whatever it is: the dialog does not stay with a bar that never moves
            failure = describe(error, tr("Not exported"), target)
            self.progress.setVisible(False)
            self.go.setEnabled(True)
            self._task = None
            self._say(" ".join(part for part in (failure.title + ".", failure.text, failure.hint) if part))
            return
        self._context.settings.state["export_folder"] = str(target.parent)
        self._task = None
        self.accept()
        self._context.notify(tr("Exported to {file}", file=shown(str(target))), tone=Tone.DONE)

    def _progressed(self, done: int, total: int) -> None:
        if total:
            self.progress.setRange(0, 1000)
            self.progress.setValue(1000 * done // total)

    def reject(self) -> None:
        """Cancel: what runs is stopped, and leaves nothing behind."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        super().reject()


async def save_block(context: WindowContext, page: InspectorPage, name: str) -> None:
    """Ask for a file and write a RAM block's contents to it."""
    loaded = page.loaded
    folder = Path(context.settings.state.get("export_folder") or Path.home())
    chosen, _ = QFileDialog.getSaveFileName(
        page, tr("Save the contents of {block}", block=shown(name)), str(folder / f"{file_name(name)}.bin")
    )
    if not chosen or loaded is None or page.content is None:
        return
    target, ram = Path(chosen), page.content.ram
    ram.begin_saving(name)
    try:
        await page.presenter.write(exporting.save_block, loaded.index, name, target, progress=ram.saving)
    except (SnapmgrError, OSError) as error:
        context.fail(error, tr("Not saved"), target)
        return
    finally:
        ram.end_saving()
    context.settings.state["export_folder"] = str(target.parent)
    context.notify(tr("{block} is saved as {file}", block=shown(name), file=shown(str(target))), tone=Tone.DONE)


async def save_page(context: WindowContext, page: InspectorPage, facts: PageFacts) -> None:
    """Ask for a file and write one page to it."""
    loaded = page.loaded
    if loaded is None or facts.content is None:
        return
    folder = Path(context.settings.state.get("export_folder") or Path.home())
    name = f"{file_name(facts.block)}-page-{facts.page}.bin"
    title = tr("Save page {n} of {block}", n=facts.page, block=shown(facts.block))
    chosen, _ = QFileDialog.getSaveFileName(page, title, str(folder / name))
    if not chosen:
        return
    target = Path(chosen)
    try:
        await page.presenter.write(exporting.save_bytes, loaded.index, facts.content, target, progress=lambda *_: None)
    except (SnapmgrError, OSError) as error:
        context.fail(error, tr("Not saved"), target)
        return
    context.settings.state["export_folder"] = str(target.parent)
    context.notify(tr("The page is saved as {file}", file=shown(str(target))), tone=Tone.DONE)
