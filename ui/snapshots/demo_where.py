"""Where a snapshot of the demo machine is kept: on which of its disks, and which of them takes the VM state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from ui.models.names import disk_labels
from ui.widgets.controls import ComboBox
from ui.words import tr


@dataclass(frozen=True, slots=True)
class Where:
    """``devices`` are the names of the disks that are kept, None for all; ``vmstate`` that of the one which takes the
    VM state, None for the first of them (QMP's snapshot-save has the same two)."""

    devices: tuple[str, ...] | None = None
    vmstate: str | None = None


class WhereBox(ComboBox):
    """All disks, with the VM state on any of them, or one disk alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Where it is kept"))
        self._disks: tuple[str, ...] = ()
        self._choices = [Where()]
        self.currentIndexChanged.connect(lambda *_: self.setToolTip(self.currentText()))

    def show_disks(self, disks: Sequence[str]) -> None:
        """The machine's disks by name; what was chosen stays where they are the same."""
        if tuple(disks) == self._disks:
            return
        self._disks, labels = tuple(disks), disk_labels(disks)
        self.clear()
        several = len(disks) > 1
        self._choices = [Where(None, disk) for disk in disks]
        for disk in disks:
            #: {disk} is the one of the disks of a snapshot that takes the machine's own state
            self.addItem(tr("All disks, VM state on {disk}", disk=labels[disk]) if several else labels[disk])
        for disk in disks if several else ():
            #: Of all disks {disk} alone is kept in a snapshot
            self.addItem(tr("{disk} alone", disk=labels[disk]))
            self._choices.append(Where((disk,), disk))
        self.setToolTip(self.currentText())

    def where(self) -> Where:
        """What is chosen."""
        return self._choices[max(self.currentIndex(), 0)] if self._disks else Where()
