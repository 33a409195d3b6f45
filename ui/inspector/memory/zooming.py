"""How pages lie on the map: px of a cell, pages under it, cells in a row."""

from __future__ import annotations

from dataclasses import dataclass

LEAST, LARGEST = 2, 4
"""Px of the smallest cell; how often it can be doubled (to 32 px, and what the width leaves over)."""


@dataclass(frozen=True, slots=True)
class Lie:
    """``zoom`` 0 is a page in the smallest cell; each step up doubles the cell, each step down the pages under it.
    ``columns`` cells are in a row, always a power of two; ``cell`` is the px of a cell's side, a little more than the
    zoom asks for where the width has room for it."""

    zoom: int
    columns: int
    cell: int

    @classmethod
    def at(cls, zoom: int, width: int) -> Lie:
        """As many columns as fit into ``width`` px."""
        least = LEAST << max(zoom, 0)
        columns = 1 << (max(1, width // least).bit_length() - 1)
        return cls(zoom, columns, max(least, width // columns))

    @property
    def level(self) -> int:
        """log2 of the pages under a cell."""
        return max(-self.zoom, 0)

    @property
    def per_row(self) -> int:
        """Pages in a row."""
        return self.columns << self.level

    def rows(self, pages: int) -> int:
        return -(-pages // self.per_row)


def fitting(pages: int, width: int, height: int) -> int:
    """The largest zoom at which the whole block is seen."""
    zoom = LARGEST
    while zoom > -40:
        lie = Lie.at(zoom, width)
        if lie.rows(pages) * lie.cell <= height:
            return zoom
        zoom -= 1
    return zoom
