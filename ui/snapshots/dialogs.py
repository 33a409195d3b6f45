"""What Export… asks, shows while it runs, and says at its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
)

from snapmgr.errors import Cancelled
from snapmgr.names import visible_name, visible_text
from snapmgr.snapshots.find import tag_of
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from snapmgr.work import CancelToken
from ui.isolation import isolated
from ui.models.names import disk_labels, quoted
from ui.models.snapshot_texts import id_text
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.failures import describe
from ui.shell.notices import Tone
from ui.snapshots.export_check import Check, check, suggested
from ui.snapshots.presenter import ExportRequest, Presenter
from ui.theme import fonts
from ui.widgets.controls import ComboBox, button
from ui.widgets.labels import ElidedLabel, label
from ui.words import later, tr

FORMS = (
    ("raw", later("Raw image"), later("The disk byte for byte; empty parts take no space. Every tool reads it.")),
    ("qcow2", later("qcow2 image"), later("Smaller to copy. Stands alone: no snapshots and no backing file.")),
)
SNAPSHOT, NOW = "snapshot", "now"


class ExportDialog(QDialog):
    """Stays open until the file is written; Cancel stops the writing and leaves nothing behind."""

    def __init__(
        self,
        context: WindowContext,
        presenter: Presenter,
        found: Snapshots,
        row: SnapshotRow | None,
        disks: list[str],
    ) -> None:
        super().__init__(context.window)
        self._context, self._presenter, self._found, self._row = context, presenter, found, row
        self._labels = disk_labels([device.path for device in found.devices])
        self._task: asyncio.Task[None] | None = None
        self._cancel = CancelToken()
        self._suggested = ""
        self._replaces = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = tr("Export a disk as it is now")
        if row is not None:
            title = tr("Export a disk as of {snapshot}", snapshot=quoted(row.name, row.id))
        self.setWindowTitle(tr("Export"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        heading = ElidedLabel(title, "dialog")
        column.addWidget(heading)
        column.addLayout(self._make_form(disks))
        self._make_end(column)
        self._disk_changed()
        self._fit(min(600, context.window.width() - 32))

    # --- layout ---

    def _make_form(self, disks: list[str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        self.disk = ComboBox()
        self.disk.setAccessibleName(tr("Disk"))
        for path in disks:
            self.disk.addItem(self._labels[path], path)
            self.disk.setItemData(self.disk.count() - 1, isolated(visible_text(path)), Qt.ItemDataRole.ToolTipRole)
        self.disk.currentIndexChanged.connect(lambda _: self._disk_changed())
        self.when = ComboBox()
        #: The moment that is written out: a snapshot, or now
        self.when.setAccessibleName(tr("As of"))
        if self._row is not None:
            date = tr(formats.NOT_RECORDED)
            if self._row.dated:
                date = formats.short_time(self._row.date_sec, self._context.now())
            name = formats.shortened(visible_name(self._row.name) or id_text(self._row.id), 48)
            self.when.addItem(f"{name}, {date}", SNAPSHOT)
        if not self._found.owned:  # a machine of ours writes to it
            self.when.addItem(tr("Now"), NOW)
        self.when.currentIndexChanged.connect(lambda _: self._disk_changed())
        rows: list[tuple[str, object]] = [(tr("Disk"), self.disk), (tr("As of"), self.when)]
        for place, (text, field) in enumerate(rows):
            grid.addWidget(label(text, "body2"), place, 0)
            grid.addWidget(field, place, 1)  # type: ignore[call-overload]
        form = label(tr("Format"), "body2")
        form.setContentsMargins(0, 6, 0, 0)
        grid.addWidget(form, 2, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(self._make_forms(), 2, 1)
        grid.addWidget(label(tr("File"), "body2"), 3, 0)
        grid.addLayout(self._make_path(), 3, 1)
        self.space = label("", "secondary", wrap=True)
        grid.addWidget(self.space, 4, 1)
        return grid

    def _make_forms(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        self._forms = QButtonGroup(self)
        for number, (_key, title, about) in enumerate(FORMS):
            choice = QRadioButton(tr(title))
            choice.setAccessibleDescription(tr(about))
            choice.setChecked(number == 0)
            self._forms.addButton(choice, number)
            column.addWidget(choice)
            words = label(tr(about), "secondary", wrap=True)
            words.setContentsMargins(26, 0, 0, 4)
            column.addWidget(words)
        self._forms.idClicked.connect(lambda _: self._suggest())
        return column

    def _make_path(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.path = QLineEdit()
        self.path.setAccessibleName(tr("File to write"))
        self.path.setMinimumWidth(fonts.px(240))
        self.path.textChanged.connect(lambda _: self._check())
        self._choose = button(tr("Choose…"), run=self._browse)
        row.addWidget(self.path, 1)
        row.addWidget(self._choose)
        return row

    def _make_end(self, column: QVBoxLayout) -> None:
        self.message = label("", "warn", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Writing the file"))
        self.state = label("", "secondary")
        for part in (self.message, self.progress, self.state):
            part.setVisible(False)
            column.addWidget(part)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.stop = button(tr("Cancel"), run=self.reject)
        self.go = button(tr("Export"), "primary", run=self.begin)
        self.go.setDefault(True)
        row.addWidget(self.stop)
        row.addWidget(self.go)
        column.addLayout(row)

    def _fit(self, width: int) -> None:
        """Exactly as high as what is said needs."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(width, max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height()))

    # --- what is asked ---

    def form(self) -> str:
        return FORMS[self._forms.checkedId()][0]

    def choose_form(self, form: str) -> None:
        """Choose ``raw`` or ``qcow2``."""
        self._forms.button([key for key, _, _ in FORMS].index(form)).click()

    def request(self) -> ExportRequest:
        image = str(self.disk.currentData())
        tag = tag_of(self._row, image, self._found) if self._as_snapshot() and self._row is not None else None
        return ExportRequest(image, tag, Path(self.path.text().strip()), self.form(), self._replaces)

    def _as_snapshot(self) -> bool:
        return bool(self.when.currentData() == SNAPSHOT)

    def _writer(self) -> str | None:
        """Who changes the disk that would be written as it is now: a copy would mix two moments."""
        if self._as_snapshot():
            return None
        image = str(self.disk.currentData())
        return next((device.in_use for device in self._found.devices if device.path == image), None)

    def _need(self) -> int:
        """Size of the disk that would be written, as the guest sees it."""
        image = str(self.disk.currentData())
        if self._as_snapshot() and self._row is not None:
            return self._row.entries[image].disk_size
        return next((device.virtual_size for device in self._found.devices if device.path == image), 0)

    def _disk_changed(self) -> None:
        self._suggest()
        self._check()

    def _suggest(self) -> None:
        """Offer a name, unless somebody typed one."""
        if self.path.text() not in ("", self._suggested):
            return
        image = str(self.disk.currentData())
        folder = Path(self._context.settings.state.get("export_folder") or Path(image).parent)
        row = self._row if self._as_snapshot() else None
        self._suggested = str(suggested(image, row, self.form(), folder))
        self.path.setText(self._suggested)
        self.path.setCursorPosition(len(self._suggested))

    def _check(self) -> None:
        """Say before the click what would go wrong."""
        units = self._context.settings["appearance.units"]
        said = check(self.path.text(), self._need(), self._found.devices, units)
        if (user := self._writer()) is not None:
            who = isolated(visible_name(user))
            said = Check(tr("The disk is being changed by {who}. Export one of its snapshots.", who=who))
        self._replaces = said.replaces
        self.go.setEnabled(not said.refused)
        self.go.setToolTip(said.refused)
        self.go.setText(tr("Replace file") if said.replaces else tr("Export"))
        self.space.setText(said.space)
        self.space.setVisible(bool(said.space))
        self._say(said.refused or said.warning, "danger" if said.refused else "warn")

    def _say(self, text: str, role: str) -> None:
        self.message.setProperty("role", role)
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)
        self.message.setText(text)
        self.message.setVisible(bool(text))
        if self.isVisible():
            self._fit(self.width())

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export"), self.path.text(), options=QFileDialog.Option.DontConfirmOverwrite
        )
        if name:
            self.path.setText(name)

    # --- doing it ---

    def begin(self) -> None:
        if self._task is None and self.go.isEnabled():
            self._cancel = CancelToken()
            self._task = self._context.tasks.start(self._write(self.request()), tr("Export"))

    async def _write(self, request: ExportRequest) -> None:
        self._running(True)
        self._say("", "warn")
        try:
            result = await self._presenter.export(request, self._progressed, self._cancel)
        except Cancelled:
            self._stopped(tr("Cancelled, nothing left behind."), "body2")
        except Exception as error:  # whatever it is: the dialog does not stay with a bar that never moves
            failure = describe(error, tr("Not exported"), request.target)
            words = (f"{failure.title}.", failure.text, tr("Nothing was left behind."), failure.hint)
            self._stopped(" ".join(part for part in words if part), "danger")
        else:
            self._done(request, result.size)

    def _running(self, running: bool) -> None:
        for part in (self.progress, self.state):
            part.setVisible(running)
        for field in (self.disk, self.when, self.path, self._choose, self.go, *self._forms.buttons()):
            field.setEnabled(not running)
        self.progress.setRange(0, 0)
        self.state.setText(tr("Starting"))
        self.stop.setText(tr("Cancel"))
        self.stop.setEnabled(True)

    def _progressed(self, done: int, total: int) -> None:
        if total and not self._cancel.cancelled:
            self.progress.setRange(0, 1000)
            self.progress.setValue(1000 * done // total)
            size = self._context.size
            self.state.setText(tr("{done} of {total} written", done=size(done), total=size(total)))

    def _stopped(self, words: str, role: str) -> None:
        self._task = None
        self._running(False)
        self._check()
        self._say(words, role)
        self.stop.setText(tr("Close"))

    def _done(self, request: ExportRequest, size: int) -> None:
        self._task = None
        self._context.settings.state["export_folder"] = str(request.target.parent)
        path = str(request.target)
        self._context.notify(
            self._written(request, size),
            tone=Tone.DONE,
            action=tr("Copy path"),
            run=lambda: QGuiApplication.clipboard().setText(path),
        )
        self.accept()

    def _written(self, request: ExportRequest, size: int) -> str:
        """What was written where, as a sentence."""
        values = {
            "disk": isolated(self._labels[request.image]),
            "file": isolated(visible_name(str(request.target))),
            "size": self._context.size(size),
        }
        if request.tag is None or self._row is None:
            return tr("{disk} is written to {file}, {size}", **values)
        snapshot = quoted(self._row.name, self._row.id)
        return tr("{disk} as of {snapshot} is written to {file}, {size}", snapshot=snapshot, **values)

    def reject(self) -> None:
        """Cancel what runs, and stay to say how it ended; else close."""
        if self._task is None:
            super().reject()
            return
        self._cancel.cancel()
        self.stop.setEnabled(False)
        self.state.setText(tr("Cancelling…"))
