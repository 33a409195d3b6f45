"""What Save snapshot… asks besides of a machine that runs: where its VM state goes, what its guest does."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ui.isolation import isolated
from ui.shell.context import WindowContext
from ui.snapshots.owner import Owner
from ui.widgets.controls import ComboBox
from ui.widgets.labels import label
from ui.words import tr


class GuestParts(QWidget):
    """``changed``: another text may need another height."""

    changed = Signal()

    def __init__(self, context: WindowContext, owner: Owner, labels: Mapping[str, str]) -> None:
        super().__init__()
        self._context, self._owner, self._labels = context, owner, labels
        self._disks: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        self.where, self.how = ComboBox(), ComboBox()
        for row, (text, box) in enumerate(((tr("VM state on"), self.where), (tr("How"), self.how))):
            words = label(text, "body2")
            words.setBuddy(box)
            box.setAccessibleName(text)
            grid.addWidget(words, row, 0)
            grid.addWidget(box, row, 1)
            words.setVisible(box is self.where or owner.runs)  # one that stands is saved as it stands
        self.how.setVisible(owner.runs)
        #: How a snapshot is saved: the guest goes on running meanwhile
        self.how.addItem(tr("Live"), True)
        #: How a snapshot is saved: the guest stands still meanwhile
        self.how.addItem(tr("Paused"), False)
        column.addLayout(grid)
        self.meaning = label("", "secondary", wrap=True)
        column.addWidget(self.meaning)
        self.room = label("", "secondary", wrap=True)
        column.addWidget(self.room)
        self.how.currentIndexChanged.connect(lambda *_: self._say())
        self.where.currentIndexChanged.connect(lambda *_: self._say())
        self._say()

    def show_disks(self, disks: Sequence[str]) -> None:
        """One of these takes the VM state; what was chosen stays where it is among them."""
        if tuple(disks) == self._disks:
            return
        self._disks, chosen = tuple(disks), self.vmstate()
        self.where.blockSignals(True)
        self.where.clear()
        for path in disks:
            self.where.addItem(self._labels[path], path)
        self.where.setCurrentIndex(max(self.where.findData(chosen), 0 if disks else -1))
        self.where.blockSignals(False)
        self._say()

    def live(self) -> bool | None:
        """Whether the guest runs meanwhile, None where it stands anyway."""
        return bool(self.how.currentData()) if self._owner.runs else None

    def vmstate(self) -> str | None:
        return self.where.currentData()

    def _say(self) -> None:
        live = tr("The guest stops for about 10 ms and runs on while its RAM is written.")
        text = live if self.how.currentData() else tr("The guest stands still until all of its RAM is written.")
        self.meaning.setText(text if self._owner.runs else "")
        self.meaning.setVisible(self._owner.runs)
        self.how.setAccessibleDescription(self.meaning.text())
        self._say_room()
        self.changed.emit()

    def _say_room(self) -> None:
        """What it takes at most, and what there is: the engine refuses what surely does not fit."""
        path, free = self.vmstate(), None
        if path is not None:
            with suppress(OSError):
                free = shutil.disk_usage(Path(path).parent).free
        self.room.setVisible(free is not None)
        if free is None or path is None:
            return
        size, disk = self._context.size, isolated(self._labels[path])
        said = tr("Up to {most} are needed for the VM state, {free} are free for {disk}.", most=size(self._owner.ram),
                  free=size(free), disk=disk)  # fmt: skip
        if free < self._owner.ram:
            said = " ".join((said, tr("It may not fit. If it does not, nothing is left behind.")))
        self.room.setProperty("role", "warn" if free < self._owner.ram else "secondary")
        self.room.setText(said)
