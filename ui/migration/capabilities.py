"""The capabilities of a migration as a list to tick; what does not go together cannot be ticked together."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from snapmgr.migrate.wanted import BACKGROUND, BITMAPS, COLO, MAPPED, SHARED
from ui.theme import fonts
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.name_box import NameBox
from ui.words import later, tr

CAPABILITIES = {
    "auto-converge": later("Slows the guest down where it writes faster than can be sent."),
    "dirty-limit": later("Holds what the guest writes to a rate that can be sent, instead of slowing all of it."),
    "xbzrle": later("Sends only what changed in a page that was sent before."),
    "compress": later("Packs pages with zlib before they are sent."),
    "multifd": later("Pages have channels of their own, several at once."),
    "pause-before-switchover": later("The guest stands still before it goes over, until somebody says Continue."),
    "return-path": later("The destination answers during precopy, too; postcopy and COLO have that anyway."),
    "switchover-ack": later("The guest goes over only once the destination says that it is ready."),
    "postcopy-ram": later("The guest may go over before its RAM, which follows."),
    "postcopy-preempt": later("Pages that are waited for have a channel of their own."),
    MAPPED: later("There is a file instead of a channel, and every page has its place in it."),
    SHARED: later("RAM is a file that both machines map: it stays where it is, and only devices move."),
    BACKGROUND: later("The guest stays: the destination gets it as it was when it began, and stands."),
    BITMAPS: later("What was written to the disks since a backup moves, too; with Postcopy now, after the guest."),
    COLO: later("Both machines run the same guest, and one goes on where the other is lost."),
}
"""What can be turned on here, each with its meaning."""


@dataclass(slots=True)
class _Row:
    box: QCheckBox
    reason: QLabel


class CapabilityList(QWidget):
    """``changed`` comes when somebody ticked one."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(label(tr("Capabilities"), "group"))
        self._fixed = ElidedLabel(tr("fixed while running"), "caption", Qt.TextElideMode.ElideRight)
        head.addStretch(1)
        head.addWidget(self._fixed)
        column.addLayout(head)
        self._locked, self._disks = False, 0
        self._rows = {name: self._row(name, column) for name in CAPABILITIES}
        self._look()

    def _row(self, name: str, column: QVBoxLayout) -> _Row:
        box = NameBox(name)
        box.setFont(fonts.mono(12))
        box.toggled.connect(lambda on: self._toggled())
        reason = label("", "caption", wrap=True)
        reason.setContentsMargins(24, 0, 0, 4)
        reason.setMinimumHeight(1)
        column.addWidget(box)
        column.addWidget(reason)
        return _Row(box, reason)

    def box(self, name: str) -> QCheckBox:
        return self._rows[name].box

    def reason(self, name: str) -> str:
        """Why it cannot be ticked now, "" where it can or is."""
        return self._rows[name].reason.text()

    def names(self) -> frozenset[str]:
        """What is ticked."""
        return frozenset(name for name, row in self._rows.items() if row.box.isChecked())

    def show_names(self, names: frozenset[str], disks: int) -> None:
        """Tick these, without a signal; ``disks`` is how many the machines have."""
        for name, row in self._rows.items():
            with QSignalBlocker(row.box):
                row.box.setChecked(name in names)
        self.have_disks(disks)

    def have_disks(self, disks: int) -> None:
        self._disks = disks
        self._look()

    def lock(self, locked: bool) -> None:
        """While it runs nothing of this can change."""
        self._locked = locked
        self._look()

    def _toggled(self) -> None:
        self._look()
        self.changed.emit()

    def _look(self) -> None:
        """Which of them can be ticked now.  What has lost what it needs is on no more."""
        for name, row in self._rows.items():
            if row.box.isChecked() and self._objection(name, self.names()):
                with QSignalBlocker(row.box):
                    row.box.setChecked(False)
        names = self.names()
        self._fixed.setVisible(self._locked)
        for name, row in self._rows.items():
            why = "" if name in names else self._objection(name, names | {name})
            row.box.setEnabled(not self._locked and not why)
            row.reason.setText(why)
            row.reason.setVisible(bool(why) and not self._locked)
            about = tr(CAPABILITIES[name])
            off = tr("Fixed while running") if self._locked else why
            row.box.setToolTip(f"{about}\n{off}" if off else about)
            row.box.setAccessibleDescription(row.box.toolTip())

    def _objection(self, name: str, names: frozenset[str]) -> str:
        """Why these do not go together, in QEMU's words where it has some."""
        from snapmgr.migrate.together import RULES

        if name == BITMAPS and not self._disks:
            return tr("The machines have no disk")
        if name == BACKGROUND and self._disks:
            return tr("The machines have disks, of which it takes no copy")
        for rule in RULES:
            if name in (rule.name, rule.other) and rule.breaks(names):
                other = rule.other if name == rule.name else rule.name
                if rule.qemu and rule.taken_by:  # not every QEMU says so
                    return tr("{text} (QEMU {versions})", text=rule.qemu, versions=", ".join(rule.refused_by))
                return rule.qemu or tr("Does not go together with {capability}", capability=other)
        return ""
