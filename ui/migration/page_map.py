"""The pages of a machine as cells: one for each, or for some where there are more pages than cells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from snapmgr.migrate.pages import Layout, PageState, States, counts
from snapmgr.ram.bitmap import Flags
from ui.migration.page_lights import LEVELS, PageLights, any_of
from ui.migration.page_marks import COLOURS, CORE, LEAST_MARK, WORDS, PageMarks, paint_ring
from ui.shell import formats
from ui.theme import motion
from ui.theme.palette import color
from ui.words import grouped, plural, tr

LEAST, MOST = 2, 24
"""Px of a cell's width, and of its height where it is a square."""
MOST_RINGS = 64
RANK_EVERY = 8
"""Pictures between two looks at which states are rare."""
_NOTHING = len(PageState)


class PageMap(QWidget):
    """``show_states`` brings what is to be seen; ``chosen`` carries the number of a page that was clicked."""

    chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 48)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so that nothing below it is painted
        self._name = name
        self._layout = Layout()
        self._states: States = np.zeros(0, np.uint8)
        self._cells: npt.NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
        self._pixels: npt.NDArray[np.uint32] = np.zeros((0, 0), np.uint32)
        self._zoom, self._top, self._at = 0, 0, 0
        self._counts: dict[PageState, int] | None = None
        """What was counted, until the states are others."""
        self._shown = 0
        self._order: States = np.arange(len(PageState), dtype=np.uint8)
        self._placed: tuple[object, ...] = ()
        self._lights, self._marks = PageLights(), PageMarks()
        self._looked: tuple[int, ...] = ()
        self._look_up: npt.NDArray[np.uint32] = np.zeros(0, np.uint32)
        self.cell, self.per_cell = LEAST, 1
        self.high: float = LEAST
        """Px that a cell is high, which need not be a whole number: rows differ by one px then."""
        self.setAccessibleName(name)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_states(self, layout: Layout, states: States, *, live: bool = False) -> None:
        """A state for each page of ``layout``; they may change after the next call only.

        ``live``: they follow what was shown before, and what has changed since lights up."""
        another = layout != self._layout or self._states is not states
        self._layout, self._states = layout, states
        changed = self._lights.changed(states) if live else None
        if changed is not None and not another:
            self._count_on(*self._lights.from_to)
        elif another or not live:
            self._counts = None
        if not live:
            self._lights.forget(states)
        elif not another and changed is None and not self._lights.burn(self._cells.size):
            return
        if self._shown % RANK_EVERY == 0:
            self._order = np.argsort([-found for found in self.counts().values()], kind="stable").astype(np.uint8)
        self._shown += 1
        if live and not another and self._placed == self._arrangement():
            self._renew(changed)
        else:
            self._place_cells()
        if changed is not None and not motion.reduced():
            self._lights.light(self._seen(self._lights.happened), self.per_cell, self._cells.size)
        self._colour()
        self.update()

    def _count_on(self, before: States, now: States) -> None:
        """Pages that were this are that: where they are few, all need not be counted again."""
        if self._counts is None or len(now) > len(self._states) // 8:
            self._counts = None
            return
        gone, come = (np.bincount(values, minlength=len(PageState)) for values in (before, now))
        self._counts = {state: count + int(come[state] - gone[state]) for state, count in self._counts.items()}

    def _arrangement(self) -> tuple[object, ...]:
        """What it depends on which pages a cell stands for, and which of their states it shows."""
        return len(self._states), self.width(), self.height(), self._zoom, self._top, self._order.tobytes()

    def _seen(self, values: States) -> States:
        """Those of the pages that are in sight."""
        first = self._top * max(1, self.width() // self.cell) * self.per_cell
        return values[first : first + self._cells.size * self.per_cell]

    def _renew(self, changed: Flags | None) -> None:
        """Only cells whose pages have changed."""
        if changed is None:
            return
        cells, per, seen = self._cells.reshape(-1), self.per_cell, self._seen(self._states)
        places = np.flatnonzero(any_of(self._seen(changed), per))
        whole = places[places < len(seen) // per]
        cells[whole] = self._rarest(seen[: len(seen) // per * per].reshape(-1, per)[whole].reshape(-1), len(whole))
        if len(whole) < len(places):
            cells[places[-1]] = self._rarest(seen[len(seen) // per * per :], 1)[0]

    def fade(self) -> None:
        """Lights that burn go on going out."""
        if self.is_lit:
            self._colour()
            self.update()

    @property
    def is_lit(self) -> bool:
        """Whether a page lights up right now."""
        return self._lights.burn(self._cells.size)

    def counts(self) -> dict[PageState, int]:
        """Of all pages, as they were shown last."""
        if self._counts is None:
            self._counts = counts(self._states)
        return self._counts

    def describe(self, counts: Mapping[PageState, int]) -> None:
        """Say in words what is seen, for whoever cannot see it."""
        said = ", ".join(f"{grouped(n)} {tr(WORDS[state])}" for state, n in counts.items() if n)
        self.setAccessibleName(f"{self._name}: {said}" if said else self._name)

    def sizeHint(self) -> QSize:
        return QSize(384, 110)

    def resizeEvent(self, event: object) -> None:
        """Cells are placed when it is painted: while all is laid out anew it has many sizes."""
        self._lights.go_out()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._arrange()

    def _arrange(self) -> None:
        self._lights.go_out()
        self._place_cells()
        self._colour()
        self.update()

    def _place_cells(self) -> None:
        pages = len(self._states)
        self.cell, self.per_cell = self._fit(pages)
        columns = max(1, self.width() // self.cell)
        self.high = self._fit_height(-(-pages // (self.per_cell * columns)))
        rows = max(1, int(self.height() / self.high + 1e-6))
        needed = -(-pages // (self.per_cell * columns))
        self._top = max(0, min(self._top, needed - rows))
        first = self._top * columns * self.per_cell
        seen = self._states[first : first + columns * rows * self.per_cell]
        count = -(-len(seen) // self.per_cell)
        cells = np.full(min(rows, max(1, -(-count // columns))) * columns, _NOTHING, np.uint8)
        cells[:count] = self._rarest(seen, count)
        self._cells = cells.reshape(-1, columns)
        self._placed = self._arrangement()

    def _fit(self, pages: int) -> tuple[int, int]:
        """Px of a cell, and pages under one: all of them fit, then as often doubled as was zoomed in."""
        room = max(1, self.width() * self.height())
        cell, per = LEAST, 1
        if pages:
            cell = min(MOST, max(LEAST, int((room / pages) ** 0.5)))
            while cell > LEAST and (self.width() // cell) * (self.height() // cell) < pages:
                cell -= 1
            fitting = max(1, (self.width() // cell) * (self.height() // cell))
            while per * fitting < pages:
                per *= 2
        for _ in range(self._zoom):
            cell, per = (cell, per // 2) if per > 1 else (min(MOST, cell + 2), 1)
        return cell, per

    def _fit_height(self, rows: int) -> float:
        """Px that a cell is high: small ones may be twice as high as wide, so that all of them fill the room."""
        if self.cell >= LEAST_MARK or self._zoom or not rows:
            return self.cell
        return max(self.cell, min(self.height() / rows, 2 * self.cell))

    def _rarest(self, seen: States, count: int) -> States:
        """Of the pages under a cell the state that the fewest pages have shows."""
        if self.per_cell == 1:
            return seen
        order, rank = self._order, np.zeros(256, np.uint8)
        rank[order] = np.arange(len(order), dtype=np.uint8)
        padded = np.zeros(count * self.per_cell, np.uint8)
        padded[: len(seen)] = np.frombuffer(seen.tobytes().translate(rank.tobytes()), np.uint8)
        width = self.per_cell
        while width > 1:  # halving is quicker than a maximum along short rows
            padded = np.maximum(padded[0::2], padded[1::2])
            width //= 2
        states: States = order[padded]
        return states

    def _colour(self) -> None:
        if self._pixels.shape != self._cells.shape:
            self._pixels = np.empty(self._cells.shape, np.uint32)
        kinds = self._cells * np.uint8(LEVELS)
        if self._lights.burn(self._cells.size):
            kinds += self._lights.levels().reshape(self._cells.shape)
        np.take(self._look(), kinds, out=self._pixels)

    def _look(self) -> npt.NDArray[np.uint32]:
        tints = (color("text").rgb(), color("sunken").rgb(), color("p_dirty").rgb())
        if tints != self._looked:
            self._looked, self._look_up = tints, _look()
        return self._look_up

    def _settle(self) -> None:
        """Place the cells for the size that it has now."""
        if self._placed != self._arrangement():
            self._place_cells()
            self._colour()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._settle()
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.fillRect(self.rect(), color("sunken"))
        if self._pixels.size:
            height, width = self._pixels.shape
            image = QImage(self._pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
            painter.drawImage(QRectF(0, 0, width * self.cell, height * self.high), image, QRectF(image.rect()))
            if self.cell >= LEAST_MARK:
                self._marks.paint(painter, self._cells, self.cell)
            self._paint_rings(painter)
        if self.hasFocus():
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
            if len(self._states):
                painter.setPen(QPen(color("text"), 1))
                painter.drawRect(self._place(self._at).adjusted(-1, -1, 0, 0))

    def _paint_rings(self, painter: QPainter) -> None:
        rows, columns = np.nonzero(self._cells == np.uint8(PageState.REQUESTED))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, column in list(zip(rows.tolist(), columns.tolist(), strict=True))[:MOST_RINGS]:
            middle = QPointF((column + 0.5) * self.cell, (row + 0.5) * self.high)
            paint_ring(painter, middle, filled=self.cell < CORE)

    # -- pages and places ------------------------------------------------------------------------------------------

    def _place(self, page: int) -> QRect:
        self._settle()
        columns = self._cells.shape[1]
        row, column = divmod(page // self.per_cell, columns)
        top, bottom = (int((row - self._top + more) * self.high) for more in (0, 1))
        return QRect(column * self.cell, top, self.cell, bottom - top)

    def page_at(self, point: QPoint) -> int | None:
        """The first page under a point, None where there is none."""
        self._settle()
        columns = self._cells.shape[1]
        row, column = int(point.y() / self.high) + self._top, point.x() // self.cell
        page = (row * columns + column) * self.per_cell
        return page if 0 <= column < columns and 0 <= page < len(self._states) else None

    def words(self, page: int) -> str:
        """What is under a cell."""
        self._settle()
        name, address = self._layout.place(page)
        if self.per_cell == 1:
            state = tr(WORDS[PageState(self._states[page])])
            return tr("{block} 0x{address}, {state}", block=name, address=f"{address:07X}", state=state)
        found = np.bincount(self._states[page : page + self.per_cell], minlength=len(PageState))
        said = ", ".join(f"{grouped(int(found[state]))} {tr(WORDS[state])}" for state in PageState if found[state])
        pages = plural("{n} page", "{n} pages", int(found.sum()))
        return tr("{block} from 0x{address}, {pages}: {said}", block=name, address=f"{address:07X}", pages=pages,
                  said=said)  # fmt: skip

    def scale_text(self) -> str:
        """What a cell stands for."""
        self._settle()
        size = formats.size(self.per_cell * self._layout.page_size)
        return plural("a cell is {n} page", "a cell is {n} pages, the rarest state shown", self.per_cell) + f", {size}"

    # -- pointer and keys ------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            page = self.page_at(event.pos())
            QToolTip.showText(event.globalPos(), self.words(page) if page is not None else self.scale_text(), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        page = self.page_at(event.position().toPoint())
        if page is not None:
            self._go_to(page)

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = 1 if event.angleDelta().y() > 0 else -1
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(step)
        else:
            self._top = max(0, self._top - 3 * step)
            self._arrange()

    def zoom(self, step: int) -> None:
        """Larger or smaller cells; 0 makes all pages fit."""
        self._zoom = max(0, min(12, self._zoom + step)) if step else 0
        self._arrange()
        self._go_to(self._at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._settle()
        columns = self._cells.shape[1] * self.per_cell
        moves = {
            Qt.Key.Key_Left: -self.per_cell,
            Qt.Key.Key_Right: self.per_cell,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -columns * 16,
            Qt.Key.Key_PageDown: columns * 16,
            Qt.Key.Key_Home: -len(self._states),
            Qt.Key.Key_End: len(self._states),
        }
        zooms = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1, Qt.Key.Key_0: 0}
        key = Qt.Key(event.key())
        if key in zooms and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(zooms[key])
        elif key in moves:
            self._go_to(self._at + moves[key])
        else:
            super().keyPressEvent(event)

    def _go_to(self, page: int) -> None:
        if not len(self._states):
            return
        self._at = max(0, min(len(self._states) - 1, page))
        place = self._place(self._at)
        if place.top() < 0 or place.bottom() >= self.height():
            self._top = max(0, self._top + int(place.top() // self.high))
            self._arrange()
        self.setAccessibleDescription(self.words(self._at))
        self.chosen.emit(self._at)
        self.update()


def _look() -> npt.NDArray[np.uint32]:
    """The colour of each state at each brightness."""
    look, bright = np.zeros(256, np.uint32), color("text")
    tints = [color(COLOURS[state]) for state in PageState] + [color("sunken")]
    for place, tint in enumerate(tints):
        for level in range(LEVELS):
            share = 0.75 * level / (LEVELS - 1)
            parts = (
                round(was + (lit - was) * share)
                for was, lit in zip(tint.getRgb()[:3], bright.getRgb()[:3], strict=True)
            )
            red, green, blue = parts
            look[place * LEVELS + level] = 0xFF000000 | red << 16 | green << 8 | blue
    return look
