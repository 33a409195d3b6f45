"""What Export… asks, shows while it runs, and says at its end."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QGridLayout, QWidget

from snapmgr.errors import Cancelled
from snapmgr.names import visible_name, visible_text
from snapmgr.snapshots.find import tag_of
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import disk_labels, quoted
from ui.models.snapshot_texts import id_text
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.failures import describe
from ui.shell.notices import Tone
from ui.snapshots.export_check import Check, check, suggested
from ui.snapshots.presenter import ExportRequest, Presenter
from ui.snapshots.writing_dialog import WritingDialog
from ui.widgets.controls import ComboBox
from ui.words import tr

SNAPSHOT, NOW = "snapshot", "now"


class ExportDialog(WritingDialog):
    """One disk, as of a snapshot or now."""

    def __init__(
        self,
        context: WindowContext,
        presenter: Presenter,
        found: Snapshots,
        row: SnapshotRow | None,
        disks: list[str],
    ) -> None:
        title = tr("Export a disk as it is now")
        if row is not None:
            title = tr("Export a disk as of {snapshot}", snapshot=quoted(row.name, row.id))
        super().__init__(context, title)
        self._presenter, self._found, self._row = presenter, found, row
        self._labels = disk_labels([device.path for device in found.devices])
        self._suggested = ""
        self._replaces = False
        self._column.addLayout(self._make_form(disks))
        self._make_end(self._column)
        self._disk_changed()
        self._fit(min(600, context.window.width() - 32))

    # --- layout ---

    def _make_form(self, disks: list[str]) -> QGridLayout:
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
        rows: list[tuple[str, QWidget]] = [(tr("Disk"), self.disk), (tr("As of"), self.when)]
        return self._make_grid(rows, tr("File"), self._make_path(tr("File to write")))

    def _fields(self) -> list[QWidget]:
        return [self.disk, self.when, self.path, self._choose]

    # --- what is asked ---

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

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Export"), self.path.text(), options=QFileDialog.Option.DontConfirmOverwrite
        )
        if name:
            self.path.setText(name)

    # --- doing it ---

    async def _write(self) -> None:
        request = self.request()
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
