"""The bytes of a difference, A beside B: a field in its stream, or a page of RAM; what differs is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.model import NodeKind
from snapmgr.ram.bitmap import runs_of_flags
from ui.models.difference_rows import Row
from ui.shell import formats
from ui.widgets.hex_view import HexView
from ui.widgets.labels import ElidedLabel
from ui.words import tr

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex

MOST_COMPARED = 1 << 16
"""Bytes of a field that are compared byte by byte."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Bytes that differ."""

    offset: int
    length: int
    kind: NodeKind = NodeKind.SUBSECTION
    path: tuple[int, ...] = ()


class Shown:
    """Bytes for a view, with what differs in them."""

    def __init__(self, data: Any, size: int, marks: Sequence[Mark]) -> None:
        self._data, self.size, self._marks = data, size, marks

    def read(self, offset: int, length: int, /) -> Any:
        return self._data(offset, length)

    def marks(self, offset: int, length: int, /) -> Sequence[Any]:
        return [mark for mark in self._marks if mark.offset < offset + length and offset < mark.offset + mark.length]


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
        row.setSpacing(8)
        self.heads: list[ElidedLabel] = []
        self.views: list[HexView] = []
        #: The two sides of a comparison
        for name in (tr("Bytes in A"), tr("Bytes in B")):
            column = QVBoxLayout()
            column.setSpacing(4)
            head = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
            view = HexView(self)
            view.setAccessibleName(name)
            column.addWidget(head)
            column.addWidget(view, 1)
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
        held = [self._field(index, at) for index, at in zip(indexes, (row.at_a, row.at_b), strict=True)]
        runs = differing(*held) if row.at_a is not None and row.at_b is not None else []
        for place, (index, at) in enumerate(zip(indexes, (row.at_a, row.at_b), strict=True)):
            if at is None:
                self._none(place)
                continue
            marks = [Mark(at[0] + begin, length) for begin, length in runs if begin < at[1]]
            self._show(place, Shown(index.source.read, index.size, marks), *at)
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
            marks = [Mark(begin, length) for begin, length in runs if begin < len(data)]
            first = runs[0] if runs else (0, 0)
            self._show(place, Shown(lambda at, count, data=data: data[at : at + count], len(data), marks), *first)
            #: A page of RAM on one side of a comparison
            self.heads[place].setText(tr("{side}, page {n} at {address}", side="AB"[place], n=formats.grouped(page),
                                         address=f"0x{page * size:X}"))  # fmt: skip
        return True

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
