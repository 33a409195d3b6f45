"""A box that concerns one thing: what is the matter with it, and what can be done.  Never for passing news."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.theme import fonts, icons
from ui.widgets.labels import label

_LOOKS = {
    "info": ("info", "accent"),
    "ok": ("check-circle", "ok"),
    "warn": ("warning", "warn"),
    "danger": ("x-circle", "danger"),
}


class Glyph(QWidget):
    """One icon of a size in a colour of the theme."""

    def __init__(self, icon: str, tint: str = "text2", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._tint, self._size = icon, tint, size
        self.setFixedSize(fonts.px(size), fonts.px(size))

    def set_look(self, icon: str, tint: str) -> None:
        self._icon, self._tint = icon, tint
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.setFixedSize(fonts.px(self._size), fonts.px(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        icons.paint(QPainter(self), QRectF(self.rect()), self._icon, self._tint)


class NoticeBox(QFrame):
    """``tone`` is info, ok, warn or danger; ``quote`` is QEMU's own text, in its own face."""

    def __init__(
        self,
        tone: str,
        title: str,
        text: str = "",
        *,
        quote: str = "",
        buttons: tuple[QWidget, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("frame", f"box-{tone}")
        self.setAccessibleName(title)
        icon, tint = _LOOKS[tone]
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(8)
        row.addWidget(Glyph(icon, tint), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(2)
        row.addLayout(column, 1)
        parts = [label(title, "strong", wrap=True)]
        parts += [label(text, "secondary", wrap=True)] if text else []
        parts += [label(quote, "mono", wrap=True, selectable=True)] if quote else []
        for part in parts:
            part.setMinimumWidth(80)
            column.addWidget(part)
        if buttons:
            actions = QHBoxLayout()
            actions.setSpacing(8)
            actions.setContentsMargins(0, 6, 0, 0)
            for made in buttons:
                actions.addWidget(made)
            actions.addStretch()
            column.addLayout(actions)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
