"""The small pictures of the start page: painted, so that they follow theme and scale."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import fonts
from ui.theme.palette import color
from ui.theme.resources import resource

WIDTH, HEIGHT = 262, 96
Draw = Callable[[QPainter], None]


class Vignette(QWidget):
    """A sunken field with a drawing in its middle; the drawing is 262×96 and does not mirror."""

    def __init__(self, draw: Draw, width: int = WIDTH, height: int = HEIGHT) -> None:
        super().__init__()
        self._draw, self._size = draw, QSize(width, height)
        self.setMinimumSize(120, height)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return self._size

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setClipPath(clip)
        painter.fillRect(self.rect(), color("sunken"))
        scale = min(1.0, self.width() / self._size.width())
        painter.translate((self.width() - self._size.width() * scale) / 2, self.height() * (1 - scale) / 2)
        painter.scale(scale, scale)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._draw(painter)


def snapshots(painter: QPainter) -> None:
    """Three snapshots on a lane."""
    rows = (18, 48, 78)
    painter.setPen(QPen(color("ok"), 1.6))
    painter.drawLine(QPointF(30, rows[0]), QPointF(30, rows[1]))
    painter.setPen(QPen(color("lineStrong"), 1.6))
    painter.drawLine(QPointF(30, rows[1]), QPointF(30, rows[2]))
    for y, outline, fill in ((18, "ok", "sunken"), (48, "accent", "accent"), (78, "lineStrong", "sunken")):
        painter.setPen(QPen(color(outline), 1.8))
        painter.setBrush(color(fill))
        painter.drawEllipse(QPointF(30, y), 6, 6)
    grounds = ("p_norm", "k_block", "k_cmd")
    for y, ground, length in zip(rows, grounds, (110, 150, 84), strict=True):
        _screen(painter, QRectF(52, y - 11, 36, 22), ground)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("lineStrong", 0.5))
        painter.drawRoundedRect(QRectF(100, y - 4, length, 8), 4, 4)


def _screen(painter: QPainter, box: QRectF, ground: str) -> None:
    painter.setPen(QPen(color("line"), 1))
    painter.setBrush(color(ground, 0.45))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("panel"))
    painter.drawRoundedRect(box.adjusted(9, 6, -9, -5), 1.5, 1.5)
    painter.setBrush(color("lineStrong", 0.7))
    painter.drawRect(QRectF(box.left() + 12, box.top() + 9, 9, 1.5))
    painter.drawRect(QRectF(box.left() + 12, box.top() + 12.5, 12, 1.5))


def inspector(painter: QPainter) -> None:
    """A stream to scale above its first bytes."""
    x = 18.0
    for kind, width in (("k_meta", 8), ("k_ram", 122), ("k_dev", 24), ("k_sub", 9), ("k_fault", 12), ("k_dev", 16)):
        box = QRectF(x, 18, width, 18)
        painter.fillRect(box, color(kind))
        if kind == "k_fault":
            painter.fillRect(box, QBrush(color("onDanger", 0.75), Qt.BrushStyle.BDiagPattern))
        x += width + 2
    font = fonts.mono(12)
    font.setPixelSize(12)  # the picture is scaled as a whole
    painter.setFont(font)
    painter.setPen(color("text2"))
    for y, text in ((58, "51 45 56 4D 00 00 00 03  QEVM"), (78, "07 00 00 00 0B 70 63 2D  pc-")):
        painter.drawText(QPointF(18, y), text)


def migration(painter: QPainter) -> None:
    """Pages on their way from one map to another."""
    _map(painter, 16, arrived=False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("p_norm"))
    for x in (110, 128):
        painter.drawRoundedRect(QRectF(x, 42, 12, 12), 3, 3)
    _map(painter, 162, arrived=True)


def _map(painter: QPainter, left: float, *, arrived: bool) -> None:
    cell, columns = 4, 21
    painter.fillRect(QRectF(left, 20, columns * cell, 56), color("p_zero"))
    painter.fillRect(QRectF(left, 20, columns * cell, 14), color("p_norm"))
    edge = "p_miss" if arrived else "p_norm"
    for column, row, length in (
        (1, 0, 1),
        (4, 0, 1),
        (7, 1, 5),
        (14, 0, 3),
        (9, 4, 1),
        (12, 4, 8),
        (0, 9, 5),
        (8, 9, 9),
    ):
        name = "p_norm" if row < 2 else edge
        painter.fillRect(QRectF(left + column * cell, 34 + row * cell, length * cell, cell), color(name))


def guest(width: float, height: float) -> Draw:
    """The demo machine's screen, as it was at tick 620; the picture fills the field and loses its edges."""
    image = QImage(str(resource("demo", "screen.png")))

    def draw(painter: QPainter) -> None:
        scale = width / image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shown = image.height() * scale
        painter.drawImage(QRectF(0, (height - shown) / 2, width, shown), image)

    return draw
