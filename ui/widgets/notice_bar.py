"""A bar across a page: what became of what it shows, one thing to do about it, and a way to be rid of the bar."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.tokens import INSET
from ui.widgets.controls import button, icon_button
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.notice_box import Glyph
from ui.words import tr


class NoticeBar(QWidget):
    """``wanted`` is its button, ``dismissed`` its cross.  Not seen until something is said."""

    wanted = Signal()
    dismissed = Signal()

    def __init__(self, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        around = QVBoxLayout(self)
        around.setContentsMargins(INSET, 8, INSET, 4)
        box = QFrame(self)
        box.setProperty("frame", "box-warn")
        around.addWidget(box)
        row = QHBoxLayout(box)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(Glyph("warning", "warn"), 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout()
        column.setSpacing(2)
        self.title = ElidedLabel("", "strong")
        self.text = label("", "secondary", wrap=True)
        self.text.setMinimumWidth(80)
        column.addWidget(self.title)
        column.addWidget(self.text)
        row.addLayout(column, 1)
        self.go = button(action, run=self.wanted.emit)
        self.close_button = icon_button("x", tr("Dismiss"), self.dismissed.emit)
        for part in (self.go, self.close_button):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setVisible(False)

    def say(self, title: str, text: str, refused: str = "") -> None:
        """``refused``: why its button cannot be used now."""
        news = not self.isVisible() or title != self.title.full_text()
        self.title.setText(title)
        self.text.setText(text)
        self.go.setEnabled(not refused)
        self.go.setToolTip(refused)
        self.setAccessibleName(f"{title}. {text}")
        self.setVisible(True)
        if news:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
