"""What Rename… asks: the new name."""

from __future__ import annotations

from snapmgr.names import visible_name
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import disk_labels, in_title, whole_name
from ui.models.source_list import Paths
from ui.shell.context import WindowContext
from ui.snapshots.change_dialog import ChangeDialog
from ui.snapshots.change_request import ChangeRequest, Kind, about
from ui.snapshots.name_field import NameField
from ui.snapshots.new_name import NameCheck, check_name
from ui.words import listed, tr


class RenameDialog(ChangeDialog):
    """``request`` is what was asked for."""

    def __init__(self, context: WindowContext, machine: Paths, row: SnapshotRow, found: Snapshots) -> None:
        title = tr("Rename the snapshot {snapshot}", snapshot=in_title(row))
        super().__init__(context, tr("Rename snapshot"), title, "", whole=whole_name(row))
        self._machine, self._row, self._found = machine, row, found
        labels = disk_labels([device.path for device in found.devices])
        self._disks = {path: labels[path] for path in labels if path in row.entries}
        disks = listed([isolated(name) for name in self._disks.values()])
        self.text.setText(tr("It gets the new name on {disks}. Its contents, date and id stay.", disks=disks))
        shown = row.name if visible_name(row.name) == row.name else ""
        self.name = NameField(shown, tr("New name"), self._check)
        self.column.addWidget(self.name)
        self.finish(tr("Cancel"), tr("Rename snapshot"), "primary")
        self.go.setDefault(True)
        self.name.checked.connect(self._checked)
        self.name.check()
        self.name.edit.selectAll()
        self.name.edit.setFocus()

    def _check(self, text: str) -> NameCheck:
        return check_name(text, self._found.rows, self._disks, renamed=self._row)

    def _checked(self) -> None:
        same = tr("This is its name already.") if self.name.text() == self._row.name else ""
        reason = self.name.said.refused or same
        self.go.setEnabled(not reason)
        self.go.setToolTip(reason)
        self.fit()

    def request(self) -> ChangeRequest:
        return about(Kind.RENAME, self._machine, [self._row], self._found, name=self.name.text())
