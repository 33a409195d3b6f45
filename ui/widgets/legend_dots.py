"""What the colours of a map mean: a dot and a text for each, on as many lines as they need."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import fonts
from ui.theme.palette import color
from ui.widgets.mirroring import placed
from ui.widgets.page_glyphs import paint_glyph

_SIDE, _GAP, _BETWEEN, _LINE = 12, 6, 16, 20


class LegendDots(QWidget):
    """``colours`` are tokens and ``glyphs`` names, one for each text."""

    def __init__(self, colours: Sequence[str], glyphs: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._looks, self._texts = tuple(zip(colours, glyphs, strict=True)), [""] * len(colours)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_counts(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        self.setAccessibleName(", ".join(texts))
        self._fit()

    def _places(self) -> list[tuple[int, int]]:
        """Left and line of each."""
        font, left, line, places = fonts.ui(12), 0, 0, []
        for text in self._texts:
            width = _SIDE + _GAP + fonts.text_width(font, text)
            if left and left + width > self.width():
                left, line = 0, line + 1
            places.append((left, line))
            left += width + _BETWEEN
        return places

    def _fit(self) -> None:
        lines = max((line for _, line in self._places()), default=0) + 1
        self.setFixedHeight(lines * fonts.px(_LINE))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.ui(12))
        height = fonts.px(_LINE)
        for (token, glyph), text, (left, line) in zip(self._looks, self._texts, self._places(), strict=True):
            dot = QRectF(left, line * height + (height - _SIDE) / 2, _SIDE, _SIDE)
            painter.setPen(color("lineStrong"))
            painter.setBrush(color(token))
            box = placed(painter, self.rect(), dot)
            painter.drawRoundedRect(box, 2, 2)
            paint_glyph(painter, box, color(token), glyph)
            painter.setPen(color("text2"))
            words = QRectF(left + _SIDE + _GAP, line * height, self.width() - left, height)
            painter.drawText(placed(painter, self.rect(), words), Qt.AlignmentFlag.AlignVCenter, text)
