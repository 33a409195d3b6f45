"""The phases of a migration as a bar over time, and the playhead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.shell import formats
from ui.theme import fonts
from ui.theme.palette import color, on_kind
from ui.words import plural, tr

BAR, HEIGHT, LANE = 26, 92, 18


@dataclass(frozen=True, slots=True)
class Segment:
    """From ``begin`` to ``end`` in seconds; ``tint`` is a token; a ``guess`` is dashed, ``failed`` ends in a hatch.
    ``short`` is what there is room for where there is none for ``title``, ``about`` what happens then."""

    title: str
    begin: float
    end: float
    tint: str
    guess: bool = False
    failed: bool = False
    short: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """Everything that is painted.  ``downtime`` is (begin, end, text)."""

    segments: tuple[Segment, ...] = ()
    downtime: tuple[float, float, str] | None = None
    marks: tuple[tuple[float, str], ...] = ()
    """Moments worth a look: seconds, and what was then."""
    end: float = 1.0
    at: float | None = None
    """Where the playhead is."""
    checkpoints: tuple[tuple[float, float], ...] = ()
    """Of COLO: from when to when the primary waited for each."""


class Phases(QWidget):
    """``moved`` carries the seconds that the playhead was dragged to."""

    moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so that nothing below it is painted
        self.setAccessibleName(tr("Phases"))
        self.bar = Bar()

    def sizeHint(self) -> QSize:
        return QSize(400, fonts.px(HEIGHT - 20 + (LANE + 4 if self.bar.checkpoints else 0)))

    def show_bar(self, bar: Bar) -> None:
        if bar == self.bar:
            return
        before, self.bar = self.bar, bar
        if (bar.segments, bar.checkpoints) != (before.segments, before.checkpoints):
            said = ", ".join(f"{one.title} {formats.duration(one.end - one.begin)}" for one in bar.segments)
            self.setAccessibleName(tr("Phases: {phases}", phases=said) if said else tr("Phases"))
            self.setAccessibleDescription(about_checkpoints(bar.checkpoints))
        if bool(bar.checkpoints) != bool(before.checkpoints):
            self.updateGeometry()
        self.update()

    # -- painting --------------------------------------------------------------------------------------------------

    def _x(self, seconds: float) -> float:
        return seconds / max(self.bar.end, 1e-9) * (self.width() - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.fillRect(event.rect(), color("panel"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = fonts.px(BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("sunken"))
        painter.drawRoundedRect(QRectF(0, 0, self.width(), height), 4, 4)
        for segment in self.bar.segments:
            self._paint_segment(painter, segment, height)
        self._paint_axis(painter)
        self._paint_checkpoints(painter, height + 3 + fonts.px(22))
        self._paint_downtime(painter, height)
        for seconds, _ in self.bar.marks:
            self._paint_mark(painter, self._x(seconds), height + 9)
        if self.bar.at is not None:
            self._paint_playhead(painter, self._x(self.bar.at))
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(1, 1, self.width() - 2, height - 2), 4, 4)

    def _paint_segment(self, painter: QPainter, segment: Segment, height: int) -> None:
        left, right = self._x(segment.begin), self._x(segment.end)
        box = QRectF(left, 0, max(2.0, right - left - 1), height)
        if segment.guess:
            painter.setPen(QPen(color(segment.tint), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
            painter.setPen(color("text2"))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(segment.tint))
            painter.drawRoundedRect(box, 4, 4)
            if segment.failed:
                end = QRectF(box.right() - 8, 0, 8, height)
                painter.fillRect(end, color("k_fault"))
                painter.fillRect(end, QBrush(color("text"), Qt.BrushStyle.BDiagPattern))
            painter.setPen(on_kind(segment.tint))
        font = fonts.ui(12, 600)
        painter.setFont(font)
        fits = (words for words in (segment.title, segment.short) if fonts.text_width(font, words) < box.width() - 8)
        words = next(fits, "")
        painter.drawText(box.adjusted(5, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _paint_axis(self, painter: QPainter) -> None:
        step = _step(self.bar.end, max(1, self.width() // 90))
        line = fonts.px(16)
        painter.setFont(fonts.ui(11, tabular=True))
        last, seconds, flag = -1e9, 0.0, self._flag()
        while seconds <= self.bar.end:
            x = self._x(seconds)
            painter.setPen(color("lineStrong"))
            painter.drawLine(QPointF(x, self.height() - line - 5), QPointF(x, self.height() - line - 1))
            painter.setPen(color("text2"))
            words = tr("{number} s", number=formats.decimal(seconds, 1 if step < 1 else 0))
            width = fonts.text_width(painter.font(), words) + 4
            left = min(max(0.0, x - width / 2), self.width() - width)
            box = QRectF(left, self.height() - line, width, line)
            if left > last and not box.intersects(flag):
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
                last = left + width
            seconds += step

    def _paint_downtime(self, painter: QPainter, height: int) -> None:
        if self.bar.downtime is None:
            return
        begin, end, words = self.bar.downtime
        left, right, top = self._x(begin), max(self._x(end), self._x(begin) + 2), height + 3
        painter.setPen(QPen(color("text"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        points = [QPointF(left, top), QPointF(left, top + 4), QPointF(right, top + 4), QPointF(right, top)]
        painter.drawPolyline(QPolygonF(points))
        font = fonts.ui(12, 500)
        painter.setFont(font)
        width = fonts.text_width(font, words) + 4
        at = min(max(0.0, (left + right) / 2 - width / 2), self.width() - width)
        painter.drawText(QRectF(at, top + 4, width, fonts.px(18)), Qt.AlignmentFlag.AlignCenter, words)

    def _paint_checkpoints(self, painter: QPainter, top: int) -> None:
        """A lane of its own: a tick for each, as wide as the primary waited for it."""
        if not self.bar.checkpoints:
            return
        lane = fonts.px(LANE)
        font = fonts.ui(12, 500)
        painter.setFont(font)
        painter.setPen(color("text2"))
        words, first = tr("checkpoints"), self._x(self.bar.checkpoints[0][0])
        width = fonts.text_width(font, words) + 8
        if width <= first:
            box = QRectF(first - width, top, width - 6, lane)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, words)
        drawn = -1.0
        for begin, end in self.bar.checkpoints:
            left, right = self._x(begin), self._x(end)
            if right - drawn < 1:  # hides behind the one before
                continue
            painter.fillRect(QRectF(left, top + 2, max(2.0, right - left), lane - 4), color("k_cmd"))
            drawn = max(right, left + 2)

    def _paint_mark(self, painter: QPainter, x: float, y: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("warn"))
        painter.drawPolygon(QPolygonF([QPointF(x - 4, y + 4), QPointF(x + 4, y + 4), QPointF(x, y - 3)]))

    def _time_said(self) -> str:
        """Where the playhead is."""
        at = self.bar.at if self.bar.at is not None else self.bar.end
        return tr("{number} s", number=formats.decimal(at, 1 if self.bar.end > 3 else 2))

    def _flag(self) -> QRectF:
        """Of the playhead, with its time; numbers of the axis have no place there.  Empty where there is none."""
        if self.bar.at is None:
            return QRectF()
        line, width = fonts.px(18), fonts.text_width(fonts.ui(11, 600, tabular=True), self._time_said()) + 12
        left = min(max(0.0, self._x(self.bar.at) - width / 2), self.width() - width)
        return QRectF(left, self.height() - line, width, line)

    def _paint_playhead(self, painter: QPainter, x: float) -> None:
        box = self._flag()
        painter.setPen(QPen(color("text"), 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, box.top()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("text"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(fonts.ui(11, 600, tabular=True))
        painter.setPen(color("panel"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._time_said())

    def words(self, seconds: float) -> str:
        """What was then."""
        near = self.bar.end / max(1, self.width()) * 6
        found = [title for when, title in self.bar.marks if abs(when - seconds) <= near]
        for number, (begin, end) in enumerate(self.bar.checkpoints, 1):
            if begin - near <= seconds <= end + near:
                took = formats.decimal((end - begin) * 1000, 0)
                found.append(tr("checkpoint {number}: both guests stood still for {took} ms", number=number, took=took))
        for segment in self.bar.segments:
            if segment.begin <= seconds < segment.end:
                found.append(f"{segment.title}, {formats.duration(segment.end - segment.begin)}")
                found += [segment.about] if segment.about else []
        return "\n".join(found)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            seconds = event.pos().x() / max(1, self.width() - 1) * self.bar.end
            QToolTip.showText(event.globalPos(), self.words(seconds), self)
            return True
        return super().event(event)

    # -- moving it -------------------------------------------------------------------------------------------------

    def _drag(self, event: QMouseEvent) -> None:
        share = event.position().x() / max(1, self.width() - 1)
        self.moved.emit(max(0.0, min(1.0, share)) * self.bar.end)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -0.1, Qt.Key.Key_Right: 0.1, Qt.Key.Key_PageUp: -1.0, Qt.Key.Key_PageDown: 1.0}
        key = Qt.Key(event.key())
        at = self.bar.at if self.bar.at is not None else self.bar.end
        if key in steps:
            self.moved.emit(max(0.0, at + steps[key]))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.moved.emit(0.0 if key is Qt.Key.Key_Home else self.bar.end)
        else:
            super().keyPressEvent(event)


def about_checkpoints(checkpoints: Sequence[tuple[float, float]]) -> str:
    """How many, and how long the primary waited; "" for none."""
    if not checkpoints:
        return ""
    waits = [end - begin for begin, end in checkpoints]
    return tr(
        "{checkpoints}, the last took {last} ms, the longest {longest} ms",
        checkpoints=plural("{n} checkpoint", "{n} checkpoints", len(waits)),
        last=formats.decimal(waits[-1] * 1000, 0),
        longest=formats.decimal(max(waits) * 1000, 0),
    )


def _step(end: float, most: int) -> float:
    """Seconds from one number of the axis to the next, ``most`` of them at most."""
    for step in (0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0):
        if end / step <= most:
            return step
    return end / most
