"""What Delete old snapshots… asks: how many are kept, how old the others are, and what goes by that."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QHBoxLayout, QHeaderView, QSpinBox, QTreeView, QWidget

from snapmgr.snapshots.model import Snapshots
from snapmgr.snapshots.old import Old, old_ones
from ui.models.old_snapshots import FATE, NAME, WHEN, OldSnapshots
from ui.models.source_list import Paths
from ui.shell.context import WindowContext
from ui.snapshots.change_dialog import ChangeDialog
from ui.snapshots.change_request import ChangeRequest, Kind, about
from ui.snapshots.details import Facts
from ui.snapshots.spaces import Spaces, show_freed
from ui.snapshots.undo import undo_text
from ui.theme import fonts
from ui.widgets.controls import ComboBox
from ui.words import later, plural, tr

_HOUR, _DAY, _WEEK = 3600, 86400, 7 * 86400
_UNITS = ((_DAY, later("days")), (_WEEK, later("weeks")), (_HOUR, later("hours")))
_MOST = 99_999
_STATE = "old_snapshots"


class OldDialog(ChangeDialog):
    """``request`` is what was asked for: the deletion of all that go."""

    def __init__(
        self, context: WindowContext, machine: Paths, name: str, found: Snapshots, spaces: Spaces, *, runs: bool = False
    ) -> None:
        """``runs``: a guest writes to the disks meanwhile."""
        title = tr("Delete old snapshots of {machine}?", machine=name)
        self._about = tr(
            "What goes is removed from every disk that has it, with what only it holds, all in one go. Where both are "
            "ticked, only what is old by both goes. A snapshot without a recorded date stays."
        )
        super().__init__(
            context,
            tr("Delete old snapshots"),
            title,
            f"{self._about} {undo_text(trim=False, disks=len(found.devices), runs=runs)}",
        )
        self._runs = runs
        self._machine, self._found, self._spaces = machine, found, spaces
        self.old = Old((), tuple(found.rows))
        known = context.settings.state.get(_STATE)
        by_count, count, by_age, age, unit = known if _sound(known) else (True, 7, False, 30, _DAY)
        self.by_count, self.count = self._bound(tr("Keep the newest"), tr("How many are kept"), bool(by_count), count)
        self.unit = ComboBox()
        self.unit.setAccessibleName(tr("Unit of the age"))
        for seconds, text in _UNITS:
            self.unit.addItem(tr(text), seconds)
        self.unit.setCurrentIndex(max(self.unit.findData(unit), 0))
        self.by_age, self.age = self._bound(
            tr("Delete only what is older than"), tr("How old the others are"), bool(by_age), age, self.unit
        )
        self.preview, self.list = OldSnapshots(context.now, self), QTreeView()
        self._make_list()
        self.facts = Facts()
        self.column.addWidget(self.facts)
        self.trim = self.tick(
            tr("Give the room back"),
            tr("The image file takes less space on the disk that it is on."),
        )
        self.finish(tr("Keep all"), "", "danger")
        self.stop.setDefault(True)
        self._connect()
        self._choose()
        spaces.want(machine)
        self.count.setFocus()

    def _bound(self, text: str, name: str, on: bool, value: int, *more: QWidget) -> tuple[QCheckBox, QSpinBox]:
        """A box to tick, its number, and what stands behind that."""
        row = QHBoxLayout()
        row.setSpacing(8)
        box, number = QCheckBox(text), QSpinBox()
        box.setChecked(on)
        number.setRange(0, _MOST)
        number.setValue(value)
        number.setAccessibleName(name)
        number.setFixedWidth(fonts.px(88))
        number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for part in (box, number, *more):
            row.addWidget(part)
        row.addStretch(1)
        self.column.addLayout(row)
        return box, number

    def _make_list(self) -> None:
        view = self.list
        view.setModel(self.preview)
        view.setRootIsDecorated(False)
        view.setUniformRowHeights(True)
        view.setHeaderHidden(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.setAccessibleName(tr("What goes and what stays"))
        view.setFixedHeight(fonts.px(220))
        header = view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (WHEN, FATE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(WHEN, fonts.px(140))
        header.resizeSection(FATE, fonts.px(92))
        self.column.addWidget(view)

    def _connect(self) -> None:
        for box in (self.by_count, self.by_age):
            box.toggled.connect(self._choose)
        for number in (self.count, self.age):
            number.valueChanged.connect(self._choose)
        self.unit.currentIndexChanged.connect(self._choose)
        self._spaces.changed.connect(self._show_space)
        self.accepted.connect(self._remember)
        self.trim.toggled.connect(self._say)

    def _choose(self) -> None:
        """Find out what goes by what is asked for now."""
        by_count, by_age = self.by_count.isChecked(), self.by_age.isChecked()
        for on, parts in ((by_count, [self.count]), (by_age, [self.age, self.unit])):
            for part in parts:
                _enable(part, on)
        if by_count or by_age:
            keep = self.count.value() if by_count else None
            age = self.age.value() * int(self.unit.currentData()) if by_age else None
            self.old = old_ones(self._found.rows, keep_last=keep, older_than=age, now=self.context.now())
        else:
            self.old = Old((), old_ones(self._found.rows, keep_last=_MOST, now=0).kept)
        self.preview.show(self.old)
        if (first := self.preview.first_gone()) > 0:
            self.list.scrollTo(self.preview.index(first - 1, NAME), QAbstractItemView.ScrollHint.PositionAtTop)
        self._show_counts()
        self._show_space()

    def _show_counts(self) -> None:
        gone, kept = len(self.old.gone), len(self.old.kept)
        #: How many snapshots are deleted
        self.facts.set_fact(tr("Goes"), plural("{n} snapshot", "{n} snapshots", gone))
        #: How many snapshots are not deleted
        self.facts.set_fact(tr("Stays"), plural("{n} snapshot", "{n} snapshots", kept))
        self.go.setText(plural("Delete {n} snapshot", "Delete {n} snapshots", gone))
        self.go.setEnabled(gone > 0)
        self.go.setToolTip("" if gone else tr("Nothing is that old."))

    def _show_space(self) -> None:
        show_freed(self.facts, self._spaces.of(self._machine), self.old.gone)

    def _say(self, trim: bool) -> None:
        self.text.setText(f"{self._about} {undo_text(trim=trim, disks=len(self._found.devices), runs=self._runs)}")
        self.fit()

    def _remember(self) -> None:
        self.context.settings.state[_STATE] = [
            self.by_count.isChecked(), self.count.value(), self.by_age.isChecked(), self.age.value(),
            int(self.unit.currentData()),
        ]  # fmt: skip

    def request(self) -> ChangeRequest:
        return about(Kind.DELETE, self._machine, self.old.gone, self._found, trim=self.trim.isChecked())


def _sound(known: object) -> bool:
    """Whether it is what an earlier run remembered."""
    return isinstance(known, list) and len(known) == 5 and all(isinstance(one, int) for one in known)


def _enable(part: QWidget, on: bool) -> None:
    if part.isEnabled() != on:
        part.setEnabled(on)
