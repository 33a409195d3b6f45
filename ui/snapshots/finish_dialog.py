"""What Finish… asks: whether the disks that lack a snapshot are kept as they are now."""

from __future__ import annotations

from snapmgr.snapshots.find import tags_of
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import disk_labels, in_title, whole_name
from ui.models.source_list import Paths
from ui.shell.context import WindowContext
from ui.snapshots.change_dialog import ChangeDialog
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.widgets.notice_box import NoticeBox
from ui.words import listed, plural, tr


class FinishDialog(ChangeDialog):
    """``request`` is what was asked for."""

    def __init__(self, context: WindowContext, machine: Paths, row: SnapshotRow, found: Snapshots) -> None:
        title = tr("Finish the snapshot {snapshot}?", snapshot=in_title(row))
        labels = disk_labels([device.path for device in found.devices])
        disks = listed([isolated(labels[path]) for path in row.missing])
        text = plural(
            "{disks} gets a snapshot of this name and date that holds what the disk holds now. Afterwards every disk "
            "has it, and the machine can be loaded from it.",
            "{disks} get snapshots of this name and date that hold what the disks hold now. Afterwards every disk has "
            "it, and the machine can be loaded from it.",
            len(row.missing),
            disks=disks,
        )
        super().__init__(context, tr("Finish snapshot"), title, text, whole=whole_name(row))
        self._machine, self._row, self._found = machine, row, found
        said = plural(
            "What was written to it since the others were saved is in the snapshot too. Where the machine wrote to it, "
            "delete the snapshot instead.",
            "What was written to them since the others were saved is in the snapshot too. Where the machine wrote to "
            "them, delete the snapshot instead.",
            len(row.missing),
        )
        title = plural(
            "Only right if the disk did not change", "Only right if the disks did not change", len(row.missing)
        )
        self.column.addWidget(NoticeBox("warn", title, said))
        self.finish(tr("Cancel"), tr("Finish snapshot"), "primary")
        self.stop.setDefault(True)

    def request(self) -> ChangeRequest:
        paths = tuple(device.path for device in self._found.devices)
        return ChangeRequest(
            Kind.FINISH, self._machine, paths, (self._row,), tags_of([self._row], self._found), self._row.name
        )
