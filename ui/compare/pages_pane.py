"""Pages of RAM that differ: a map of one block, with what its colours mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.compare.comparing import Comparison
from ui.models.difference_rows import Row
from ui.shell import formats
from ui.theme.tokens import INSET
from ui.widgets.controls import ComboBox
from ui.widgets.difference_map import COLOURS, GLYPHS, DifferenceMap
from ui.widgets.labels import ElidedLabel
from ui.widgets.legend_dots import LegendDots
from ui.words import plural, tr

if TYPE_CHECKING:
    from snapmgr.inspect.diff_ram import BlockDifference


class PagesPane(QWidget):
    """``chosen`` carries a block and a page of it under the dot that was clicked."""

    chosen = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._blocks: tuple[BlockDifference, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(INSET, 8, INSET, 8)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.block = ComboBox()
        self.block.setAccessibleName(tr("RAM block"))
        self.block.currentIndexChanged.connect(self._show_block)
        self.scale = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        row.addWidget(self.block)
        row.addWidget(self.scale, 1)
        column.addLayout(row)
        self.map = DifferenceMap()
        self.map.chosen.connect(self._chosen)
        self.map.arranged.connect(self._say_scale)
        column.addWidget(self.map, 1)
        self.legend = LegendDots(COLOURS, GLYPHS)
        column.addWidget(self.legend)

    def fill(self, found: Comparison) -> None:
        """Begin with the block that differs most."""
        self._blocks = found.streams.ram if found.streams is not None else ()
        self.block.clear()
        for block in self._blocks:
            self.block.addItem(block.name)
        self.block.setEnabled(len(self._blocks) > 1)
        blocks = self._blocks
        self.block.setCurrentIndex(max(range(len(blocks)), key=lambda place: blocks[place].changed_pages, default=-1))
        self._show_block()

    @property
    def empty(self) -> bool:
        return not self._blocks

    def show_row(self, row: Row | None) -> None:
        """The block that a difference belongs to, and its page."""
        if row is not None and row.block and (place := self.block.findText(row.block)) >= 0:
            self.block.setCurrentIndex(place)
        self.map.mark(row.page if row is not None and row.block == self.block.currentText() else None)

    def _chosen(self, page: int) -> None:
        self.map.mark(page)
        self.chosen.emit(self.block.currentText(), page)

    def _show_block(self) -> None:
        place = self.block.currentIndex()
        if not 0 <= place < len(self._blocks):
            return
        from snapmgr.inspect.diff_ram import PageState

        block = self._blocks[place]
        self.map.show_states(block.name, block.states)
        names = (
            (PageState.SAME, tr("same")),
            (PageState.CHANGED, tr("changed")),
            (PageState.ONLY_A, tr("only in A")),
            (PageState.ONLY_B, tr("only in B")),
        )
        self.legend.show_counts([f"{text} {formats.grouped(block.count(state))}" for state, text in names])

    def _say_scale(self) -> None:
        self.scale.setText(plural("one dot is one page", "one dot is {n} pages, worst shown", self.map.per_dot))
