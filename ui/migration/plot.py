"""One curve over time, the peaks of all values in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.migration.curve_picture import coloured, drawn
from ui.shell import formats
from ui.theme import fonts
from ui.theme.palette import color
from ui.words import tr

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """``values`` at ``times`` (both n).  ``limit`` is a dashed line, ``shade`` a stretch of time that is set off."""

    times: Floats = field(default_factory=lambda: np.zeros(0))
    values: Floats = field(default_factory=lambda: np.zeros(0))
    end: float = 1.0
    limit: float | None = None
    shade: tuple[float, float] | None = None
    at: float | None = None
    last: str = ""
    """The newest value as it is said beside the title."""
    most: float | None = None
    """What is above is cut off: it would leave no room for all the rest."""

    @property
    def top(self) -> float:
        """Where the scale ends."""
        highest = float(self.values.max(initial=0.0))
        return _nice(max(min(highest, self.most or highest), (self.limit or 0.0) * 1.1))


class Plot(QWidget):
    """``tint`` is the token of its colour, ``about`` says what it shows.  ``pointed`` carries the seconds at which the
    pointer is, None where it has left."""

    pointed = Signal(object)

    def __init__(self, title: str, tint: str, about: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip(about)
        self.setAccessibleDescription(about)
        self.setMouseTracking(True)
        self._at: float | None = None
        """What is pointed at, here or in another plot of the same time."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 72)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so that nothing below it is painted
        self._title, self._tint = title, tint
        self.curve = Curve()
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        return QSize(320, 76)

    def show_curve(self, curve: Curve) -> None:
        if curve.last != self.curve.last:
            self.setAccessibleName(f"{self._title}: {curve.last}" if curve.last else self._title)
        self.curve = curve
        self.update()

    def point(self, seconds: float | None) -> None:
        """Show the value of this time."""
        if seconds != self._at:
            self._at = seconds
            self.update()

    def said(self) -> str:
        """What stands beside the title: the value that is pointed at with its time, else the newest."""
        curve = self.curve
        place = int(np.searchsorted(curve.times, self._at, side="right")) - 1 if self._at is not None else -1
        if self._at is None or place < 0:
            return curve.last
        value, digits = float(curve.values[place]), 1 if curve.end > 3 else 2
        return tr("{value} at {number} s", value=formats.decimal(value, 0 if value >= 100 else 1),
                  number=formats.decimal(self._at, digits))  # fmt: skip

    def _area(self) -> QRectF:
        """Where the curve is."""
        line, left = fonts.px(18), fonts.px(38)
        return QRectF(left, line + 2, self.width() - left - 1, self.height() - line - 4)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        share = (event.position().x() - area.left()) / max(1.0, area.width())
        self.pointed.emit(share * self.curve.end if 0 <= share <= 1 else None)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.fillRect(event.rect(), color("panel"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        head = QRectF(0, 0, self.width(), fonts.px(18))
        painter.setFont(fonts.ui(12, 500))
        painter.setPen(color("text2"))
        painter.drawText(head, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._title)
        painter.setFont(fonts.ui(12, 600, tabular=True))
        painter.setPen(color("text"))
        painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.said())
        self._paint_curve(painter, self._area())

    def _paint_curve(self, painter: QPainter, area: QRectF) -> None:
        curve = self.curve
        top = curve.top
        if curve.shade is not None:
            begin, end = (area.left() + t / curve.end * area.width() for t in curve.shade)
            painter.fillRect(QRectF(begin, area.top(), end - begin, area.height()), color("k_cmd", 0.15))
        self._paint_scale(painter, area, top)
        self._paint_values(painter, area, top)
        if curve.limit is not None and top:
            y = area.bottom() - curve.limit / top * area.height()
            painter.setPen(QPen(color("text2"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setFont(fonts.ui(11))
            above = y - fonts.px(15) >= area.top()
            box = QRectF(area.left() + 6, y - fonts.px(15) if above else y + 1, area.width() - 12, fonts.px(14))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, tr("limit"))
        if curve.at is not None:
            x = area.left() + curve.at / curve.end * area.width()
            painter.setPen(QPen(color("text"), 1.5))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        if self._at is not None and self._at <= curve.end:
            x = area.left() + self._at / curve.end * area.width()
            painter.setPen(QPen(color("accent"), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_values(self, painter: QPainter, area: QRectF, top: float) -> None:
        curve, ratio = self.curve, self.devicePixelRatioF()
        room = area.adjusted(-1, -1, 1, 1)
        width, height = math.ceil(room.width() * ratio), math.ceil(room.height() * ratio)
        if not len(curve.times) or not top or min(width, height) < 1:
            return
        x = (1 + curve.times / curve.end * area.width()) * ratio
        y = (1 + area.height() - curve.values / top * area.height()) * ratio
        tint = color(self._tint)
        picture = coloured(drawn(x, y, width, height, ratio), (tint.red(), tint.green(), tint.blue()))
        image = QImage(picture.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        painter.drawImage(room.topLeft(), image)

    def _paint_scale(self, painter: QPainter, area: QRectF, top: float) -> None:
        painter.setFont(fonts.ui(11, tabular=True))
        for share in (0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.setPen(color("line"))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(color("text3"))
            words = _short(top * share, top)
            box = QRectF(0, y - (0 if share == 1.0 else fonts.px(7)), area.left() - 6, fonts.px(14))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        painter.setPen(color("lineStrong"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())


def _short(value: float, top: float) -> str:
    """A number for the scale: 12, 0.5, 40 k, 8 M."""
    if not top:
        return ""
    if top >= 1_000_000:
        return tr("{number} M", number=formats.decimal(value / 1_000_000, 0 if top >= 10_000_000 else 1))
    if top >= 10_000:
        return tr("{number} k", number=formats.decimal(value / 1000, 0))
    return formats.decimal(value, 0 if top >= 10 else 1)


def _nice(value: float) -> float:
    """A round number at or above ``value``."""
    if value <= 0:
        return 0.0
    power = 10.0 ** np.floor(np.log10(value))
    return next(float(step * power) for step in (1, 2, 4, 5, 8, 10) if step * power >= value * 0.999)
