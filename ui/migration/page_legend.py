"""What the colours and signs of a map of pages stand for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from snapmgr.migrate.pages import PageState
from ui.migration.page_marks import COLOURS, WORDS, paint_mark, paint_ring
from ui.theme import fonts
from ui.theme.palette import color
from ui.words import tr

SWATCH = 13


class PageLegend(QWidget):
    """The states that a map shows, each with its colour and sign, and its scale where there is room for that."""

    def __init__(self, states: Sequence[PageState], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._states, self._scale = tuple(states), ""
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

    def _entries(self) -> list[tuple[PageState | None, str]]:
        words = {state: tr(WORDS[state]) for state in self._states}
        if PageState.MISSING in words and PageState.REQUESTED in words:
            words[PageState.REQUESTED] = tr("guest waits")  # here; over there it is asked for
        return [*words.items(), (None, tr("just now"))]

    def _say(self) -> None:
        words = ", ".join(word for _, word in self._entries())
        self.setToolTip(f"{words}\n{self._scale}" if self._scale else words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, fonts.px(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font, x = fonts.ui(12), 0
        side = fonts.px(SWATCH)
        for state, word in self._entries():
            width = fonts.text_width(font, word)
            if x + side + 6 + width > self.width():
                break
            box = QRectF(x + 0.5, (self.height() - side) / 2 + 0.5, side - 1, side - 1)
            if state is PageState.REQUESTED:
                paint_ring(painter, box.center())
            else:
                painter.setPen(color("lineStrong"))
                painter.setBrush(color(COLOURS[state] if state is not None else "text"))
                painter.drawRoundedRect(box, 2, 2)
                if state is not None:
                    paint_mark(painter, state, box, COLOURS[state])
            self._paint_word(painter, QRectF(x + side + 6, 0, width + 2, self.height()), word)
            x += side + 6 + width + 12
        width = fonts.text_width(font, self._scale)
        if self._scale and x + width <= self.width():
            self._paint_word(painter, QRectF(self.width() - width - 2, 0, width + 2, self.height()), self._scale)

    def _paint_word(self, painter: QPainter, box: QRectF, word: str) -> None:
        painter.setFont(fonts.ui(12))
        painter.setPen(color("text2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
