"""A field that narrows a list, with what it found said beside the words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import fonts
from ui.theme.palette import color
from ui.widgets.controls import SearchField

_CLEAR = 32
"""Room that the clear icon takes at the right, in px."""


class FindBar(SearchField):
    """``accepted`` is Enter (next match), ``accepted_back`` Shift+Enter."""

    accepted = Signal()
    accepted_back = Signal()

    def __init__(self, placeholder: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(placeholder, name, parent)
        self._found = ""

    def say(self, found: str) -> None:
        """Show what was found ("12 matches") at the right end; "" for nothing to say."""
        if found != self._found:
            self._found = found
            self.setAccessibleDescription(found)
            right = fonts.text_width(fonts.ui(12), found) + 8 if found else 0
            self.setTextMargins(0, 0, right, 0)
            self.update()

    def said(self) -> str:
        return self._found

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._found:
            painter = QPainter(self)
            painter.setFont(fonts.ui(12))
            painter.setPen(color("text3"))
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(self.rect().adjusted(0, 0, -_CLEAR, 0), side, self._found)
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.accepted_back if back else self.accepted).emit()
            return
        super().keyPressEvent(event)
