"""Cells of the page map that are large enough for a glyph: painted once each, put together by numpy."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from ui.inspector.memory.looks import Look, table, words_of
from ui.models.page_levels import Values
from ui.theme.palette import color
from ui.widgets.page_glyphs import paint_glyph

GLYPHS_FROM = 8
"""Px of a cell's side."""


def tile_set(look: Look, top: int, side: int) -> Values:
    """A tile for each of the 256 values: (256, side, side, 4) uint8, with a hairline at its right and lower edge."""
    colours = table(look, top)
    tiles = np.empty((256, side, side, 4), np.uint8)
    tiles[:] = colours[:, None, None, :]
    if not look.heat:
        for value, word in words_of(look).items():
            if word.glyph:
                tiles[value] = _drawn(color(word.token), word.glyph, side)
    edge = np.array(_bgra(color("sunken")), np.uint8)
    tiles[:, -1, :] = edge
    tiles[:, :, -1] = edge
    return tiles


def _bgra(colour: QColor) -> tuple[int, int, int, int]:
    return colour.blue(), colour.green(), colour.red(), 255


def compose(tiles: Values, cells: Values) -> Values:
    """A picture of (rows · side, columns · side, 4) uint8 of cells (rows, columns)."""
    rows, columns = cells.shape
    side = tiles.shape[1]
    return np.ascontiguousarray(tiles[cells].transpose(0, 2, 1, 3, 4)).reshape(rows * side, columns * side, 4)


def _drawn(ground: QColor, glyph: str, side: int) -> Values:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(ground)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_glyph(painter, QRectF(0, 0, side - 1, side - 1), ground, glyph)
    painter.end()
    view = np.frombuffer(image.constBits(), np.uint8).reshape(side, image.bytesPerLine())
    return view[:, : side * 4].reshape(side, side, 4).copy()
