"""What the colours and signs of a map of pages stand for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from snapmgr.migrate.pages import PageState
from ui.migration.page_marks import ABOUT, COLOURS, WORDS, paint_mark, paint_ring
from ui.theme import fonts
from ui.theme.palette import color
from ui.words import later, tr

JUST_NOW = later("something happened to it within the last half second")
SWATCH, LINE, GAP, APART = 13, 18, 6, 12
"""Px: a colour, a line, what is between a colour and its word, and between two entries."""


class PageLegend(QWidget):
    """The states that a map shows, each with its colour and sign, in as many lines as they take, and its scale where
    there is room for that."""

    def __init__(self, states: Sequence[PageState], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._states, self._scale = tuple(states), ""
        self._lines, self._flowed, self._twin = 1, 0, self
        """How many there are, and in which width that was found out."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._say()

    def show_kinds(self, states: Sequence[PageState]) -> None:
        """Other states than before."""
        if tuple(states) != self._states:
            self._states = tuple(states)
            self._say()

    def show_scale(self, text: str) -> None:
        """What a cell stands for."""
        if text != self._scale:
            self._scale = text
            self._say()

    def be_as_high_as(self, other: PageLegend) -> None:
        """And that one as this: the maps above them have the same height then."""
        self._twin, other._twin = other, self

    def _entries(self) -> list[tuple[PageState | None, str]]:
        words = {state: tr(WORDS[state]) for state in self._states}
        if PageState.MISSING in words and PageState.REQUESTED in words:
            words[PageState.REQUESTED] = tr("guest waits")  # here; over there it is asked for
        return [*words.items(), (None, tr("just now"))]

    def _say(self) -> None:
        told = [f"{word}: {tr(ABOUT[state] if state is not None else JUST_NOW)}" for state, word in self._entries()]
        self.setToolTip("\n".join([*told, self._scale] if self._scale else told))
        self._flow()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, max(self._lines, self._twin._lines) * fonts.px(LINE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._flow()

    def _flow(self) -> None:
        """Find out how many lines there are.  They become no fewer, so that nothing jumps."""
        places = self._places()
        lines = places[-1][2] + 1 if places else 1
        if self.width() == self._flowed:
            lines = max(lines, self._lines)
        self._flowed = self.width()
        if lines != self._lines:
            self._lines = lines
            self.updateGeometry()
            self._twin.updateGeometry()

    def _places(self) -> list[tuple[PageState | None, str, int, int]]:
        """Entries with their line and the x at which each begins."""
        font, side = fonts.ui(12), fonts.px(SWATCH)
        placed, line, x = list[tuple[PageState | None, str, int, int]](), 0, 0
        for state, word in self._entries():
            width = side + GAP + fonts.text_width(font, word)
            if x and x + width > self.width():
                line, x = line + 1, 0
            placed.append((state, word, line, x))
            x += width + APART
        return placed

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, side, high = fonts.ui(12), fonts.px(SWATCH), fonts.px(LINE)
        line = x = 0
        for state, word, line, x in self._places():
            top = line * high
            box = QRectF(x + 0.5, top + (high - side) / 2 + 0.5, side - 1, side - 1)
            if state is PageState.REQUESTED:
                paint_ring(painter, box.center())
            else:
                painter.setPen(color("lineStrong"))
                painter.setBrush(color(COLOURS[state] if state is not None else "text"))
                painter.drawRoundedRect(box, 2, 2)
                if state is not None:
                    paint_mark(painter, state, box, COLOURS[state])
            width = fonts.text_width(font, word)
            self._paint_word(painter, QRectF(x + side + GAP, top, width + 2, high), word)
            x += side + GAP + width + APART
        width = fonts.text_width(font, self._scale)
        if self._scale and x + width <= self.width():
            self._paint_word(painter, QRectF(self.width() - width - 2, line * high, width + 2, high), self._scale)

    def _paint_word(self, painter: QPainter, box: QRectF, word: str) -> None:
        painter.setFont(fonts.ui(12))
        painter.setPen(color("text2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
