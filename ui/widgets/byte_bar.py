"""The overview of a stream: row 1 the whole of it to scale, row 2 what the lens on row 1 magnifies.

Click selects the byte under the pointer, dragging the lens moves it, the wheel zooms at the pointer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from snapmgr.inspect.model import NodeKind, Problem, Severity, Span
from ui.theme import fonts
from ui.theme.palette import color, on_kind, tokens
from ui.widgets.bar_segments import Segment, SpanTable, default_lens

INSET = 16
CAPTION, WHOLE, GAP, LENS, AXIS = 16, 20, 18, 30, 16
SMALLEST_LENS = 64
"""Bytes."""
LENS_HANDLE = 12
"""Narrowest that the lens is drawn on row 1, in px."""
TICKS = 7

_PROBLEM = {Severity.ERROR: "danger", Severity.WARNING: "warn", Severity.NOTE: "accent"}


class ByteBar(QWidget):
    """Overview of spans.  ``selected(offset)`` is the byte that was clicked, ``span_selected(row)`` a span that was
    reached with the keyboard."""

    selected = Signal(object)
    span_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = SpanTable()
        self._rows: dict[tuple[object, ...], QPixmap] = {}
        self._problems: tuple[Problem, ...] = ()
        self._size = 0
        self._read = 0
        self._caption = ""
        self._lens = (0, 0)
        self._lens_chosen = False
        self._mark = (0, 0)
        self._grab: tuple[float, int] | None = None
        self._current: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Overview of the stream")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # offsets do not mirror

    # --- what is shown ---

    def set_stream(
        self,
        spans: SpanTable | Sequence[Span],
        size: int,
        problems: Sequence[Problem] = (),
        *,
        read: int | None = None,
    ) -> None:
        """Show these spans of a stream of ``size`` bytes, of which ``read`` were read so far (None = all).

        A lens that the user has moved stays where it is."""
        if size != self._size and not self._lens_chosen:
            self._lens = (0, size)
        self._table = spans if isinstance(spans, SpanTable) else SpanTable(spans)
        self._size, self._problems = size, tuple(problems)
        self._rows.clear()
        self._read = size if read is None else read
        if not self._lens_chosen:
            self._lens = default_lens(self._table.spans, size) if self._read >= size else (0, size)
        self._describe()
        self.update()

    def clear(self) -> None:
        """Show no stream."""
        self._lens_chosen = False
        self._mark = (0, 0)
        self._current = None
        self.set_stream((), 0)

    def set_caption(self, text: str) -> None:
        self._caption = text
        self.update()

    def set_mark(self, offset: int, length: int, *, follow: bool = True) -> None:
        """Outline the selection (bytes); the lens follows it out of sight, unless it is told not to."""
        self._mark = (offset, length)
        first, span = self._lens
        if follow and length and not (first <= offset and offset + min(length, span) <= first + span):
            self._move_lens(offset + length // 2 - span // 2, max(span, min(length, self._size)))
        self._current = self._table.at(offset)
        self._describe()
        self.update()

    @property
    def lens(self) -> tuple[int, int]:
        """(offset, length) in bytes that row 2 shows."""
        return self._lens

    def set_lens(self, offset: int, length: int) -> None:
        self._lens_chosen = True
        self._move_lens(offset, length)

    def _move_lens(self, offset: int, length: int) -> None:
        length = max(min(SMALLEST_LENS, self._size), min(length, self._size))
        self._lens = (max(0, min(offset, self._size - length)), length)
        self.update()

    # --- geometry ---

    def sizeHint(self) -> QSize:
        return QSize(600, self._axis_top + fonts.px(AXIS) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    @property
    def _whole_top(self) -> int:
        return fonts.px(CAPTION)

    @property
    def _lens_top(self) -> int:
        return self._whole_top + WHOLE + GAP

    @property
    def _axis_top(self) -> int:
        return self._lens_top + LENS + 2

    def _width(self) -> float:
        return max(1.0, self.width() - 2.0 * INSET)

    def _whole_rect(self) -> QRectF:
        return QRectF(INSET, self._whole_top, self._width(), WHOLE)

    def _lens_rect(self) -> QRectF:
        return QRectF(INSET, self._lens_top, self._width(), LENS)

    def _handle_rect(self) -> QRectF:
        """The lens on row 1, never narrower than can be grabbed."""
        first, length = self._lens
        left, right = self._x(first, 0, self._size), self._x(first + length, 0, self._size)
        if right - left < LENS_HANDLE:
            middle = (left + right) / 2
            left, right = middle - LENS_HANDLE / 2, middle + LENS_HANDLE / 2
        whole = self._whole_rect()
        shift = max(whole.left() - left, 0.0) - max(right - whole.right(), 0.0)
        return QRectF(left + shift, whole.top() - 2, right - left, WHOLE + 4)

    def _x(self, offset: float, first: int, length: int) -> float:
        return INSET + (offset - first) * self._width() / max(length, 1)

    def _window_at(self, y: float) -> tuple[int, int]:
        """(first byte, bytes) of the row under a height."""
        return self._lens if y > self._whole_top + WHOLE + GAP / 2 else (0, self._size)

    def offset_at(self, point: QPointF) -> int:
        """The byte under a point of the bar."""
        first, length = self._window_at(point.y())
        share = min(max((point.x() - INSET) / self._width(), 0.0), 1.0)
        return max(0, min(first + int(share * length), self._size - 1))

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_caption(painter)
        if self._size:
            self._paint_row(painter, self._whole_rect(), 0, self._size)
            self._paint_beam(painter)
            self._paint_row(painter, self._lens_rect(), *self._lens)
            self._paint_unread(painter)
            self._paint_faults(painter)
            self._paint_marks(painter)
            self._paint_axis(painter)
            self._paint_problems(painter)
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(6, 1, -6, -1), 6, 6)
        painter.end()

    def _paint_caption(self, painter: QPainter) -> None:
        font = fonts.ui(11, 500)
        painter.setFont(font)
        painter.setPen(color("text2"))
        text = QFontMetrics(font).elidedText(self._caption, Qt.TextElideMode.ElideRight, int(self._width()))
        painter.drawText(QRectF(INSET, -2, self._width(), self._whole_top), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_row(self, painter: QPainter, rect: QRectF, first: int, length: int) -> None:
        """Draw the spans of a window; the picture is kept until the window or the look changes."""
        ratio = self.devicePixelRatioF()
        key = (first, length, rect.width(), rect.height(), ratio, tokens().name, fonts.scale())
        picture = self._rows.get(key)
        if picture is None:
            picture = QPixmap(math.ceil(rect.width() * ratio), math.ceil(rect.height() * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            inner = QPainter(picture)
            self._draw_spans(inner, QRectF(0, 0, rect.width(), rect.height()), first, length)
            inner.end()
            if len(self._rows) >= 8:
                self._rows.clear()
            self._rows[key] = picture
        painter.drawPixmap(rect.topLeft(), picture)

    def _draw_spans(self, painter: QPainter, rect: QRectF, first: int, length: int) -> None:
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(rect, 4, 4)
        painter.setClipPath(shape)
        painter.fillRect(rect, color("sunken"))
        painter.setFont(fonts.ui(11, 600))
        for segment in self._table.segments(first, length, rect.width()):
            self._paint_segment(painter, rect, segment)

    def _paint_segment(self, painter: QPainter, row: QRectF, segment: Segment) -> None:
        wide = segment.right - segment.left
        gap = 1.5 if wide > 4 else 0.0
        box = QRectF(row.left() + segment.left, row.top(), wide - gap, row.height())
        self._fill(painter, box, segment.kind)
        if segment.span is None or wide < 24:
            return
        label = _fitting(self._table.spans[segment.span].label, QFontMetrics(painter.font()), int(wide - gap - 12))
        if label:
            painter.setPen(on_kind(segment.kind.value))
            painter.drawText(box.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, label)

    def _fill(self, painter: QPainter, box: QRectF, kind: NodeKind) -> None:
        if kind is NodeKind.FAULT:
            painter.fillRect(box, color("onPrimary"))
            painter.fillRect(box, color("k_fault", 0.55))
            painter.fillRect(box, QBrush(color("k_fault"), Qt.BrushStyle.BDiagPattern))
        else:
            painter.fillRect(box, color(kind.value))

    def _paint_unread(self, painter: QPainter) -> None:
        if self._read >= self._size:
            return
        for row, first, length in ((self._whole_rect(), 0, self._size), (self._lens_rect(), *self._lens)):
            left = max(self._x(self._read, first, length), row.left())
            if left < row.right():
                rest = QRectF(left, row.top(), row.right() - left, row.height())
                painter.fillRect(rest, QBrush(color("lineStrong", 0.5), Qt.BrushStyle.BDiagPattern))

    def _paint_beam(self, painter: QPainter) -> None:
        handle, below = self._handle_rect(), self._lens_rect()
        beam = QPolygonF(
            [
                QPointF(handle.left(), handle.bottom()),
                QPointF(handle.right(), handle.bottom()),
                QPointF(below.right(), below.top()),
                QPointF(below.left(), below.top()),
            ]
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("text", 0.05))
        painter.drawPolygon(beam)

    def _paint_faults(self, painter: QPainter) -> None:
        """The bytes at fault, as far as the lens can show them."""
        rect = self._lens_rect()
        first, length = self._lens
        for problem in self._problems:
            if problem.severity is Severity.ERROR and problem.length:
                left = max(self._x(problem.offset, first, length), rect.left())
                right = min(self._x(problem.offset + problem.length, first, length), rect.right())
                if right > rect.left() and left < rect.right():
                    self._fill(painter, QRectF(left, rect.top(), max(right - left, 2.0), rect.height()), NodeKind.FAULT)

    def _paint_marks(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        first, length = self._lens
        rect = self._lens_rect()
        offset, size = self._mark
        boxes = [self._handle_rect()] if length < self._size else []
        if size and offset < first + length and offset + size > first:
            left = max(self._x(offset, first, length), rect.left())
            right = min(self._x(offset + size, first, length), rect.right())
            if right - left < 6:
                left, right = (left + right) / 2 - 3, (left + right) / 2 + 3
            boxes.append(QRectF(left, rect.top() - 2, right - left, rect.height() + 4))
        for box in boxes:
            painter.setPen(QPen(color("app"), 4))
            painter.drawRoundedRect(box, 3, 3)
            painter.setPen(QPen(color("text"), 2))
            painter.drawRoundedRect(box, 3, 3)

    def _paint_axis(self, painter: QPainter) -> None:
        font = fonts.mono(11)
        painter.setFont(font)
        painter.setPen(color("text3"))
        metrics = QFontMetrics(font)
        first, length = self._lens
        digits = max(8, len(f"{max(self._size - 1, 0):X}"))
        width = metrics.horizontalAdvance("0" * digits)
        ticks = max(2, min(TICKS, int(self._width() // (width + 24))))
        step = _round_step(length, ticks - 1)
        places = [first + (length * tick // (ticks - 1)) // step * step for tick in range(1, ticks - 1)]
        top = self._axis_top
        for place in [first, *places, first + length]:
            x = self._x(place, first, length)
            x = max(INSET, min(x - (0 if place == first else width / 2), INSET + self._width() - width))
            painter.drawText(QPointF(x, top + metrics.ascent()), f"{place:0{digits}X}")

    def _paint_problems(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        first, length = self._lens
        for problem in reversed(self._problems):
            painter.setBrush(color(_PROBLEM[problem.severity]))
            _triangle(painter, self._x(problem.offset, 0, self._size), self._whole_top - 1)
            if first <= problem.offset < first + length and length < self._size:
                _triangle(painter, self._x(problem.offset, first, length), self._lens_top - 3)

    # --- pointer and keys ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._size:
            return
        point = event.position()
        on_lens = point.y() > self._whole_top + WHOLE + GAP / 2
        if on_lens or (self._handle_rect().contains(point) and self._lens[1] < self._size):
            self._grab = (point.x(), self._lens[0])
        if on_lens or self._grab is None:
            self.selected.emit(self.offset_at(point))
            if not on_lens:
                self.set_lens(self.offset_at(point) - self._lens[1] // 2, self._lens[1])
                self._grab = (point.x(), self._lens[0])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        handle = self._handle_rect().contains(event.position()) and self._lens[1] < self._size
        self.setCursor(Qt.CursorShape.SizeHorCursor if handle else Qt.CursorShape.ArrowCursor)
        if self._grab is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        start, first = self._grab
        moved = event.position().x() - start
        on_lens = event.position().y() > self._whole_top + WHOLE + GAP / 2
        per_px = (-self._lens[1] if on_lens else self._size) / self._width()
        if abs(moved) >= 3:
            self.set_lens(first + round(moved * per_px), self._lens[1])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grab = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        span = self._table.at(self.offset_at(event.position())) if self._size else None
        if span is not None:
            chosen = self._table.spans[span]
            self.set_lens(chosen.offset - chosen.length // 8, chosen.length * 5 // 4)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        if self._size and turn:
            self.zoom(0.8 ** (turn / 120), self.offset_at(event.position()))
        event.accept()

    def zoom(self, factor: float, at: int | None = None) -> None:
        """Show ``factor`` times as many bytes in row 2, keeping the byte ``at`` where it is."""
        first, length = self._lens
        at = first + length // 2 if at is None else at
        if not first <= at < first + length:
            first = at - length // 2
        new = max(SMALLEST_LENS, min(round(length * factor), self._size))
        self.set_lens(round(at - (at - first) * new / max(length, 1)), new)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = event.key(), len(self._table)
        current = self._current if self._current is not None else -1
        steps = {
            Qt.Key.Key_Left: current - 1,
            Qt.Key.Key_Right: current + 1,
            Qt.Key.Key_BracketLeft: current - 1,
            Qt.Key.Key_BracketRight: current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: count - 1,
        }
        if event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier):
            super().keyPressEvent(event)
        elif key in steps and count:
            self._current = max(0, min(steps[Qt.Key(key)], count - 1))
            self.span_selected.emit(self._current)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(0.5)
        elif key == Qt.Key.Key_Minus:
            self.zoom(2.0)
        elif key == Qt.Key.Key_0:
            self._lens_chosen = False
            self._lens = default_lens(self._table.spans, self._size)
            self.update()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._size:
            QToolTip.showText(event.globalPos(), self.tooltip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def tooltip_at(self, point: QPointF) -> str:
        """What a click here would select."""
        offset = self.offset_at(point)
        digits = max(8, len(f"{max(self._size - 1, 0):X}"))
        row = self._table.at(offset)
        near = [problem.message for problem in self._problems if self._is_near(problem, point)]
        label = (
            "not read yet" if offset >= self._read else "nothing known" if row is None else self._table.spans[row].label
        )
        return "\n".join([f"{label}, byte {offset:0{digits}X}", *near[:4]])

    def _is_near(self, problem: Problem, point: QPointF) -> bool:
        first, length = self._window_at(point.y())
        return length > 0 and abs(self._x(problem.offset, first, length) - point.x()) <= 5

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.update()

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self.updateGeometry()
        super().changeEvent(event)

    def _describe(self) -> None:
        digits = max(8, len(f"{max(self._size - 1, 0):X}"))
        parts = [self._caption, f"{len(self._table)} stretches"]
        if self._current is not None and self._current < len(self._table):
            span = self._table.spans[self._current]
            parts.append(f"at {span.label}, {span.offset:0{digits}X}, {span.length} bytes")
        self.setAccessibleDescription(", ".join(part for part in parts if part))


def _triangle(painter: QPainter, x: float, bottom: float) -> None:
    painter.drawPolygon(QPolygonF([QPointF(x - 5, bottom - 6), QPointF(x + 5, bottom - 6), QPointF(x, bottom)]))


def _fitting(label: str, metrics: QFontMetrics, width: int) -> str:
    """The label, or what can be shortened of it; nothing rather than a stump."""
    if metrics.horizontalAdvance(label) <= width:
        return label
    short = label.replace("RAM, iteration ", "it. ")
    if short != label and metrics.horizontalAdvance(short) <= width:
        return short
    elided = metrics.elidedText(label, Qt.TextElideMode.ElideRight, width)
    return elided if len(elided) >= 4 else ""


def _round_step(length: int, ticks: int) -> int:
    """A power of sixteen that makes ticks round numbers."""
    step = 1
    while step * 16 <= max(length // max(ticks, 1), 1):
        step *= 16
    return step
