"""What the colours of the page map mean, with how many pages have each; of counts, a scale."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from snapmgr.inspect.page_classes import NOT_READ
from ui.inspector.memory.facts import Map
from ui.inspector.memory.looks import CLASS_WORDS, Look, Word, table, words_of
from ui.shell import formats
from ui.theme import fonts
from ui.theme.palette import color
from ui.widgets.mirroring import placed
from ui.widgets.page_glyphs import paint_glyph
from ui.words import plural, tr

_SWATCH, _SCALE = 14, 160


class MapLegend(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map: Map | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(fonts.px(28))

    def show_map(self, found: Map | None) -> None:
        self._map = found
        self.setAccessibleName(", ".join(self.texts()))
        self.update()

    def texts(self) -> list[str]:
        """What stands beside the swatches, or at the ends of the scale."""
        found = self._map
        if found is None:
            return []
        if found.look is Look.TIMES:
            return [tr("never"), plural("once", "1 to {n} times", found.top)]
        if found.look is Look.LAST:
            return [tr("never"), tr("iteration 1 to {n}", n=formats.grouped(found.top * found.step))]
        return [f"{tr(word.word)} {formats.grouped(found.counts[value])}" for value, word in self._words(found)]

    @staticmethod
    def _words(found: Map) -> list[tuple[int, Word]]:
        """Values that are told, with their words: all, but nothing of reading once everything was read."""
        words = words_of(found.look).items()
        return [(value, word) for value, word in words if word is not CLASS_WORDS[NOT_READ] or found.counts[value]]

    def minimumSizeHint(self) -> QSize:
        return QSize(0, fonts.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self._map
        if found is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.ui(12, tabular=True))
        texts = self.texts()
        if found.look.heat:
            self._paint_scale(painter, found, texts)
            return
        left = 0.0
        for text, (_, word) in zip(texts, self._words(found), strict=True):
            left = self._entry(painter, left, text, word.token, word.glyph)

    def _entry(self, painter: QPainter, left: float, text: str, token: str, glyph: str) -> float:
        width = fonts.text_width(painter.font(), text)
        if left + _SWATCH + 6 + width > self.width():
            return float(self.width())
        box = placed(painter, self.rect(), QRectF(left + 0.5, (self.height() - _SWATCH) / 2, _SWATCH, _SWATCH))
        painter.setPen(color("lineStrong"))
        painter.setBrush(color(token))
        painter.drawRoundedRect(box, 2, 2)
        if glyph:
            paint_glyph(painter, box, color(token), glyph)
        painter.setPen(color("text2"))
        words = QRectF(left + _SWATCH + 6, 0, width + 4, self.height())
        painter.drawText(placed(painter, self.rect(), words), Qt.AlignmentFlag.AlignVCenter, text)
        return left + _SWATCH + 6 + width + 16

    def _paint_scale(self, painter: QPainter, found: Map, texts: list[str]) -> None:
        left = self._entry(painter, 0.0, texts[0], "p_miss", "")
        colours = table(found.look, found.top)[1 : found.top + 1][None, :, :].copy()
        box = QRectF(left, (self.height() - _SWATCH) / 2, _SCALE, _SWATCH)
        if found.top:
            image = QImage(colours.data, found.top, 1, found.top * 4, QImage.Format.Format_RGB32)
            painter.drawImage(placed(painter, self.rect(), box), image)
        painter.setPen(color("text2"))
        words = QRectF(left + _SCALE + 8, 0, self.width(), self.height())
        painter.drawText(placed(painter, self.rect(), words), Qt.AlignmentFlag.AlignVCenter, texts[1])
