"""What the lines and nodes of the timeline mean."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.models.snapshot_texts import DISK_ONLY
from ui.theme import fonts
from ui.theme.palette import color
from ui.theme.tokens import INSET
from ui.widgets.lane_painter import Node, lane_pen, paint_node
from ui.widgets.two_lines import mirrored, paint_line
from ui.words import tr


class Legend(QWidget):
    """What the lane's line and nodes mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Solid line: came from. Dotted line: order by date only. Square: disk only."))
        self.setFixedHeight(fonts.px(33))

    def _entries(self) -> tuple[tuple[str, str], ...]:
        #: A solid line leads to the snapshot that this one came from
        came = tr("came from")
        return ("solid", came), ("dotted", tr("order by date only")), ("square", tr(DISK_ONLY))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.setFixedHeight(fonts.px(33))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRect(0, 0, self.width(), 1), color("line"))
        font = fonts.role("secondary")
        x, middle = INSET, self.height() / 2
        whole = self.rect()
        for kind, text in self._entries():
            width = 12 if kind == "square" else 22
            box = mirrored(self.layoutDirection(), whole, QRect(x, 0, width, self.height()))
            if kind != "square":
                painter.setPen(lane_pen("text3", solid=kind == "solid"))
                painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
            else:
                paint_node(painter, QPointF(box.center().x() + 0.5, middle), "panel", Node(square=True))
            x += width + 6
            advance = fonts.text_width(font, text)
            place = mirrored(self.layoutDirection(), whole, QRect(x, 0, advance + 2, self.height()))
            paint_line(painter, place, text, font, "text2", direction=self.layoutDirection())
            x += advance + 20
