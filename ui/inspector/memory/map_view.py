"""The pages of a block as a map: from all of it to one page, as many pages in a row as a power of two lets fit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from ui.inspector.memory.looks import Look, table
from ui.inspector.memory.tiles import GLYPHS_FROM, compose, tile_set
from ui.inspector.memory.zooming import LARGEST, Lie, fitting
from ui.models.page_levels import Levels, Values
from ui.theme import fonts
from ui.theme.palette import color
from ui.words import tr

GAP, MARGIN = 12, 12
_NOTCH = 120
"""Of a wheel."""
_RESTS_MS = 120
"""After so long on a cell the pointer means it."""
_DRAG = 4
"""Px that the pointer moves before a click is a drag."""


class MapView(QAbstractScrollArea):
    """``chosen(page, joined)``: a page was clicked or walked to; ``opened``: Enter or a double click; ``moved``: other
    pages are seen; ``pointed``: the pointer rests on this page, on none where it is negative.  ``say`` puts into words
    what is under a cell: (first page, pages)."""

    chosen = Signal(int, bool)
    opened = Signal(int)
    moved = Signal()
    pointed = Signal(int)

    def __init__(self, say: Callable[[int, int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._say = say
        self._levels: Levels | None = None
        self._look, self._top = Look.STATE, 1
        self._tiles: tuple[object, Values] | None = None
        self._page_size = 4096
        self._zoom, self._fits = 0, True
        self.lie = Lie.at(0, 512)
        self.page = 0
        self._pressed: QPoint | None = None
        self._dragged = False
        self._from = 0
        self._turned = 0
        self._under: int | None = None
        """The first page of the cell under the pointer."""
        self._rests = QTimer(self, singleShot=True, interval=_RESTS_MS)
        self._rests.timeout.connect(self._rested)
        self.viewport().setMouseTracking(True)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setProperty("surface", "sunken")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # addresses do not mirror
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(tr("Page map"))
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    # --- what is shown ---

    def show_levels(self, levels: Levels | None, look: Look, top: int, page_size: int) -> None:
        """Show these; the place and the zoom stay where the block is as long as the one before."""
        another = levels is None or self._levels is None or levels.pages != self._levels.pages
        self._levels, self._look, self._top, self._page_size = levels, look, top, page_size
        self._tiles = None
        if another:
            self._point_at(None)
            self._fits = True
            self.page = 0
        self._arrange()
        self._describe()

    @property
    def pages(self) -> int:
        return self._levels.pages if self._levels is not None else 0

    def seen(self) -> tuple[int, int]:
        """(first page, page behind the last) of what is on screen."""
        first = self._first_row() * self.lie.per_row
        rows = max(1, self._room().height() // self.lie.cell)
        return min(first, self.pages), min(first + rows * self.lie.per_row, self.pages)

    def show_page(self, page: int) -> None:
        """Make a page the current one and bring it into view; says nothing to anybody."""
        if not self.pages:
            return
        self.page = max(0, min(page, self.pages - 1))
        self._reveal()
        self._describe()
        self.viewport().update()

    def scroll_to(self, page: int) -> None:
        """Bring a page to the middle."""
        rows = self._room().height() // self.lie.cell
        self.verticalScrollBar().setValue(page // self.lie.per_row - rows // 2)

    # --- where things are ---

    def _gutter(self) -> int:
        digits = max(8, len(f"{max(self.pages - 1, 0) * self._page_size:X}"))
        return MARGIN + fonts.text_width(fonts.mono(11), "0" * digits) + GAP

    def _head(self) -> int:
        return fonts.px(24)

    def _room(self) -> QRect:
        return self.viewport().rect().adjusted(self._gutter(), self._head(), -MARGIN, 0)

    def _first_row(self) -> int:
        return self.verticalScrollBar().value()

    def _arrange(self) -> None:
        room = self._room()
        if self._fits and self.pages:
            self._zoom = fitting(self.pages, room.width(), room.height())
        self.lie = Lie.at(self._zoom, room.width())
        rows = max(1, room.height() // self.lie.cell)
        bar = self.verticalScrollBar()
        bar.setPageStep(rows)
        bar.setSingleStep(max(1, 48 // self.lie.cell))
        bar.setRange(0, max(0, self.lie.rows(self.pages) - rows))
        self.viewport().update()
        self.moved.emit()

    def _reveal(self) -> None:
        row, bar = self.page // self.lie.per_row, self.verticalScrollBar()
        rows = max(1, self._room().height() // self.lie.cell)
        if row < bar.value():
            bar.setValue(row)
        elif row >= bar.value() + rows:
            bar.setValue(row - rows + 1)

    def _scrolled(self) -> None:
        self._point_at(None)
        self.viewport().update()
        self.moved.emit()

    def page_at(self, point: QPoint) -> int | None:
        """The first page of the cell under a point of the viewport."""
        room = self._room()
        column, row = (point.x() - room.left()) // self.lie.cell, (point.y() - room.top()) // self.lie.cell
        if not (0 <= column < self.lie.columns and row >= 0):
            return None
        page = ((self._first_row() + row) * self.lie.columns + column) << self.lie.level
        return page if page < self.pages else None

    def _cell_of(self, page: int) -> QRect:
        row, column = divmod(page >> self.lie.level, self.lie.columns)
        cell, room = self.lie.cell, self._room()
        return QRect(room.left() + column * cell, room.top() + (row - self._first_row()) * cell, cell, cell)

    # --- zoom ---

    @property
    def zoom(self) -> int:
        return self._zoom

    def set_zoom(self, zoom: int, keep: QPoint | None = None) -> None:
        """Larger or smaller cells; the page under ``keep``, else the current one, stays where it is."""
        room = self._room()
        least = fitting(self.pages, room.width(), room.height()) if self.pages else 0
        zoom = max(min(least, LARGEST), min(LARGEST, zoom))
        page = self.page_at(keep) if keep is not None else None
        anchor = self.page if page is None else page
        height = keep.y() - room.top() if page is not None and keep is not None else self._height_of(anchor)
        self._zoom, self._fits = zoom, zoom == least
        self._point_at(None)
        self._arrange()
        self.verticalScrollBar().setValue(anchor // self.lie.per_row - height // self.lie.cell)

    def _height_of(self, page: int) -> int:
        top, room = self._cell_of(page).top() - self._room().top(), self._room().height()
        return top if 0 <= top < room else room // 2

    def zoom_by(self, step: int) -> None:
        self.set_zoom(self._zoom + step)

    def fit(self) -> None:
        """See all of the block."""
        self._fits = True
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationFontChange):
            self._tiles = None
            self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(760, 560)

    # --- painting ---

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), color("sunken"))
        if not self.pages:
            return
        room = self._room()
        rows = min(-(-room.height() // self.lie.cell), self.lie.rows(self.pages) - self._first_row())
        self._paint_scales(painter, room, rows)
        painter.save()
        painter.setClipRect(room.adjusted(-2, -2, 2, 0))
        self._paint_cells(painter, room, rows)
        self._paint_mark(painter)
        painter.restore()
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def _paint_cells(self, painter: QPainter, room: QRect, rows: int) -> None:
        assert self._levels is not None
        columns, cell = self.lie.columns, self.lie.cell
        held = self._levels.window(min(self.lie.level, len(self._levels.values) - 1), self._first_row() * columns,
                                   rows * columns)  # fmt: skip
        cells = held.reshape(rows, columns)
        if cell >= GLYPHS_FROM:
            ratio = self.devicePixelRatioF()
            pixels = compose(self._tile_set(round(cell * ratio)), cells)
        else:
            pixels = table(self._look, self._top)[cells]
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
        painter.drawImage(QRect(room.left(), room.top(), columns * cell, rows * cell), image)

    def _tile_set(self, side: int) -> Values:
        key = (self._look, self._top, side)
        if self._tiles is None or self._tiles[0] != key:
            self._tiles = key, tile_set(self._look, self._top, side)
        return self._tiles[1]

    def _paint_scales(self, painter: QPainter, room: QRect, rows: int) -> None:
        font, cell = fonts.mono(11), self.lie.cell
        painter.setFont(font)
        painter.setPen(color("text3"))
        digits = max(8, len(f"{max(self.pages - 1, 0) * self._page_size:X}"))
        every = 1
        while every * cell < fonts.px(16):
            every *= 2
        first = -(-self._first_row() // every) * every
        for row in range(first, self._first_row() + rows, every):
            top = room.top() + (row - self._first_row()) * cell
            box = QRectF(MARGIN, top + min(cell, every * cell) / 2 - 9 if cell >= 16 else top - 2, room.left(), 18)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignVCenter, f"{row * self.lie.per_row * self._page_size:0{digits}X}"
            )
        step = max(1, self.lie.columns // max(1, self.lie.columns * cell // fonts.px(150)))
        step = 1 << (step - 1).bit_length()
        for column in range(0, self.lie.columns, step):
            box = QRectF(room.left() + column * cell, 0, fonts.px(140), self._head())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, _short((column << self.lie.level) * self._page_size))

    def _paint_mark(self, painter: QPainter) -> None:
        if self._under is not None:
            painter.setPen(QPen(color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._cell_of(self._under).adjusted(-1, -1, 0, 0))
        place = self._cell_of(self.page)
        painter.setPen(QPen(color("sunken"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(-1, -1, -1, -1))
        painter.setPen(QPen(color("text"), 2))
        painter.drawRect(place.adjusted(-2, -2, 1, 1))

    # --- pointer and keys ---

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self.pages:
            page = self.page_at(event.pos())
            if page is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self._say(page, 1 << self.lie.level), self.viewport())
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed, self._dragged = event.position().toPoint(), False
        self._from = self.verticalScrollBar().value()

    def _point_at(self, page: int | None) -> None:
        """The pointer is on this cell now, or on none."""
        if page == self._under:
            return
        for one in (self._under, page):
            if one is not None:
                self.viewport().update(self._cell_of(one).adjusted(-2, -2, 2, 2))
        self._under = page
        self._rests.start(0 if page is None else _RESTS_MS)

    def _rested(self) -> None:
        self.pointed.emit(-1 if self._under is None else self._under)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            self._point_at(self.page_at(event.position().toPoint()))
            return
        by = event.position().toPoint().y() - self._pressed.y()
        if abs(by) > _DRAG or self._dragged:
            self._dragged = True
            self.verticalScrollBar().setValue(self._from - by // self.lie.cell)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None or self._dragged:
            return
        page = self.page_at(pressed)
        if page is not None:
            self._go(page, joined=False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        page = self.page_at(event.position().toPoint())
        if page is not None:
            self._go(page, joined=False)
            self.opened.emit(page)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        self._turned += event.angleDelta().y()
        steps = int(self._turned / _NOTCH)
        if steps:
            self._turned -= steps * _NOTCH
            self.set_zoom(self._zoom + steps, event.position().toPoint())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = max(1, self._room().height() // self.lie.cell - 1)
        row, cell = self.lie.per_row, 1 << self.lie.level
        moves = {
            Qt.Key.Key_Left: -cell,
            Qt.Key.Key_Right: cell,
            Qt.Key.Key_Up: -row,
            Qt.Key.Key_Down: row,
            Qt.Key.Key_PageUp: -row * rows,
            Qt.Key.Key_PageDown: row * rows,
            Qt.Key.Key_Home: -self.pages,
            Qt.Key.Key_End: self.pages,
        }
        key, held = Qt.Key(event.key()), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if key in moves and self.pages:
            self._go(max(0, min(self.page + moves[key], self.pages - 1)), joined=True)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and not held:
            self.zoom_by(1)
        elif key == Qt.Key.Key_Minus and not held:
            self.zoom_by(-1)
        elif key == Qt.Key.Key_0 and not held:
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pages:
            self.opened.emit(self.page)
        else:
            super().keyPressEvent(event)

    def _go(self, page: int, *, joined: bool) -> None:
        self.show_page(page)
        self.chosen.emit(self.page, joined)

    def _describe(self) -> None:
        self.setAccessibleDescription(self._say(self.page, 1) if self.pages else "")


def _short(count: int) -> str:
    """+96 K, +3 M: how far a column is from the first."""
    for unit, power in (("G", 30), ("M", 20), ("K", 10)):
        if count and count % (1 << power) == 0:
            return f"+{count >> power} {unit}"
    return f"+{count:X}" if count else "+0"
