"""The field that an offset is typed into: Enter goes there, Esc leaves it as if nothing had been typed."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.shell.actions import shown_keys
from ui.theme import fonts
from ui.words import tr


class OffsetField(QLineEdit):
    """``left(widget)`` is Esc: where the focus came from, None where that is not known any more."""

    left = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._here = ""
        self._came_from: QWidget | None = None
        self.setAcceptDrops(False)  # a file that is dropped here is opened by the window
        self.setFont(fonts.mono(12))
        self.setAccessibleName(tr("Go to offset"))
        hint = tr("An offset in hexadecimal, +N and −N bytes from here, or a link")
        self._hint = f"{hint}  {shown_keys('Ctrl+G')}"
        self.set_digits(8)
        self.say_fault("")

    def set_digits(self, digits: int) -> None:
        """Room for offsets of so many hexadecimal digits."""
        self.setFixedWidth(fonts.text_width(fonts.mono(12), "0" * (digits + 1)) + 26)

    def show_offset(self, text: str) -> None:
        """Where the selection is; what is being typed stays."""
        self._here = text
        if not self.hasFocus():
            self.setText(text)

    def say_fault(self, reason: str) -> None:
        """Mark the field, and say why; an empty reason takes both away."""
        self.setProperty("fault", bool(reason))
        self.style().polish(self)
        self.setToolTip(reason or self._hint)
        self.setAccessibleDescription(reason)

    def take_focus(self, before: QWidget | None) -> None:
        """Be typed into; Esc gives the focus back to ``before``."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if before is not self:
            self._came_from = before
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
            return
        before, self._came_from = self._came_from, None
        self.setText(self._here)
        self.say_fault("")
        self.left.emit(before if before is not None and shiboken6.isValid(before) else None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._came_from = None
