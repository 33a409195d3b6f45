"""The overview of a stream: row 1 the whole of it to scale, row 2 what the lens on row 1 magnifies.

Click selects the byte under the pointer, dragging the lens moves it, the wheel zooms at the pointer.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from snapmgr.inspect.model import Problem, Span
from ui.models.texts import sentence, shown
from ui.theme.palette import color
from ui.widgets.bar_grid import BarGrid
from ui.widgets.bar_painter import BarPainter, Overview
from ui.widgets.bar_segments import SpanTable, default_lens
from ui.widgets.reading import ReadAloud, be_read, tell_cursor
from ui.words import plural, tr


class ByteBar(ReadAloud, QWidget):
    """Overview of spans.  ``selected(offset)`` is the byte that was clicked, ``span_selected(row)`` a span that was
    reached with the keyboard."""

    selected = Signal(object)
    span_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = BarGrid()
        self._painter = BarPainter(self._grid)
        self._table = SpanTable()
        self._problems: tuple[Problem, ...] = ()
        self._read = 0
        self._caption = ""
        self._lens_chosen = False
        self._mark = (0, 0)
        self._grab: tuple[float, int] | None = None
        self._current: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Overview of the stream"))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # offsets do not mirror
        be_read(self)

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
        if size != self._grid.size and not self._lens_chosen:
            self._grid.lens = (0, size)
        self._table = spans if isinstance(spans, SpanTable) else SpanTable(spans)
        self._grid.size, self._problems = size, tuple(problems)
        self._painter.forget()
        self._read = size if read is None else read
        if not self._lens_chosen:
            self._grid.lens = default_lens(self._table.spans, size) if self._read >= size else (0, size)
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

    def set_low(self, low: bool) -> None:
        """The bars alone, where there is no height for more."""
        if low != self._grid.low:
            self._grid.low = low
            self.updateGeometry()
            self.update()

    def set_mark(self, offset: int, length: int, *, follow: bool = True) -> None:
        """Outline the selection (bytes); the lens follows it out of sight, unless it is told not to."""
        self._mark = (offset, length)
        first, span = self._grid.lens
        if follow and length and not (first <= offset and offset + min(length, span) <= first + span):
            self._grid.move_lens(offset + length // 2 - span // 2, max(span, min(length, self._grid.size)))
        self._current = self._table.at(offset)
        self._describe()
        self.update()

    @property
    def lens(self) -> tuple[int, int]:
        """(offset, length) in bytes that row 2 shows."""
        return self._grid.lens

    def set_lens(self, offset: int, length: int) -> None:
        self._lens_chosen = True
        self._grid.move_lens(offset, length)
        self.update()

    def offset_at(self, point: QPointF) -> int:
        """The byte under a point of the bar."""
        return self._grid.offset_at(point)

    def sizeHint(self) -> QSize:
        return QSize(600, self._grid.height)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._grid.height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = Overview(self._table, self._problems, self._read, self._mark, self._caption)
        self._painter.paint(painter, shown, self.devicePixelRatioF())
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(6, 1, -6, -1), 6, 6)
        painter.end()

    # --- pointer and keys ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._grid.size:
            return
        point = event.position()
        on_lens = self._grid.on_lens(point.y())
        if on_lens or self._grid.on_handle(point):
            self._grab = (point.x(), self.lens[0])
        if on_lens or self._grab is None:
            self.selected.emit(self.offset_at(point))
            if not on_lens:
                self.set_lens(self.offset_at(point) - self.lens[1] // 2, self.lens[1])
                self._grab = (point.x(), self.lens[0])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        handle = self._grid.on_handle(point)
        self.setCursor(Qt.CursorShape.SizeHorCursor if handle else Qt.CursorShape.ArrowCursor)
        if self._grab is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        start, first = self._grab
        moved = point.x() - start
        per_px = (-self.lens[1] if self._grid.on_lens(point.y()) else self._grid.size) / self._grid.width
        if abs(moved) >= 3:
            self.set_lens(first + round(moved * per_px), self.lens[1])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grab = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        span = self._table.at(self.offset_at(event.position())) if self._grid.size else None
        if span is not None:
            chosen = self._table.spans[span]
            self.set_lens(chosen.offset - chosen.length // 8, chosen.length * 5 // 4)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y() or event.angleDelta().x()
        if self._grid.size and turn:
            self.zoom(0.8 ** (turn / 120), self.offset_at(event.position()))
        event.accept()

    def zoom(self, factor: float, at: int | None = None) -> None:
        """Show ``factor`` times as many bytes in row 2, keeping the byte ``at`` where it is."""
        self.set_lens(*self._grid.zoomed(factor, at))

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
            tell_cursor(self)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(0.5)
        elif key == Qt.Key.Key_Minus:
            self.zoom(2.0)
        elif key == Qt.Key.Key_0:
            self._lens_chosen = False
            self._grid.lens = default_lens(self._table.spans, self._grid.size)
            self.update()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._grid.size:
            QToolTip.showText(event.globalPos(), self.tooltip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def tooltip_at(self, point: QPointF) -> str:
        """What a click here would select."""
        offset = self.offset_at(point)
        row = self._table.at(offset)
        near = [sentence(problem.message) for problem in self._problems if self._grid.is_near(problem.offset, point)]
        label = tr("nothing known") if row is None else shown(self._table.spans[row].label)
        if offset >= self._read:
            label = tr("not read yet")
        #: {what} is there
        said = tr("{what}, byte {offset}", what=label, offset=f"{offset:0{self._grid.digits}X}")
        return "\n".join([said, *near[:4]])

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._grid.full_width = self.width()
        self.update()

    def focusInEvent(self, event: object) -> None:
        self.update()
        tell_cursor(self)

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self.updateGeometry()
        super().changeEvent(event)

    # --- what is read aloud: the spans in their order ---

    def _describe(self) -> None:
        #: Parts of a stream, one beside the other
        parts = [self._caption, plural("{n} stretch", "{n} stretches", len(self._table))]
        if (current := self.item_at_cursor()) is not None:
            parts.append(tr("at {place}", place=self.item_text(current)))
        self.setAccessibleDescription(", ".join(part for part in parts if part))

    def items_read(self) -> int:
        return len(self._table)

    def items_are(self) -> object:
        return self._table

    def item_text(self, number: int) -> str:
        span = self._table.spans[number]
        size = plural("{n} byte", "{n} bytes", span.length)
        said = f"{shown(span.label)}, {span.offset:0{self._grid.digits}X}, {size}"
        faults = [
            sentence(problem.message) for problem in self._problems if 0 <= problem.offset - span.offset < span.length
        ]
        return ". ".join([said, *faults])

    def item_rect(self, number: int) -> QRect:
        """On row 2 where the lens shows it, else on row 1."""
        span, grid = self._table.spans[number], self._grid
        first, length = grid.lens
        seen = span.offset < first + length and span.offset + span.length > first
        row, window = (grid.lens_rect(), grid.lens) if seen else (grid.whole_rect(), (0, grid.size))
        left, right = grid.x(span.offset, *window), grid.x(span.offset + span.length, *window)
        return (QRectF(left, row.top(), max(right - left, 1.0), row.height()) & row).toAlignedRect()

    def item_at(self, point: QPoint) -> int | None:
        return self._table.at(self.offset_at(QPointF(point))) if self.rect().contains(point) else None

    def item_at_cursor(self) -> int | None:
        return self._current if self._current is not None and self._current < len(self._table) else None
