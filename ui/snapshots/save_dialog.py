"""What Save snapshot… asks: a name, which disks, and what there is to be noted."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox

from snapmgr.snapshots.model import Snapshots
from ui.isolation import isolated
from ui.models.names import disk_labels
from ui.models.snapshot_texts import long_date
from ui.models.source_list import Paths
from ui.shell.context import WindowContext
from ui.shell.sentences import sentence
from ui.snapshots.change_dialog import ChangeDialog
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.snapshots.may_change import why_fixed
from ui.snapshots.name_field import NameField
from ui.snapshots.new_name import NameCheck, check_name, offered
from ui.snapshots.note_edit import NoteField, too_long
from ui.snapshots.owner import Owner
from ui.snapshots.save_guest import GuestParts
from ui.widgets.labels import label
from ui.words import tr


class SaveDialog(ChangeDialog):
    """``request`` is what was asked for."""

    def __init__(
        self,
        context: WindowContext,
        machine: Paths,
        name: str,
        found: Snapshots,
        owner: Owner | None = None,
        *,
        kept: str = "",
    ) -> None:
        """``owner`` is who runs it, None for images on which no machine of this window runs.  ``kept`` says why no
        snapshot that is there can be replaced now."""
        #: {machine} is a machine's name
        title = tr("Save a snapshot of {machine}", machine=isolated(name))
        text = tr(
            "No machine runs on these images, so the snapshot is disk only: it holds no VM state. The disks stay as "
            "they are."
        )
        if owner is not None:
            text = tr("It holds the machine with its RAM and devices, and the disks that are ticked.")
        super().__init__(context, tr("Save snapshot"), title, text)
        self._machine, self._found, self._kept = machine, found, kept
        self._labels = disk_labels([device.path for device in found.devices])
        self.disks: dict[str, QCheckBox] = {}
        self.guest: GuestParts | None = None
        self.column.addWidget(label(tr("Name"), "group"))
        self.name = NameField(offered(context.now(), found.rows), tr("Name of the snapshot"), self._check)
        self.column.addWidget(self.name)
        self.replace = self.tick(self._replacing())
        self.replace.toggled.connect(lambda _: self.name.check())
        self._add_disks()
        if owner is not None:
            self.guest = GuestParts(context, owner, self._labels)
            self.column.addWidget(self.guest)
            self.guest.show_disks(self._chosen())
            self.guest.changed.connect(self.fit)
        self.note = NoteField()
        title_of_note = label(tr("Note"), "group")
        title_of_note.setBuddy(self.note)
        self.column.addWidget(title_of_note)
        self.column.addWidget(self.note)
        self.note.textChanged.connect(self._checked)
        self.finish(tr("Cancel"), tr("Save snapshot"), "primary")
        self.go.setDefault(True)
        self.name.checked.connect(self._checked)
        self.name.check()
        self.name.edit.selectAll()
        self.name.edit.setFocus()

    def _add_disks(self) -> None:
        self.column.addWidget(label(tr("Disks"), "group"))
        for device in self._found.devices:
            reason = why_fixed(device)
            about = sentence(reason) or f"{self.context.size(device.virtual_size)}, {device.format}"
            made = self.tick(self._labels[device.path], about, checked=not reason)
            made.setEnabled(not reason)
            made.toggled.connect(lambda _: self.name.check())
            self.disks[device.path] = made

    def _chosen(self) -> Paths:
        return tuple(path for path, box in self.disks.items() if box.isChecked())

    def _check(self, text: str) -> NameCheck:
        chosen = {path: self._labels[path] for path in (self._chosen() if self.disks else self._labels)}
        gone = None
        if self.disks and self.replace.isChecked():
            gone = tr("What that one holds is lost once the new one is complete.")
        said = check_name(text, self._found.rows, chosen, replace=gone)
        return replace(said, refused=sentence(self._kept)) if said.taken and gone and self._kept else said

    def _replacing(self) -> str:
        """What the box offers, with the date of the newest that has the name on these disks."""
        name, chosen = self.name.text(), self._chosen()
        had = [
            row for row in self._found.rows if row.name == name and row.dated and any(p in row.entries for p in chosen)
        ]
        if not had:
            return tr("Replace the snapshot of this name")
        when = long_date(max(had, key=lambda row: row.date_sec))
        return tr("Replace the one from {when}", when=when)

    def _checked(self) -> None:
        if self.guest is not None:
            self.guest.show_disks(self._chosen())
        self.replace.setVisible(self.name.said.taken)
        self.replace.setText(self._replacing())
        reason = self.name.said.refused or ("" if self._chosen() else tr("Choose a disk.")) or too_long(self._note())
        self.go.setEnabled(not reason)
        self.go.setToolTip(reason)
        self.fit()

    def _note(self) -> str:
        return self.note.toPlainText().strip()

    def request(self) -> ChangeRequest:
        return ChangeRequest(
            Kind.SAVE,
            self._machine,
            self._chosen(),
            name=self.name.text(),
            date=self.date(),
            note=self._note(),
            overwrite=self.name.said.taken and self.replace.isChecked(),
            owned=self.guest is not None,
            live=self.guest.live() if self.guest is not None else None,
            vmstate=self.guest.vmstate() if self.guest is not None else None,
        )
