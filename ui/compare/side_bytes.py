"""The bytes of a difference, A beside B: a field in its stream, or a page of RAM; what differs is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from snapmgr.errors import SnapmgrError
from snapmgr.ram.bitmap import runs_of_flags
from ui.models.difference_rows import Row
from ui.shell import formats
from ui.widgets.controls import line
from ui.widgets.hex_rows import PER_ROW, Differs
from ui.widgets.hex_view import HexView
from ui.widgets.labels import ElidedLabel
from ui.words import tr

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex

MOST_COMPARED = 1 << 16
"""Bytes of a field that are compared byte by byte."""
MOST_AROUND = 64
"""Fields of a device that are marked beside the one that is looked at."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Bytes that differ."""

    offset: int
    length: int
    kind: Differs = Differs.CHANGED
    path: tuple[int, ...] = ()


class Shown:
    """Bytes for a view, with what differs in them.  They begin at ``base``, so that a row begins where what is compared
    does: then both sides stand alike."""

    def __init__(self, data: Any, size: int, marks: Sequence[Mark], base: int = 0) -> None:
        self._data, self._marks, self.base = data, marks, base
        self.size = size - base

    def read(self, offset: int, length: int, /) -> Any:
        return self._data(self.base + offset, length)

    def marks(self, offset: int, length: int, /) -> Sequence[Any]:
        """Offsets are those of the view."""
        end, base = offset + length, self.base
        return [
            replace(mark, offset=mark.offset - base)
            for mark in self._marks
            if mark.offset - base < end and offset < mark.offset - base + mark.length
        ]


def differing(one: bytes, other: bytes) -> list[tuple[int, int]]:
    """(offset, length) of stretches in which two texts of bytes differ; what one alone has differs too."""
    length = max(len(one), len(other))
    left, right = (np.frombuffer(data.ljust(length, b"\0"), np.uint8) for data in (one, other))
    flags = left != right
    flags[min(len(one), len(other)) :] = True
    first, count = runs_of_flags(flags)
    return list(zip(first.tolist(), count.tolist(), strict=True))


class SideBytes(QWidget):
    """Two views of bytes beside each other, and above each where they are from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(0)
        self.heads: list[ElidedLabel] = []
        self.views: list[HexView] = []
        #: The two sides of a comparison
        for name in (tr("Bytes in A"), tr("Bytes in B")):
            column = QVBoxLayout()
            column.setSpacing(4)
            head_row = QHBoxLayout()
            head_row.setContentsMargins(16, 0, 8, 0)
            head = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
            view = HexView(self)
            view.setAccessibleName(name)
            head_row.addWidget(head)
            column.addLayout(head_row)
            column.addWidget(view, 1)
            if self.views:
                row.addWidget(line(vertical=True))
            row.addLayout(column, 1)
            self.heads.append(head)
            self.views.append(view)
        self.setMinimumHeight(120)

    def clear(self) -> None:
        for head, view in zip(self.heads, self.views, strict=True):
            head.setText("")
            view.set_source(None)

    def show_row(self, row: Row, indexes: Sequence[StreamIndex]) -> bool:
        """The bytes behind a difference; False where it has none that are to be seen."""
        if len(indexes) != 2:
            return False
        if row.page is not None:
            return self.show_page(row.block, row.page, indexes)
        if row.at_a is None and row.at_b is None:
            return False
        marks = self._marks_of(row, indexes)
        for place, (index, at) in enumerate(zip(indexes, (row.at_a, row.at_b), strict=True)):
            if at is None:
                self._none(place)
                continue
            shown = Shown(index.source.read, index.size, marks[place], at[0] % PER_ROW)
            self._show(place, shown, at[0] - shown.base, at[1])
            where = formats.offset(at[0])
            self.heads[place].setText(tr("{side}, {size} at {offset}", side="AB"[place],
                                         size=formats.exact_bytes(at[1]), offset=where))  # fmt: skip
        return True

    def show_page(self, block: str, page: int, indexes: Sequence[StreamIndex]) -> bool:
        """A page of RAM on both sides."""
        held: list[bytes] = []
        size = indexes[0].page_size or 4096
        for index in indexes:
            try:
                held.append(index.ram.read(block, page * size, size))
            except (SnapmgrError, OSError):
                held.append(b"")
        runs = differing(*held)
        for place, data in enumerate(held):
            if not data:
                self._none(place)
                continue
            marked = [Mark(begin, length) for begin, length in runs if begin < len(data)]
            first = runs[0] if runs else (0, 0)
            self._show(place, Shown(lambda at, count, data=data: data[at : at + count], len(data), marked), *first)
            #: A page of RAM on one side of a comparison
            self.heads[place].setText(tr("{side}, page {n} at {address}", side="AB"[place], n=formats.grouped(page),
                                         address=f"0x{page * size:X}"))  # fmt: skip
        return True

    def _marks_of(self, row: Row, indexes: Sequence[StreamIndex]) -> tuple[list[Mark], list[Mark]]:
        """What differs in a field, and in those of the same device around it."""
        found: tuple[list[Mark], list[Mark]] = ([], [])
        around = row.parent.children if row.parent is not None else [row]
        first = max(0, row.place - MOST_AROUND // 2)
        for one in around[first : first + MOST_AROUND]:
            if one.at_a is None or one.at_b is None:
                continue
            sides = one.at_a, one.at_b
            for begin, length in differing(*(self._field(*pair) for pair in zip(indexes, sides, strict=True))):
                for marks, at in zip(found, sides, strict=True):
                    if begin < at[1]:
                        marks.append(Mark(at[0] + begin, length))
        return found

    def _field(self, index: StreamIndex, at: tuple[int, int] | None) -> bytes:
        if at is None:
            return b""
        try:
            return bytes(index.source.read(at[0], min(at[1], MOST_COMPARED)))
        except (SnapmgrError, OSError):
            return b""

    def _show(self, place: int, shown: Shown, offset: int, length: int) -> None:
        self.views[place].set_source(shown)
        self.views[place].show_range(offset, 0, (offset, length))  # tinted, not selected: what differs is seen

    def _none(self, place: int) -> None:
        self.heads[place].setText(tr("{side} has none", side="AB"[place]))
        self.views[place].set_source(None)
