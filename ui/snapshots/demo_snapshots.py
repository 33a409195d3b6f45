"""The demo machine's snapshots, beside its screen: what there is, and saving, loading and deleting one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.shell import formats
from ui.snapshots.demo_timeline import DemoTimeline
from ui.snapshots.demo_where import WhereBox
from ui.snapshots.note_edit import NoteEdit
from ui.theme import fonts
from ui.theme.tokens import ROW_SNAPSHOT
from ui.widgets.controls import ComboBox, button
from ui.widgets.labels import label
from ui.words import tr

ROWS = 5
"""Rows that are seen at once."""
MARGINS = 10
"""Px of frame and air around them."""


class DemoSnapshots(QWidget):
    """``save_wanted`` carries a name, empty for one of date and time, whether the guest runs meanwhile, and a Where.

    The others carry a row of the list.
    """

    save_wanted = Signal(str, bool, object)
    load_wanted = Signal(object)
    delete_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found = Snapshots((), ())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(tr("Snapshots"), "group"))
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Name, else date and time"))
        self.name.setAccessibleName(tr("Name of the snapshot"))
        self.name.returnPressed.connect(self._save)
        self.save = button(tr("Save"), icon="camera", run=self._save)
        above = QHBoxLayout()
        above.setSpacing(8)
        above.addWidget(self.name, 1)
        above.addWidget(self.save)
        column.addLayout(above)
        self._add_how(column)
        self.list = DemoTimeline()
        self.list.currentItemChanged.connect(lambda *_: self._adapt())
        self.list.itemActivated.connect(lambda *_: self._load())
        self.list.unwanted.connect(self._delete)
        column.addWidget(self.list)
        self.load = button(tr("Load…"), icon="clock-counter-clockwise", run=self._load)
        self.delete = button(tr("Delete…"), "ghost", "trash", run=self._delete)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.load)
        below.addWidget(self.delete)
        below.addStretch(1)
        column.addLayout(below)
        self.said = label("", "secondary", wrap=True)
        column.addWidget(self.said)
        self.note = NoteEdit()
        column.addWidget(self.note)
        self._nothing = tr("Nothing is saved yet. Save keeps the machine and its disks as they are.")
        self._usable = True
        self._adapt()

    def _add_how(self, column: QVBoxLayout) -> None:
        self.how = ComboBox()
        self.how.setAccessibleName(tr("How it is saved"))
        #: How a snapshot is saved: the guest goes on running meanwhile
        self.how.addItem(tr("Live"), True)
        #: How a snapshot is saved: the guest stands still meanwhile
        self.how.addItem(tr("Paused"), False)
        self.how.currentIndexChanged.connect(lambda *_: self._show_how())
        row = QHBoxLayout()
        row.setSpacing(8)
        words = label(tr("How"), "body2")
        words.setBuddy(self.how)
        row.addWidget(words)
        row.addStretch(1)
        row.addWidget(self.how)
        column.addLayout(row)
        self.meaning = label("", "secondary", wrap=True)
        column.addWidget(self.meaning)
        self.where = WhereBox()
        named = label(tr("Where"), "body2")
        named.setBuddy(self.where)
        column.addWidget(named)
        column.addWidget(self.where)
        self._show_how()

    def _show_how(self) -> None:
        live = tr("The guest stops for about 10 ms and runs on while its RAM is written.")
        text = live if self.how.currentData() else tr("The guest stands still until all of its RAM is written.")
        self.meaning.setText(text)
        self.how.setAccessibleDescription(text)

    def show_rows(self, found: Snapshots, units: formats.Units, select: str = "") -> None:
        """The newest first; the one with the id ``select`` becomes the selection, else that which was."""
        was = self.row()
        select = select or (was.id if was is not None else "")
        self._found = found
        self.list.blockSignals(True)
        self.list.show_list(found, units, select)
        self.list.blockSignals(False)
        self.list.setFixedHeight(fonts.px(ROW_SNAPSHOT) * max(2, min(ROWS, self.list.count())) + MARGINS)
        self._adapt()

    def say(self, text: str) -> None:
        """What was done last, or why nothing can be."""
        self.said.setText(text)
        self.said.setVisible(bool(text))

    @property
    def says_nothing_is_saved(self) -> bool:
        return self.said.text() == self._nothing

    def say_nothing_is_saved(self, nothing: bool) -> None:
        self.say(self._nothing if nothing else "")

    def set_usable(self, usable: bool) -> None:
        """Whether anything can be saved or loaded just now."""
        self._usable = usable
        self._adapt()

    def row(self) -> SnapshotRow | None:
        """The selected one."""
        return self.list.row_of(self.list.currentItem())

    @property
    def found(self) -> Snapshots:
        """All that is listed."""
        return self._found

    def _adapt(self) -> None:
        for part in (self.name, self.save, self.how, self.where):
            part.setEnabled(self._usable)
        for part in (self.load, self.delete):
            part.setEnabled(self._usable and self.row() is not None)
        row = self.row()
        self.note.show_note(row, self._found.beside.notes.get(self._found.place(row), "") if row is not None else "")
        self.note.setVisible(row is not None)

    def _save(self) -> None:
        if self._usable:
            self.save_wanted.emit(self.name.text(), bool(self.how.currentData()), self.where.where())

    def _load(self) -> None:
        if self._usable and (row := self.row()) is not None:
            self.load_wanted.emit(row)

    def _delete(self) -> None:
        if self._usable and (row := self.row()) is not None:
            self.delete_wanted.emit(row)
