"""A place for a part that may be higher than it: it scrolls instead of being squeezed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget


class Scrolling(QScrollArea):
    """Holds one part, as wide as the place and as high as it needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def hold(self, part: QWidget) -> None:
        self.setWidget(part)
        self.viewport().setAutoFillBackground(False)
        part.setAutoFillBackground(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """A scroll area does not ask how high wrapped text is at its width."""
        layout = self.widget().layout() if self.widget() is not None else None
        if layout is not None and layout.hasHeightForWidth():
            wrapped = layout.minimumHeightForWidth(self.viewport().width())
            self.widget().setMinimumHeight(wrapped if wrapped > layout.totalMinimumSize().height() else 0)
