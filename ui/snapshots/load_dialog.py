"""What Load… asks: what is on the disks now goes, unless it is saved first."""

from __future__ import annotations

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import disk_labels, in_title, whole_name
from ui.models.source_list import Paths
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.snapshots.change_dialog import ChangeDialog
from ui.snapshots.change_request import ChangeRequest, Kind, about
from ui.snapshots.name_field import NameField
from ui.snapshots.new_name import NameCheck, check_name, offered
from ui.widgets.labels import label
from ui.widgets.notice_box import NoticeBox
from ui.words import listed, plural, tr


class LoadDialog(ChangeDialog):
    """``request`` is what was asked for."""

    def __init__(
        self,
        context: WindowContext,
        machine: Paths,
        row: SnapshotRow,
        found: Snapshots,
        *,
        runs: bool = False,
        stands: str = "",
    ) -> None:
        """``runs``: what there is now is a guest that runs, and is saved so; else ``stands`` is the word for its state,
        "" where it was paused."""
        title = tr("Load the snapshot {snapshot}?", snapshot=in_title(row))
        super().__init__(context, tr("Load snapshot"), title, "", whole=whole_name(row))
        self._machine, self._row, self._found, self._runs, self._stands = machine, row, found, runs, stands
        self._labels = disk_labels([device.path for device in found.devices])
        self._disks = {device.path: self._labels[device.path] for device in found.devices if device.path in row.entries}
        self.text.setText(self._what_goes())
        for text in (*self._sizes(), *self._stays()):
            self.column.addWidget(label(text, "body2", wrap=True))
        if not row.disk_only and not found.owned:
            self.column.addWidget(self._only_disks())
        self.first = self.tick(tr("Save “Now” first, as"), checked=True)
        self.name = NameField(offered(context.now(), found.rows), tr("Name for what is there now"), self._check)
        self.name.layout().setContentsMargins(26, 0, 0, 0)
        self.column.addWidget(self.name)
        lost = tr("What the machine and its disks hold now is lost. This cannot be undone.")
        lost = (
            lost
            if found.owned
            else plural(
                "What is on the disk now is lost. This cannot be undone.",
                "What is on the disks now is lost. This cannot be undone.",
                len(self._disks),
            )
        )
        self.lost = label(lost, "warn", wrap=True)
        self.lost.setContentsMargins(26, 0, 0, 0)
        self.column.addWidget(self.lost)
        self.finish(tr("Cancel"), tr("Load snapshot"), "primary")
        self.first.toggled.connect(self._first_toggled)
        self.name.checked.connect(self._checked)
        self._first_toggled(True)
        self.go.setFocus()

    def _what_goes(self) -> str:
        names = listed([isolated(name) for name in self._disks.values()])
        if self._found.owned:
            return self._machine_goes(names)
        when = self._row.date_sec
        if not self._row.dated or self._ahead():
            said = plural(
                "{disks} becomes what it was when it was saved.",
                "{disks} become what they were when it was saved.",
                len(self._disks),
                disks=names,
            )
        else:
            now = self.context.now()
            said = plural(
                "{disks} becomes what it was {ago} ({date}).",
                "{disks} become what they were {ago} ({date}).",
                len(self._disks),
                disks=names,
                ago=formats.relative_time(when, now),
                date=formats.stamped_time(when, now),
            )
        return " ".join((said, tr("What was written since goes. All snapshots stay as they are.")))

    def _ahead(self) -> bool:
        """By a clock that ran ahead it is saved in the future: there is no saying how long ago that was."""
        return self._row.date_sec > self.context.now()

    def _machine_goes(self, disks: str) -> str:
        """Of a machine that runs here, whose snapshots all have dates."""
        when, now = self._row.date_sec, self.context.now()
        if self._ahead():
            said = tr(
                "The machine with its RAM and devices becomes what it was when it was saved, and so does what is on "
                "{disks}.",
                disks=disks,
            )
        else:
            said = tr(
                "The machine with its RAM and devices becomes what it was {ago} ({date}), and so does what is on "
                "{disks}.",
                disks=disks,
                ago=formats.relative_time(when, now),
                date=formats.stamped_time(when, now),
            )
        after = tr("It runs on from there.") if self._runs else tr("It stays paused.")
        if self._stands:
            #: {state} is a word of QEMU's: io-error
            after = tr("It stays stopped as it is now ({state}).", state=self._stands)
        return " ".join((said, after, tr("All snapshots stay as they are.")))

    def _sizes(self) -> list[str]:
        """Disks that become larger or smaller."""
        said = []
        for device in self._found.devices:
            entry = self._row.entries.get(device.path)
            if entry is not None and entry.disk_size != device.virtual_size:
                now, then = self.context.size(device.virtual_size), self.context.size(entry.disk_size)
                if now == then:
                    now, then = formats.exact_bytes(device.virtual_size), formats.exact_bytes(entry.disk_size)
                disk = isolated(self._labels[device.path])
                said.append(tr("The size of {disk} changes: {now} now, {then} then.", disk=disk, now=now, then=then))
        return said

    def _stays(self) -> list[str]:
        others = [isolated(name) for path, name in self._labels.items() if path not in self._disks]
        if not others:
            return []
        text = plural("{disks} stays as it is now.", "{disks} stay as they are now.", len(others), disks=listed(others))
        return [text]

    def _only_disks(self) -> NoticeBox:
        text = tr(
            "The machine itself stays in the snapshot. To continue it from there, start QEMU with -loadvm; to begin "
            "from the disks as they were, load them here and start the machine."
        )
        return NoticeBox("info", tr("The disks alone are loaded: no machine runs here"), text)

    def _check(self, text: str) -> NameCheck:
        return check_name(text, self._found.rows, self._labels if self._found.owned else self._disks)

    def _first_toggled(self, first: bool) -> None:
        """Without it something is lost for ever: then the button says so and is not the one that Enter presses."""
        self.first.setText(tr("Save “Now” first, as") if first else tr("Save “Now” first"))
        self.name.setEnabled(first)
        self.name.setVisible(first)
        self.lost.setVisible(not first)
        self.go.setProperty("variant", "primary" if first else "danger")
        self.go.style().unpolish(self.go)
        self.go.style().polish(self.go)
        (self.go if first else self.stop).setDefault(True)
        self.name.check()

    def _checked(self) -> None:
        self.go.setEnabled(not self.name.said.refused)
        self.go.setToolTip(self.name.said.refused)
        self.fit()

    def request(self) -> ChangeRequest:
        keep = self.name.text() if self.first.isChecked() else ""
        facts = {"keep_first": keep, "date": self.date(), "live": self._runs or None}
        return about(Kind.LOAD, self._machine, [self._row], self._found, **facts)
