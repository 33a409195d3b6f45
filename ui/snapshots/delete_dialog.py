"""What Delete… asks: what goes, from which disks, and whether the room is given back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout

from snapmgr.names import visible_name
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models import snapshot_texts as texts
from ui.models.beside_texts import children
from ui.models.names import disk_labels, in_title, shown_name, whole_name
from ui.models.source_list import Paths
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.snapshots.change_dialog import ChangeDialog
from ui.snapshots.change_request import ChangeRequest, Kind, about
from ui.snapshots.details import Facts
from ui.snapshots.screen_tile import beside_screen
from ui.snapshots.spaces import Spaces, show_freed
from ui.snapshots.undo import undo_text
from ui.widgets.controls import button
from ui.widgets.labels import ElidedLabel, label
from ui.words import listed, plural, tr

MOST_NAMES = 8


class DeleteDialog(ChangeDialog):
    """``request`` is what was asked for.  Keeping is what Enter does.  ``export_first``: somebody wants a copy of what
    goes; the dialog has closed, and nothing is deleted yet."""

    export_first = Signal()

    def __init__(
        self,
        context: WindowContext,
        machine: Paths,
        rows: Sequence[SnapshotRow],
        found: Snapshots,
        spaces: Spaces,
        *,
        runs: bool = False,
        no_export: str = "",
    ) -> None:
        """``runs``: a guest writes to the disks meanwhile; ``no_export``: why nothing of it can be exported."""
        count = len(rows)
        title, whole = tr("Delete the snapshot {snapshot}?", snapshot=in_title(rows[0])), whole_name(rows[0])
        if count > 1:
            title, whole = plural("Delete {n} snapshot?", "Delete {n} snapshots?", count), ""
        super().__init__(context, tr("Delete snapshots"), title, "", whole=whole)
        self._machine, self._rows, self._found, self._spaces = machine, rows, found, spaces
        self._labels, self._runs = disk_labels([device.path for device in found.devices]), runs
        self.text.setText(self._what_goes(trim=False))
        self.frees = Facts()
        self._card()
        spaces.changed.connect(self._show_space)
        self._show_space()
        spaces.want(machine)
        self.trim = self.tick(
            tr("Give the room back"),
            tr(
                "The image file takes less space on the disk that it is on. Otherwise what becomes free stays in the "
                "file, for what is written to it later."
            ),
        )
        keep = plural("Keep snapshot", "Keep snapshots", count)
        go = tr("Delete snapshot") if count == 1 else plural("Delete {n} snapshot", "Delete {n} snapshots", count)
        self.trim.toggled.connect(self._say)
        self.finish(keep, go, "danger")
        self.copy = button(tr("Export first…"), icon="export", run=self._export_first)
        self.copy.setEnabled(not no_export)
        self.copy.setToolTip(no_export or tr("Write the disk out as it was then; this question comes back afterwards"))
        self.beside(self.copy)
        self.stop.setDefault(True)
        self.stop.setFocus()

    def _export_first(self) -> None:
        self.reject()
        self.export_first.emit()

    def _say(self, trim: bool) -> None:
        self.text.setText(self._what_goes(trim=trim))
        self.fit()

    def _what_goes(self, *, trim: bool) -> str:
        paths = [path for path in self._labels if any(path in row.entries for row in self._rows)]
        disks = listed([isolated(self._labels[path]) for path in paths])
        goes = plural(
            "It is removed from {disks}, with what only it holds.",
            "They are removed from {disks}, with what only they hold.",
            len(self._rows),
            disks=disks,
        )
        stays = plural(
            "The disk as it is now and all other snapshots stay.",
            "The disks as they are now and all other snapshots stay.",
            len(self._labels),
        )
        return " ".join((goes, stays, undo_text(trim=trim, disks=len(paths), runs=self._runs)))

    def _card(self) -> None:
        """The one that goes, or the names of those that do."""
        card = QFrame()
        card.setProperty("frame", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(12, 12, 12, 12)
        inside.setSpacing(4)
        if len(self._rows) == 1:
            facts = self._facts(self.frees, self._rows[0])
            inside.addLayout(beside_screen(self.context, self._found, self._rows[0], facts))
        else:
            for row in self._rows[:MOST_NAMES]:
                inside.addWidget(ElidedLabel(shown_name(row.name, row.id)))
            if (more := len(self._rows) - MOST_NAMES) > 0:
                inside.addWidget(label(plural("and {n} more", "and {n} more", more), "body2"))
            size = self.context.size(sum(row.vm_state_size for row in self._rows))
            with_state = sum(not row.disk_only for row in self._rows)
            if with_state:
                said = plural(
                    "{n} of them has a VM state: {size}", "{n} of them have a VM state: {size}", with_state, size=size
                )
                inside.addWidget(label(said, "secondary", wrap=True))
            inside.addWidget(self.frees)
        self.column.addWidget(card)

    def _show_space(self) -> None:
        """How much becomes free: of several together more than of each alone."""
        show_freed(self.frees, self._spaces.of(self._machine), self._rows)

    def _facts(self, facts: Facts, row: SnapshotRow) -> Facts:
        units, now = self.context.settings["appearance.units"], self.context.now()
        saved = tr(formats.NOT_RECORDED)
        if row.dated:
            ago, date = formats.relative_time(row.date_sec, now), formats.short_time(row.date_sec, now)
            #: A date, and how long ago that is: Yesterday 18:40 (18 h ago)
            saved = tr("{date} ({ago})", date=date, ago=ago)
        facts.set_fact(tr("Saved"), saved, hint=texts.iso_date(row))
        state = texts.vm_state(row, units)
        if row.state_device is not None and len(self._labels) > 1:
            state = tr("{size}, on {disk}", size=state, disk=isolated(self._labels[row.state_device]))
        facts.set_fact(tr("VM state"), state)
        ids = dict.fromkeys(visible_name(one.id) or tr("none") for one in row.entries.values())
        facts.set_fact(tr("ID"), listed(list(ids)))
        if came := children(self._found, self._found.place(row)):
            #: The snapshots whose parent this one is
            facts.set_fact(tr("Came from it"), listed(came[:MOST_NAMES]))
        return facts

    def request(self) -> ChangeRequest:
        return about(Kind.DELETE, self._machine, self._rows, self._found, trim=self.trim.isChecked())
