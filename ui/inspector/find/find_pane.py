"""The pane in which something is looked for: a field, where to look, and the hits."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from ui.inspector.find.hits import HitsView
from ui.inspector.find.searching import Where
from ui.theme import fonts
from ui.theme.tokens import INSET
from ui.widgets.controls import ComboBox, SearchField, Segmented, button, icon_button, line
from ui.widgets.labels import ElidedLabel
from ui.words import tr

HEIGHT = 236
TEXT, HEX = "text", "hex"


class FindPane(QWidget):
    """``begun``: look for what the field says; ``stopped``: look no further; ``closed``: the pane is done with."""

    begun = Signal()
    stopped = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line())
        row = QHBoxLayout()
        row.setContentsMargins(INSET, 6, 8, 6)
        row.setSpacing(8)
        self.field = SearchField(tr("Find text or bytes"), tr("What is to be found"))
        self.field.setMinimumWidth(fonts.px(120))
        self.field.returnPressed.connect(self.begun.emit)
        self.field.escaped.connect(self.closed.emit)
        self.field.textChanged.connect(lambda _: self.say(""))
        self.field.textEdited.connect(self._typed)
        self.where = ComboBox()
        self.where.setAccessibleName(tr("Where to look"))
        for where in Where:
            self.where.addItem(where.title, where)
        self.where.currentIndexChanged.connect(lambda _: self._adapt())
        #: How what is to be found was typed
        self.form = Segmented(((TEXT, tr("Text")), (HEX, tr("Hex"))), tr("What was typed"))
        self.go = button(tr("Find"), run=self.begun.emit)
        self.stop = button(tr("Cancel"), run=self.stopped.emit)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(fonts.px(90))
        self.progress.setAccessibleName(tr("Looking for it"))
        self.said = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        back = icon_button("caret-up", tr("Previous hit (Shift+F3)"), lambda: self.hits.step(-1))
        on = icon_button("caret-down", tr("Next hit (F3)"), lambda: self.hits.step(1))
        close = icon_button("x", tr("Close"), self.closed.emit)
        row.addWidget(self.field, 2)
        for part in (self.where, self.form, self.go, self.stop, self.progress):
            row.addWidget(part)
        row.addWidget(self.said, 1)
        for part in (back, on, close):
            row.addWidget(part)
        column.addLayout(row)
        column.addWidget(line())
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)
        self.hits = HitsView(self)
        self._stack.addWidget(self.hits)
        self.field.down.connect(self.hits.setFocus)
        self.setFixedHeight(fonts.px(HEIGHT))
        self.set_busy(False)

    def _typed(self, text: str) -> None:
        """What begins with 0x are bytes, as on the command line: it is seen, and can be changed."""
        if text.casefold() == "0x" and self.where.currentData() is not Where.FIELDS:
            self.form.set_chosen(HEX)

    def _adapt(self) -> None:
        """Fields are found by the words of the filter."""
        fields = self.where.currentData() is Where.FIELDS
        self.form.setVisible(not fields)
        self.field.setPlaceholderText(tr("Name or value: lsr, =0x60") if fields else tr("Find text or bytes"))

    def set_busy(self, busy: bool) -> None:
        self.progress.setVisible(busy)
        self.progress.setRange(0, 0)
        self.stop.setVisible(busy)
        self.go.setVisible(not busy)

    def looked(self, done: int, total: int) -> None:
        if total:
            self.progress.setRange(0, 1000)
            self.progress.setValue(1000 * done // total)

    def say(self, text: str, *, fault: bool = False) -> None:
        """How many there are, or why nothing was looked for."""
        self.said.setText(text)
        self.field.setProperty("fault", fault)
        self.field.style().polish(self.field)

    def hexadecimal(self) -> bool:
        return self.form.current() == HEX

    def set_pattern(self, data: bytes) -> None:
        """Look for these bytes in RAM."""
        self.where.setCurrentIndex(self.where.findData(Where.RAM))
        self._adapt()
        self.form.set_chosen(HEX)
        self.field.setText(data.hex(" ").upper())
