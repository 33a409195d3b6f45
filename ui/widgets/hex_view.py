"""A view of the bytes of a stream of any length: 16 a row, coloured by what they are.

Underline is the kind of what a byte belongs to, broken between fields; tint is the parent of the selection; fill is
the selection.  Only the visible rows are read, resolved and painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.model import NodeKind
from ui.theme import fonts
from ui.theme.palette import color
from ui.widgets.hex_rows import PER_ROW, Columns, Rows, owners, pieces, runs

LINE = 22
"""Height of a row at normal size, in px."""
LEFT, RIGHT = 16, 8
SIZES = (13, 12, 11)
"""Sizes of type that are tried, the largest first."""


class Bytes(Protocol):
    """Where the bytes come from."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, length: int, /) -> Any:
        """Bytes ``[offset, offset + length)``: anything that ``bytes()`` takes."""

    def marks(self, offset: int, length: int, /) -> Sequence[Any]:
        """What lies in the range: objects with offset, length, kind (NodeKind), path."""


class _NoBytes:
    size = 0

    def read(self, offset: int, length: int, /) -> bytes:
        return b""

    def marks(self, offset: int, length: int, /) -> Sequence[Any]:
        return ()


class HexView(QAbstractScrollArea):
    """Bytes of a source.  ``selected(offset, length)`` is emitted for what the user selects, not for what is shown
    with ``show_range``; ``activated(offset)`` on Enter and double click."""

    selected = Signal(object, object)
    activated = Signal(object)
    copy_wanted = Signal()
    unreadable = Signal(object)
    """The bytes could not be read: SnapmgrError or OSError, once for every source."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source: Bytes = _NoBytes()
        self._rows = Rows()
        self._columns = Columns(8, True)
        self._anchor = self._cursor = 0
        self._length = 0
        self._context = (0, 0)
        self._lines: dict[int, tuple[str, str]] = {}
        self._marks_of: tuple[int, int] = (-1, -1)
        self._marks: Sequence[Any] = ()
        self._runs: list[tuple[int, int, int]] = []
        self._dragging = False
        self._setting = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAccessibleName("Bytes")
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # bytes do not mirror
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(self.viewport().update)
        self._measure()

    # --- what is shown ---

    def set_source(self, source: Bytes | None) -> None:
        """Show other bytes from their beginning."""
        self._source = source or _NoBytes()
        self._rows.top = 0
        self._anchor = self._cursor = self._length = 0
        self._context = (0, 0)
        self._forget()
        self._layout()

    def grow(self, source: Bytes, *, finished: bool = True) -> None:
        """The same bytes, of which more is known.  What is on screen and was known stays until all is ``finished``."""
        self._source = source
        if finished or not self._marks:
            self._marks_of = (-1, -1)
        self._layout()

    def _read(self, offset: int, length: int) -> bytes:
        try:
            return bytes(self._source.read(offset, length))
        except (SnapmgrError, OSError) as error:
            self._give_up(error)
            return b""

    def _give_up(self, error: Exception) -> None:
        """Show nothing rather than fail at every paint; told outside of the painting."""
        self._source = _NoBytes()
        self._forget()
        QTimer.singleShot(0, self, lambda: (self._layout(), self.unreadable.emit(error)))

    def show_range(self, offset: int, length: int, context: tuple[int, int] | None = None) -> None:
        """Select ``length`` bytes (0 = a place) and bring them into view; ``context`` (offset, length) is tinted."""
        offset = max(0, min(offset, max(self._source.size - 1, 0)))
        self._anchor = self._cursor = offset
        self._length = max(0, min(length, self._source.size - offset))
        self._context = context or (0, 0)
        self._rows.reveal(offset, self._length, centre=True)
        self._reveal_column(offset % PER_ROW)
        self._follow()

    def _reveal_column(self, column: int) -> None:
        """Scroll sideways where not all of a row fits."""
        bar = self.horizontalScrollBar()
        left = LEFT + (self._columns.byte_cell(column) - 1) * self._cell
        right = left + 4 * self._cell
        if right - bar.value() > self.viewport().width():
            bar.setValue(round(right) - self.viewport().width())
        elif left < bar.value():
            bar.setValue(round(left) - LEFT)

    def set_context(self, offset: int, length: int) -> None:
        """Tint these bytes."""
        self._context = (offset, length)
        self.viewport().update()

    @property
    def selection(self) -> tuple[int, int]:
        """(offset, length) in bytes; length 0 is a place between bytes that were never selected."""
        return min(self._anchor, self._cursor), self._length

    @property
    def first_visible(self) -> int:
        """Offset of the first byte on screen."""
        return self._rows.first_byte

    def visible_rows(self) -> list[tuple[str, str]]:
        """(bright, quiet) texts of the rows on screen."""
        return [line for _, line in self._visible_lines()]

    # --- geometry ---

    def _measure(self, size: int = SIZES[0]) -> None:
        self._font = fonts.mono(size)
        self._cell = QFontMetricsF(self._font).horizontalAdvance("0" * 64) / 64
        self._line = fonts.px(LINE)
        self._heading = fonts.px(28)

    def _fit(self, digits: int, width: int) -> Columns:
        """The largest type in which everything fits, then without the text, else the smallest and a scroll bar."""
        for text_shown in (True, False):
            for size in SIZES[: 2 if text_shown else None]:
                self._measure(size)
                columns = Columns(digits, text_shown)
                if columns.width * self._cell <= width:
                    return columns
        return Columns(digits, False)

    def _layout(self) -> None:
        size = self._source.size
        digits = max(8, len(f"{max(size - 1, 0):X}"))
        width = self.viewport().width() - LEFT - RIGHT
        columns = self._fit(digits, width)
        if columns != self._columns:
            self._columns = columns
            self._lines.clear()
        self._rows.size = size
        self._rows.visible = max(1, (self.viewport().height() - self._heading) // self._line)
        self._rows.scroll_to(self._rows.top)
        bar = self.horizontalScrollBar()
        over = round(columns.width * self._cell) - width
        bar.setRange(0, max(0, over))
        bar.setPageStep(max(width, 1))
        self._follow()

    def _follow(self) -> None:
        bar = self.verticalScrollBar()
        self._setting = True
        bar.setRange(0, self._rows.steps)
        bar.setPageStep(self._rows.visible)
        bar.setValue(self._rows.step)
        self._setting = False
        self._describe()
        self.viewport().update()

    def _scrolled(self, value: int) -> None:
        if not self._setting and self._rows.set_step(value):
            self.viewport().update()

    def _x(self, cell: float) -> float:
        return LEFT + cell * self._cell - self.horizontalScrollBar().value()

    def byte_rect(self, offset: int) -> QRect:
        """Where a byte stands in the viewport."""
        row, column = divmod(offset - self._rows.first_byte, PER_ROW)
        x = self._x(self._columns.byte_cell(column))
        return QRectF(x, self._heading + row * self._line, 2 * self._cell, self._line).toAlignedRect()

    def offset_at(self, point: QPoint) -> int:
        """The byte under a point of the viewport, clamped to what there is."""
        row = (point.y() - self._heading) // self._line
        column, _ = self._columns.column_at((point.x() - self._x(0)) / self._cell)
        offset = self._rows.first_byte + max(row, -1) * PER_ROW + column
        return max(0, min(offset, max(self._source.size - 1, 0)))

    def sizeHint(self) -> QSize:
        return QSize(round(Columns(8, True).width * self._cell) + 2 * LEFT, 20 * self._line)

    # --- reading ---

    def _forget(self) -> None:
        self._lines.clear()
        self._marks_of = (-1, -1)

    def _visible_lines(self) -> list[tuple[int, tuple[str, str]]]:
        first, count = self._rows.first_byte, self._rows.byte_count
        offsets = range(first, first + count, PER_ROW)
        if any(offset not in self._lines for offset in offsets):
            if len(self._lines) > 4096:
                self._lines.clear()
            data = self._read(first, count)
            for offset in offsets:
                chunk = data[offset - first : offset - first + PER_ROW]
                self._lines[offset] = self._columns.lines(offset, chunk)
        return [(offset, self._lines[offset]) for offset in offsets]

    def _visible_runs(self) -> list[tuple[int, int, int]]:
        wanted = (self._rows.first_byte, self._rows.byte_count)
        if wanted != self._marks_of:
            self._marks_of = wanted
            try:
                self._marks = self._source.marks(*wanted)
            except (SnapmgrError, OSError) as error:
                self._marks = ()
                self._give_up(error)
            self._runs = list(runs(owners(self._marks, *wanted)))
        return self._runs

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.fillRect(event.rect(), color("sunken"))
        painter.setFont(self._font)
        ascent = QFontMetricsF(self._font).ascent()
        drop = (self._line - QFontMetricsF(self._font).height()) / 2 + ascent - 1
        self._paint_heading(painter, drop)
        painter.setClipRect(QRect(0, self._heading, self.viewport().width(), self.viewport().height()))
        self._paint_tint(painter)
        self._paint_runs(painter)
        chosen = self._paint_selection(painter)
        x = self._x(0)
        lines = self._visible_lines()
        for text, tint in ((0, "text"), (1, "text3")):
            painter.setPen(color(tint))
            for row, (_, line) in enumerate(lines):
                painter.drawText(QRectF(x, self._heading + row * self._line + drop - ascent, 4096, 64), 0, line[text])
        if not chosen.isEmpty():
            painter.setClipRegion(chosen)
            painter.setPen(color("onPrimary"))
            for row, (_, line) in enumerate(lines):
                top = self._heading + row * self._line
                if chosen.intersects(QRect(0, top, self.viewport().width(), self._line)):
                    for text in line:
                        painter.drawText(QRectF(x, top + drop - ascent, 4096, 64), 0, text)
        painter.setClipping(False)
        self._paint_cursor(painter)
        painter.end()

    def _paint_heading(self, painter: QPainter, drop: float) -> None:
        painter.setPen(color("text3"))
        painter.setFont(fonts.mono(11))
        for cell, word in self._columns.heading():
            painter.drawText(QPointF(self._x(cell), drop + 3), word)
        painter.setFont(self._font)

    def _span_rect(self, row: int, column: int, last: int) -> QRectF:
        left = self._x(self._columns.byte_cell(column)) - self._cell / 2 + 1
        right = self._x(self._columns.byte_cell(last) + 2) + self._cell / 2 - 1
        return QRectF(left, self._heading + row * self._line, right - left, self._line)

    def _text_rect(self, row: int, column: int, last: int) -> QRectF:
        left = self._x(self._columns.text_at + column)
        return QRectF(left, self._heading + row * self._line, (last - column + 1) * self._cell, self._line)

    def _paint_tint(self, painter: QPainter) -> None:
        offset, length = self._context
        tint = color("text", 0.09)
        for row, column, last in pieces(offset, offset + length, self._rows.first_byte, self._rows.byte_count):
            rect = self._span_rect(row, column, last)
            painter.fillRect(rect.adjusted(-1, 1, 1, -1), tint)
            if self._columns.text_shown:
                painter.fillRect(self._text_rect(row, column, last).adjusted(0, 1, 0, -1), tint)

    def _paint_runs(self, painter: QPainter) -> None:
        fills = {kind: color(kind.value) for kind in NodeKind}
        for begin, end, owner in self._visible_runs():
            row, column = divmod(begin, PER_ROW)
            rect = self._span_rect(row, column, (end - 1) % PER_ROW)
            line = QRectF(rect.left(), rect.bottom() - 3, rect.width(), 2)
            kind = self._marks[owner].kind
            if kind is NodeKind.FAULT:
                line.adjust(0, -1, 0, 0)
                painter.fillRect(line, color("onPrimary"))
                painter.fillRect(line, QBrush(color("k_fault"), Qt.BrushStyle.BDiagPattern))
            else:
                painter.fillRect(line, fills[kind])

    def _paint_selection(self, painter: QPainter) -> QRegion:
        begin, length = self.selection
        region = QRegion()
        fault = self._is_fault(begin)
        for row, column, last in pieces(begin, begin + length, self._rows.first_byte, self._rows.byte_count):
            rects = [self._span_rect(row, column, last).adjusted(0, 1, 0, -4 if fault else -1)]
            if self._columns.text_shown:
                rects.append(self._text_rect(row, column, last).adjusted(0, 1, 0, -1))
            for rect in rects:
                painter.fillRect(rect, color("dangerFill" if fault else "primary"))
                region += rect.toAlignedRect()
        return region

    def _is_fault(self, offset: int) -> bool:
        inside = offset - self._rows.first_byte
        return any(
            begin <= inside < end and self._marks[owner].kind is NodeKind.FAULT
            for begin, end, owner in self._visible_runs()
        )

    def _paint_cursor(self, painter: QPainter) -> None:
        first = self._rows.first_byte
        if self.hasFocus() and self._source.size and first <= self._cursor < first + self._rows.byte_count:
            painter.setPen(color("accent"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            rect = QRectF(self.byte_rect(self._cursor)).adjusted(-2.5, 1.5, 2.5, -1.5)
            painter.drawRoundedRect(rect, 2, 2)

    # --- events ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layout()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange, QEvent.Type.StyleChange):
            self._measure()
            self._layout()
        super().changeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        lines = QApplication.wheelScrollLines()
        rows = -event.pixelDelta().y() // self._line if not event.pixelDelta().isNull() else -turn * lines // 120
        if rows and self._rows.scroll_to(self._rows.top + rows):
            self._follow()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._source.size:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._dragging = True
            self._go(self.offset_at(event.position().toPoint()), extend)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._go(self.offset_at(event.position().toPoint()), True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._source.size:
            self.activated.emit(self.offset_at(event.position().toPoint()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = self._step(event)
        if step is None:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.activated.emit(self._cursor)
            elif event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
                self.copy_wanted.emit()
            else:
                super().keyPressEvent(event)
            return
        if self._source.size:
            self._go(step, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _step(self, event: QKeyEvent) -> int | None:
        page = max(1, self._rows.visible - 1) * PER_ROW
        whole = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        start, cursor = self._cursor - self._cursor % PER_ROW, self._cursor
        moves = {
            Qt.Key.Key_Left: cursor - 1,
            Qt.Key.Key_Right: cursor + 1,
            Qt.Key.Key_Up: cursor - PER_ROW,
            Qt.Key.Key_Down: cursor + PER_ROW,
            Qt.Key.Key_PageUp: cursor - page,
            Qt.Key.Key_PageDown: cursor + page,
            Qt.Key.Key_Home: 0 if whole else start,
            Qt.Key.Key_End: self._source.size - 1 if whole else start + PER_ROW - 1,
        }
        return None if event.modifiers() & Qt.KeyboardModifier.AltModifier else moves.get(Qt.Key(event.key()))

    def _go(self, offset: int, extend: bool) -> None:
        offset = max(0, min(offset, self._source.size - 1))
        if extend and offset == self._cursor and self._length:
            return
        if not extend:
            self._anchor = offset
        self._cursor = offset
        self._length = abs(self._cursor - self._anchor) + 1
        self._rows.reveal(offset)
        self._reveal_column(offset % PER_ROW)
        self._follow()
        self.selected.emit(*self.selection)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _describe(self) -> None:
        begin, length = self.selection
        digits = self._columns.digits
        if not self._source.size:
            self.setAccessibleDescription("No bytes")
            return
        shown = " ".join(f"{byte:02X}" for byte in self._read(begin, min(max(length, 1), 16)))
        self.setAccessibleDescription(f"{begin:0{digits}X}, {max(length, 1)} bytes selected: {shown}")
