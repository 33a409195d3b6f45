"""Export… of several snapshots: a folder is asked for, and each disk of each snapshot becomes a file in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from snapmgr.errors import Cancelled
from snapmgr.names import visible_name
from snapmgr.snapshots.find import tag_of
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import disk_labels
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.failures import describe
from ui.shell.notices import Tone
from ui.snapshots.export_check import Check, suggested
from ui.snapshots.presenter import ExportRequest, Presenter
from ui.snapshots.writing_dialog import WritingDialog
from ui.widgets.controls import ComboBox
from ui.widgets.labels import label
from ui.words import listed, plural, tr

LISTED = 8
"""Files that are named; the others are counted."""


def planned(
    rows: Sequence[SnapshotRow], found: Snapshots, disks: Sequence[str], form: str, folder: Path
) -> list[ExportRequest]:
    """A file for each of ``disks`` of each of the snapshots that has it; none of a name that is taken."""
    requests: list[ExportRequest] = []
    taken: set[Path] = set()
    for row in rows:
        for image in (path for path in disks if path in row.entries):
            target = suggested(image, row, form, folder, taken)
            taken.add(target)
            requests.append(ExportRequest(image, tag_of(row, image, found), target, form))
    return requests


def check_folder(text: str, need: int, units: formats.Units) -> Check:
    """Whether files of up to ``need`` bytes together can be written into the folder ``text``."""
    name = text.strip()
    if not name:
        return Check(tr("Name the folder to write into."))
    folder = Path(name)
    if not folder.is_absolute():
        return Check(tr("Give the whole path."))
    if not folder.is_dir():
        return Check(tr("There is no folder {folder}.", folder=isolated(visible_name(name))))
    if not os.access(folder, os.W_OK | os.X_OK):
        return Check(tr("You may not write into {folder}.", folder=isolated(visible_name(name))))
    free = shutil.disk_usage(folder).free
    values = {"most": formats.size(need, units), "free": formats.size(free, units)}
    space = tr("Up to {most} are needed, {free} are free there.", **values)
    if need <= free:
        return Check(space=space)
    warning = tr(
        "This may not fit: {most} at most are needed and {free} are free. Empty parts of the disks take no space. "
        "What was written whole stays.",
        **values,
    )
    return Check(warning=warning, space=space)


class ExportManyDialog(WritingDialog):
    """Files that are there stay: a number is added to the names of the new ones."""

    def __init__(
        self,
        context: WindowContext,
        presenter: Presenter,
        found: Snapshots,
        rows: Sequence[SnapshotRow],
        disks: Sequence[str],
    ) -> None:
        super().__init__(context, plural("Export {n} snapshot", "Export {n} snapshots", len(rows)))
        self._presenter, self._found, self._rows, self._disks = presenter, found, rows, disks
        self._done_before = 0
        labels = disk_labels([device.path for device in found.devices])
        self.disk = ComboBox()
        self.disk.setAccessibleName(tr("Disks"))
        self.disk.addItem(tr("All disks"), None)
        for path in disks:
            self.disk.addItem(labels[path], path)
        self.disk.currentIndexChanged.connect(lambda _: self._check())
        fields: list[tuple[str, QWidget]] = [(tr("Disks"), self.disk)] if len(disks) > 1 else []
        self._column.addLayout(self._make_grid(fields, tr("Folder"), self._make_path(tr("Folder to write into"))))
        if not fields:
            self.disk.setParent(self)
            self.disk.hide()
        self.files = label("", "secondary", wrap=True)
        self._column.addWidget(self.files)
        self._make_end(self._column)
        self.path.setText(str(context.settings.state.get("export_folder") or Path(disks[0]).parent))
        self._check()
        self._fit(min(600, context.window.width() - 32))

    # --- what is asked ---

    def requests(self) -> list[ExportRequest]:
        one = self.disk.currentData()
        disks = self._disks if one is None else [one]
        return planned(self._rows, self._found, disks, self.form(), Path(self.path.text().strip()))

    def _need(self) -> int:
        one = self.disk.currentData()
        disks = self._disks if one is None else [one]
        return sum(row.entries[path].disk_size for row in self._rows for path in disks if path in row.entries)

    def _fields(self) -> list[QWidget]:
        return [self.disk, self.path, self._choose]

    def _suggest(self) -> None:
        self._check()

    def _check(self) -> None:
        said = check_folder(self.path.text(), self._need(), self._context.settings["appearance.units"])
        requests = [] if said.refused else self.requests()
        if not said.refused and not requests:
            said = Check(tr("None of these snapshots is on this disk."))
        self.go.setEnabled(not said.refused)
        self.go.setToolTip(said.refused)
        self.go.setText(plural("Export {n} file", "Export {n} files", len(requests)) if requests else tr("Export"))
        self.space.setText(said.space)
        self.space.setVisible(bool(said.space))
        names = [isolated(visible_name(request.target.name)) for request in requests[:LISTED]]
        if more := len(requests) - len(names):
            names.append(plural("{n} more", "{n} more", more))
        self.files.setText(tr("Writes {files}", files=listed(names)) if names else "")
        self.files.setVisible(bool(names))
        self._say(said.refused or said.warning, "danger" if said.refused else "warn")

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Export"), self.path.text())
        if name:
            self.path.setText(name)

    # --- doing it ---

    async def _write(self) -> None:
        requests, need = self.requests(), self._need()
        self._running(True)
        self._say("", "warn")
        written, size = 0, 0

        def report(done: int, total: int) -> None:
            self._progressed(size + done, max(need, size + total))

        for request in requests:
            try:
                result = await self._presenter.export(request, report, self._cancel)
            except Cancelled:
                self._stopped(self._so_far(tr("Cancelled."), written, len(requests)), "body2")
                return
            except Exception as error:  # whatever it is: the dialog does not stay with a bar that never moves
                failure = describe(error, tr("Not exported"), request.target)
                words = " ".join(part for part in (f"{failure.title}.", failure.text, failure.hint) if part)
                self._stopped(self._so_far(words, written, len(requests)), "danger")
                return
            written, size = written + 1, size + result.size
        self._done(requests, size)

    @staticmethod
    def _so_far(words: str, written: int, of: int) -> str:
        if not written:
            return tr("{words} Nothing was left behind.", words=words)
        said = plural("{n} of {of} files is written", "{n} of {of} files are written", written, of=of)
        return tr("{words} {said} and stays; there is no half one.", words=words, said=said)

    def _done(self, requests: Sequence[ExportRequest], size: int) -> None:
        self._task = None
        folder = str(requests[0].target.parent)
        self._context.settings.state["export_folder"] = folder
        values = {"folder": isolated(visible_name(folder)), "size": self._context.size(size)}
        self._context.notify(
            plural(
                "{n} file is written to {folder}, {size}",
                "{n} files are written to {folder}, {size}",
                len(requests),
                **values,
            ),
            tone=Tone.DONE,
            action=tr("Copy path"),
            run=lambda: QGuiApplication.clipboard().setText(folder),
        )
        self.accept()
