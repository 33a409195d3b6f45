"""What stands where there is nothing yet: what the place is for, and the one next step."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui.theme import icons
from ui.theme.palette import color
from ui.widgets.labels import label


class _Picture(QWidget):
    """An icon in a quiet round field."""

    def __init__(self, icon: str, tint: str = "text2", *, size: int = 64) -> None:
        super().__init__()
        self._icon, self._tint = icon, tint
        self.setFixedSize(size, size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("neutralBg"))
        painter.drawEllipse(self.rect())
        side = self.width() * 7 / 16
        edge = (self.width() - side) / 2
        icons.paint(painter, QRectF(edge, edge, side, side), self._icon, self._tint)


class EmptyState(QWidget):
    """A picture, a title, a sentence or two, and buttons; centred in its place.  ``low``: in one of few lines."""

    def __init__(
        self,
        icon: str,
        title: str,
        text: str = "",
        *,
        buttons: tuple[QWidget, ...] = (),
        body: QWidget | None = None,
        tint: str = "text2",
        picture: QWidget | None = None,
        low: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 8 if low else 24, 24, 8 if low else 24)
        column.setSpacing(0)
        column.addStretch(2)
        column.addWidget(picture or _Picture(icon, tint, size=40 if low else 64), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8 if low else 16)
        self.title = label(title, "object", wrap=True)
        self.title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.title)
        column.addSpacing(4)
        self.text = _paragraph(text)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.text, 1000)
        middle.addStretch(1)
        column.addLayout(middle)
        if body is not None:
            column.addSpacing(16)
            column.addWidget(body, 0, Qt.AlignmentFlag.AlignHCenter)
        if buttons:
            column.addSpacing(16)
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addStretch()
            for part in buttons:
                row.addWidget(part)
            row.addStretch()
            column.addLayout(row)
        column.addStretch(3)

    def say(self, title: str, text: str) -> None:
        """Change the words, e.g. to name the filter that matches nothing."""
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.setAccessibleName(title)


def _paragraph(text: str) -> QLabel:
    """A paragraph no wider than is good to read."""
    made = label(text, "body2", wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    made.setMaximumWidth(440)
    if not text:
        made.hide()
    return made
