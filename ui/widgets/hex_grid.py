"""Where things stand in a bytes view, in px of its viewport: the size of type that fits, rows, bytes and text."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QFontMetricsF

from ui.theme import fonts
from ui.widgets.hex_rows import PER_ROW, Columns, Rows

LINE = 22
"""Height of a row at normal size, in px."""
HEADING = 28
LEFT, RIGHT = 16, 8
SIZES = (13, 12, 11)
"""Sizes of type that are tried, the largest first."""
PER_ROWS = (PER_ROW, 8, 4)
"""Bytes a row that are tried, most first."""


class HexGrid:
    """One per view.  ``scrolled`` is how far it was scrolled sideways, in px."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.columns = Columns(8, True)
        self.scrolled = 0
        self.measure()

    def measure(self, size: int = SIZES[0]) -> None:
        """Take a size of type, in px at normal size."""
        self.font = fonts.mono(size)
        self.cell = QFontMetricsF(self.font).horizontalAdvance("0" * 64) / 64
        self.line = fonts.px(LINE)
        self.heading = fonts.px(HEADING)

    def lay_out(self, size: int, width: int, height: int) -> bool:
        """Fit ``size`` bytes into a viewport; returns whether the columns are others than before."""
        columns = self._fit(max(8, len(f"{max(size - 1, 0):X}")), width - LEFT - RIGHT)
        changed, self.columns = columns != self.columns, columns
        self.rows.size = size
        self.rows.set_per_row(columns.per_row)
        self.rows.visible = max(1, (height - self.heading) // self.line)
        self.rows.scroll_to(self.rows.top)
        return changed

    def _fit(self, digits: int, width: int) -> Columns:
        """As many bytes a row as fit whole, in the largest type, with the text where it fits too; where not even the
        fewest do, they are scrolled sideways."""
        for per_row in PER_ROWS:
            for text_shown in (True, False):
                for size in SIZES[: 2 if text_shown else None]:
                    self.measure(size)
                    columns = Columns(digits, text_shown, per_row)
                    if columns.width * self.cell <= width:
                        return columns
        return Columns(digits, False, PER_ROWS[-1])

    @property
    def width(self) -> int:
        """What a row needs, margins included."""
        return round(self.columns.width * self.cell) + LEFT + RIGHT

    def x(self, cell: float) -> float:
        return LEFT + cell * self.cell - self.scrolled

    def top(self, row: int) -> int:
        """Upper edge of a visible row."""
        return self.heading + row * self.line

    def byte_rect(self, offset: int) -> QRect:
        """Where a byte stands."""
        row, column = divmod(offset - self.rows.first_byte, self.rows.per_row)
        return QRectF(self.x(self.columns.byte_cell(column)), self.top(row), 2 * self.cell, self.line).toAlignedRect()

    def span_rect(self, row: int, column: int, last: int) -> QRectF:
        """The bytes from ``column`` to ``last`` of a visible row."""
        left = self.x(self.columns.byte_cell(column)) - self.cell / 2 + 1
        right = self.x(self.columns.byte_cell(last) + 2) + self.cell / 2 - 1
        return QRectF(left, self.top(row), right - left, self.line)

    def text_rect(self, row: int, column: int, last: int) -> QRectF:
        """The same bytes in the text."""
        left = self.x(self.columns.text_at + column)
        return QRectF(left, self.top(row), (last - column + 1) * self.cell, self.line)

    def column_span(self, column: int) -> tuple[int, int]:
        """(left, right) of a byte with a cell of air on both sides, as if nothing were scrolled."""
        left = LEFT + (self.columns.byte_cell(column) - 1) * self.cell
        return round(left), round(left + 4 * self.cell)

    def offset_at(self, point: QPoint) -> int:
        """The byte under a point, clamped to what there is."""
        row = (point.y() - self.heading) // self.line
        column, _ = self.columns.column_at((point.x() - self.x(0)) / self.cell)
        offset = self.rows.first_byte + max(row, -1) * self.rows.per_row + column
        return max(0, min(offset, max(self.rows.size - 1, 0)))
