"""A view of the bytes of a stream of any length: 16 a row, or as many as fit, coloured by what they are.

Underline is the kind of what a byte belongs to, broken between fields; tint is the parent of the selection; fill is
the selection.  Only the visible rows are read, resolved and painted.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from ui.theme.palette import color
from ui.widgets.hex_grid import LEFT, HexGrid
from ui.widgets.hex_painter import Scene, paint
from ui.widgets.hex_rows import Columns
from ui.widgets.hex_source import Bytes, Visible
from ui.widgets.reading import ReadAloud, be_read, tell_cursor
from ui.words import plural, tr

READ_BYTES = 16
"""Bytes of the selection that are read aloud."""


class HexView(ReadAloud, QAbstractScrollArea):
    """Bytes of a source.  ``selected(offset, length)`` is emitted for what the user selects, not for what is shown
    with ``show_range``; ``activated(offset)`` on Enter and double click."""

    selected = Signal(object, object)
    activated = Signal(object)
    copy_wanted = Signal()
    unreadable = Signal(object)
    """Bytes on screen cannot be read any more: SnapmgrError or OSError; None: all of those on screen can."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = HexGrid()
        self._rows = self._grid.rows
        self._visible = Visible(self._rows, self._told)
        self._anchor = self._cursor = 0
        self._length = 0
        self._context = (0, 0)
        self._field = ""
        self._dragging = False
        self._setting = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setProperty("surface", "sunken")  # under the scroll bars too
        self.setAccessibleName(tr("Bytes"))
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # bytes do not mirror
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled_sideways)
        be_read(self)

    # --- what is shown ---

    @property
    def source(self) -> Bytes:
        """The bytes that are shown."""
        return self._visible.source

    @property
    def total(self) -> int:
        """Bytes of the source."""
        return self._size

    @property
    def _size(self) -> int:
        return self._visible.source.size

    def set_source(self, source: Bytes | None) -> None:
        """Show other bytes from their beginning."""
        self._visible.show(source)
        self._rows.top = 0
        self._anchor = self._cursor = self._length = 0
        self._context = (0, 0)
        self._layout()

    def grow(self, source: Bytes, *, finished: bool = True) -> None:
        """The same bytes, of which more is known.  What is on screen and was known stays until all is ``finished``."""
        self._visible.grow(source, finished=finished)
        self._layout()

    def look_again(self) -> None:
        """What is on screen may have changed: read it again."""
        self._visible.forget_lines()
        self._describe()
        self.viewport().update()

    def _told(self, error: Exception | None) -> None:
        """Told outside of the painting."""
        QTimer.singleShot(0, self, lambda: self.unreadable.emit(error))

    def show_range(self, offset: int, length: int, context: tuple[int, int] | None = None) -> None:
        """Select ``length`` bytes (0 = a place) and bring them into view; ``context`` (offset, length) is tinted."""
        offset = max(0, min(offset, max(self._size - 1, 0)))
        self._anchor = self._cursor = offset
        self._length = max(0, min(length, self._size - offset))
        self._context = context or (0, 0)
        self._field = ""
        self._rows.reveal(offset, self._length, centre=True)
        self._reveal_column(offset % self._rows.per_row)
        self._follow()

    def show_from(self, offset: int) -> None:
        """Make the row of this byte the first on screen, as far as there are rows enough."""
        self._rows.scroll_to(offset // self._rows.per_row)
        self._follow()

    def _reveal_column(self, column: int) -> None:
        """Scroll sideways where not all of a row fits."""
        bar = self.horizontalScrollBar()
        left, right = self._grid.column_span(column)
        if right - bar.value() > self.viewport().width():
            bar.setValue(right - self.viewport().width())
        elif left < bar.value():
            bar.setValue(left - LEFT)

    def set_context(self, offset: int, length: int) -> None:
        """Tint these bytes."""
        self._context = (offset, length)
        self.viewport().update()

    def say_field(self, name: str) -> None:
        """What the selection is, to be read aloud with it; forgotten as soon as something else is selected."""
        self._field = name
        self._describe()

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
        return self._visible.lines(self._grid.columns)

    # --- geometry ---

    def _layout(self) -> None:
        viewport = self.viewport()
        if self._grid.lay_out(self._size, viewport.width(), viewport.height()):
            self._visible.forget_lines()
        bar = self.horizontalScrollBar()
        bar.setRange(0, max(0, self._grid.width - viewport.width()))
        bar.setPageStep(max(viewport.width(), 1))
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

    def _scrolled_sideways(self, value: int) -> None:
        self._grid.scrolled = value
        self.viewport().update()

    def byte_rect(self, offset: int) -> QRect:
        """Where a byte stands in the viewport."""
        return self._grid.byte_rect(offset)

    def offset_at(self, point: QPoint) -> int:
        """The byte under a point of the viewport, clamped to what there is."""
        return self._grid.offset_at(point)

    def sizeHint(self) -> QSize:
        return QSize(round(Columns(8, True).width * self._grid.cell) + 2 * LEFT, 20 * self._grid.line)

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), color("sunken"))
        paint(painter, self.viewport().rect(), self._grid, self._scene())
        painter.end()

    def _scene(self) -> Scene:
        runs, marks = self._visible.runs(), self._visible.marks
        first = self._rows.first_byte
        on_screen = first <= self._cursor < first + self._rows.byte_count
        lines = self.visible_rows()
        return Scene(
            lines,
            [(begin, end, marks[owner].kind) for begin, end, owner in runs],
            self.selection,
            self._context,
            self._cursor if self.hasFocus() and self._size and on_screen else None,
            self._visible.gone(),
        )

    # --- events ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        rows = self._rows
        per_row, seen = rows.per_row, rows.first_byte <= self._cursor < rows.first_byte + rows.byte_count
        self._layout()
        if seen and rows.per_row != per_row and rows.reveal(*self.selection):
            self._follow()
        self._reveal_column(self._cursor % self._rows.per_row)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange, QEvent.Type.StyleChange):
            self._grid.measure()
            self._layout()
        super().changeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        lines = QApplication.wheelScrollLines()
        rows = -event.pixelDelta().y() // self._grid.line if not event.pixelDelta().isNull() else -turn * lines // 120
        if rows and self._rows.scroll_to(self._rows.top + rows):
            self._follow()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._size:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._dragging = True
            self._go(self.offset_at(event.position().toPoint()), extend)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._go(self.offset_at(event.position().toPoint()), True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._size:
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
        if self._size:
            self._go(step, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _step(self, event: QKeyEvent) -> int | None:
        page = max(1, self._rows.visible - 1) * self._rows.per_row
        whole = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        start, cursor = self._cursor - self._cursor % self._rows.per_row, self._cursor
        moves = {
            Qt.Key.Key_Left: cursor - 1,
            Qt.Key.Key_Right: cursor + 1,
            Qt.Key.Key_Up: cursor - self._rows.per_row,
            Qt.Key.Key_Down: cursor + self._rows.per_row,
            Qt.Key.Key_PageUp: cursor - page,
            Qt.Key.Key_PageDown: cursor + page,
            Qt.Key.Key_Home: 0 if whole else start,
            Qt.Key.Key_End: self._size - 1 if whole else start + self._rows.per_row - 1,
        }
        return None if event.modifiers() & Qt.KeyboardModifier.AltModifier else moves.get(Qt.Key(event.key()))

    def _go(self, offset: int, extend: bool) -> None:
        offset = max(0, min(offset, self._size - 1))
        if extend and offset == self._cursor and self._length:
            return
        if not extend:
            self._anchor = offset
        self._cursor = offset
        self._length = abs(self._cursor - self._anchor) + 1
        self._field = ""
        self._rows.reveal(offset)
        self._reveal_column(offset % self._rows.per_row)
        self._follow()
        self.selected.emit(*self.selection)
        tell_cursor(self)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self.viewport().update()
        tell_cursor(self)

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    # --- what is read aloud: the bytes on screen, the selection in the place of the one that the keyboard is at ---

    def _describe(self) -> None:
        self.setAccessibleDescription(self._selection_text() if self._size else tr("No bytes"))

    def _selection_text(self) -> str:
        begin, length = self.selection
        length = max(length, 1)
        shown = self._bytes_text(begin, min(length, READ_BYTES))
        count = plural("{n} byte", "{n} bytes", length)
        if length > READ_BYTES:
            shown = tr("{bytes} and more", bytes=shown)
        said = f"{self._offset_text(begin)}, {count}: {shown}"
        return tr("{bytes}, in {field}", bytes=said, field=self._field) if self._field else said

    def _bytes_text(self, offset: int, length: int) -> str:
        #: In the place of bytes that cannot be read any more
        return self._visible.read(offset, length).hex(" ").upper() or tr("gone")

    def _offset_text(self, offset: int) -> str:
        return f"{offset:0{self._grid.columns.digits}X}"

    def items_read(self) -> int:
        return self._rows.byte_count if self._size else 0

    def items_are(self) -> object:
        return self._visible.source, self._rows.first_byte

    def item_text(self, number: int) -> str:
        offset = self._rows.first_byte + number
        if offset == self._cursor:
            return self._selection_text()
        return f"{self._offset_text(offset)}: {self._bytes_text(offset, 1)}"

    def item_rect(self, number: int) -> QRect:
        return self.byte_rect(self._rows.first_byte + number) & self.viewport().rect()

    def item_at(self, point: QPoint) -> int | None:
        return self.offset_at(point) - self._rows.first_byte if self.viewport().rect().contains(point) else None

    def item_at_cursor(self) -> int | None:
        number = self._cursor - self._rows.first_byte
        return number if 0 <= number < self.items_read() else None
