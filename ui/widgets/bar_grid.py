"""Where things stand in the overview, in px: row 1 for the whole stream, row 2 for what the lens shows of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from ui.theme import fonts

INSET = 16
CAPTION, WHOLE, GAP, LENS, AXIS = 16, 20, 18, 30, 16
MARKS = 8
"""What the marks of problems need above row 1."""
SMALLEST_LENS = 64
"""Bytes."""
LENS_HANDLE = 12
"""Narrowest that the lens is drawn on row 1, in px."""


class BarGrid:
    """One per overview: ``size`` of the stream and ``lens`` (offset, length) in bytes, ``full_width`` of the widget
    in px."""

    def __init__(self) -> None:
        self.size = 0
        self.lens = (0, 0)
        self.full_width = 0
        self.low = False
        """The bars alone, without caption and axis."""

    def move_lens(self, offset: int, length: int) -> None:
        """Show ``length`` bytes from ``offset``, as far as the stream allows."""
        length = max(min(SMALLEST_LENS, self.size), min(length, self.size))
        self.lens = (max(0, min(offset, self.size - length)), length)

    def zoomed(self, factor: float, at: int | None) -> tuple[int, int]:
        """The lens with ``factor`` times as many bytes, the byte ``at`` where it is."""
        first, length = self.lens
        at = first + length // 2 if at is None else at
        if not first <= at < first + length:
            first = at - length // 2
        new = max(SMALLEST_LENS, min(round(length * factor), self.size))
        return round(at - (at - first) * new / max(length, 1)), new

    @property
    def magnifies(self) -> bool:
        """Whether the lens shows less than everything."""
        return self.lens[1] < self.size

    @property
    def digits(self) -> int:
        """Hexadecimal digits of every offset of this stream."""
        return max(8, len(f"{max(self.size - 1, 0):X}"))

    # --- px ---

    @property
    def whole_top(self) -> int:
        return MARKS if self.low else fonts.px(CAPTION)

    @property
    def lens_top(self) -> int:
        return self.whole_top + WHOLE + GAP

    @property
    def axis_top(self) -> int:
        return self.lens_top + LENS + 2

    @property
    def height(self) -> int:
        return self.axis_top + (4 if self.low else fonts.px(AXIS) + 4)

    @property
    def width(self) -> float:
        """Of the rows."""
        return max(1.0, self.full_width - 2.0 * INSET)

    def whole_rect(self) -> QRectF:
        return QRectF(INSET, self.whole_top, self.width, WHOLE)

    def lens_rect(self) -> QRectF:
        return QRectF(INSET, self.lens_top, self.width, LENS)

    def handle_rect(self) -> QRectF:
        """The lens on row 1, never narrower than can be grabbed."""
        first, length = self.lens
        left, right = self.x(first, 0, self.size), self.x(first + length, 0, self.size)
        if right - left < LENS_HANDLE:
            middle = (left + right) / 2
            left, right = middle - LENS_HANDLE / 2, middle + LENS_HANDLE / 2
        whole = self.whole_rect()
        shift = max(whole.left() - left, 0.0) - max(right - whole.right(), 0.0)
        return QRectF(left + shift, whole.top() - 2, right - left, WHOLE + 4)

    def x(self, offset: float, first: int, length: int) -> float:
        """Of a byte in a row that shows ``length`` bytes from ``first``."""
        return INSET + (offset - first) * self.width / max(length, 1)

    def on_lens(self, y: float) -> bool:
        """Whether a height belongs to row 2."""
        return y > self.whole_top + WHOLE + GAP / 2

    def on_handle(self, point: QPointF) -> bool:
        """Whether the lens on row 1 can be grabbed here."""
        return self.magnifies and self.handle_rect().contains(point)

    def window_at(self, y: float) -> tuple[int, int]:
        """(first byte, bytes) of the row under a height."""
        return self.lens if self.on_lens(y) else (0, self.size)

    def offset_at(self, point: QPointF) -> int:
        """The byte under a point."""
        first, length = self.window_at(point.y())
        share = min(max((point.x() - INSET) / self.width, 0.0), 1.0)
        return max(0, min(first + int(share * length), self.size - 1))

    def is_near(self, offset: int, point: QPointF) -> bool:
        """Whether a byte stands within 5 px of a point, in the row of the point."""
        first, length = self.window_at(point.y())
        return length > 0 and abs(self.x(offset, first, length) - point.x()) <= 5
