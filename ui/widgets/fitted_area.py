"""A column of texts that wrap, as high as they need, with a scroll bar where there is not so much room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget


class FittedArea(QScrollArea):
    """``column`` takes the parts.  Qt's own resizing gives texts that wrap the height of their narrowest form."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.setWidget(body)

    def needed(self, width: int) -> int:
        """The height that the parts need in this width."""
        for part in self.widget().findChildren(QLabel):
            part.ensurePolished()
        self.column.invalidate()
        self.column.activate()
        if self.column.hasHeightForWidth():
            return self.column.totalHeightForWidth(width)
        return self.column.totalSizeHint().height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()

    def lay_out(self) -> None:
        """Place the parts anew, e.g. because there are others."""
        room = self.viewport().size()
        self.widget().resize(room.width(), max(self.needed(room.width()), room.height()))
