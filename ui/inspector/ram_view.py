"""The RAM of a stream, block by block: how much there is, and what was sent for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from snapmgr.inspect.model import BlockSummary
from ui.models.block_table import (
    BLOCK_ROLE,
    COMPRESSED,
    LEFT_OUT,
    NAME,
    NORMAL,
    PAGE_SIZE,
    PAGES,
    RESENT,
    SHARE,
    SORT_ROLE,
    USED,
    XBZRLE,
    ZERO,
    BlockTableModel,
    states,
)
from ui.models.texts import shown
from ui.shell import formats
from ui.theme import fonts
from ui.theme.palette import color
from ui.theme.tokens import INSET
from ui.widgets.controls import action_button, line
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import ElidedLabel
from ui.widgets.mirroring import placed
from ui.widgets.shared_columns import Need, SharedColumns, SharedTable, title_width, widest
from ui.widgets.two_lines import paint_line
from ui.words import plural, tr

_BAR = 8
_IMPORTANCE = (NAME, USED, PAGES, SHARE, NORMAL, ZERO, RESENT, XBZRLE, COMPRESSED, PAGE_SIZE)
"""What is left out last comes first."""
_LEAST_NAME, _LEAST_BAR = 150, 110
_MARGINS = 24
_AT_END = Qt.TextElideMode.ElideRight


def paint_share(painter: QPainter, box: QRectF, block: BlockSummary) -> None:
    """The proportion bar: pages by their last state; the thinnest share that exists is one pixel wide."""
    painter.fillRect(box, color("p_miss"))
    if not block.pages:
        return
    left = box.left()
    parts = [(token, count) for token, _, count in states(block) if count]
    for token, count in parts:
        width = max(1.0, box.width() * count / block.pages)
        width = min(width, box.right() - left)
        painter.fillRect(QRectF(left, box.top(), width, box.height()), color(token))
        left += width
    painter.setPen(color("line"))
    painter.drawRect(box)


class ShareDelegate(QStyledItemDelegate):
    """Cells of the table: the share as a bar, everything else as text in the face of its kind."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(140 if index.column() == SHARE else hint.width() + 16, fonts.px(30))

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.font = fonts.mono(12) if index.column() == NAME else fonts.ui(13, tabular=True)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        if index.column() == NAME:
            option.textElideMode = Qt.TextElideMode.ElideMiddle

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        if index.column() == SHARE:
            box = QRectF(option.rect).adjusted(8, 0, -8, 0)
            block: BlockSummary = index.data(BLOCK_ROLE)
            if block.ignored:
                font, cell = fonts.ui(12), box.toRect()
                paint_line(painter, cell, tr(LEFT_OUT), font, "text2", direction=option.direction, elide=_AT_END)
                return
            bar = QRectF(box.left(), box.center().y() - _BAR / 2, box.width() - 1, _BAR)
            painter.save()
            paint_share(painter, bar, block)
            painter.restore()


class StateLegend(QWidget):
    """What the colours of page states mean, with how many pages of the stream are in each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: list[tuple[str, str, int]] = []
        self.setFixedHeight(fonts.px(20))

    def set_blocks(self, blocks: Sequence[BlockSummary]) -> None:
        totals: dict[tuple[str, str], int] = {}
        for block in blocks:
            for token, word, count in states(block):
                totals[token, word] = totals.get((token, word), 0) + count
        self._counts = [(token, word, count) for (token, word), count in totals.items()]
        #: {state} is one of the states of pages: normal, zero
        said = [plural("{state} {n} page", "{state} {n} pages", count, state=word) for _, word, count in self._counts]
        self.setAccessibleName(", ".join(said))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = 0.0
        for token, word, count in self._counts:
            box = QRectF(x, self.height() / 2 - 6, 12, 12)
            painter.setPen(color("lineStrong"))
            painter.setBrush(color(token))
            painter.drawRoundedRect(placed(painter, self.rect(), box).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
            text = f"{word} {formats.grouped(count)}"
            painter.setFont(fonts.ui(12, tabular=True))
            painter.setPen(color("text2"))
            width = fonts.text_width(fonts.ui(12, tabular=True), text)
            if x + 18 + width > self.width():
                break
            words = QRectF(x + 18, 0, width + 4, self.height())
            painter.drawText(placed(painter, self.rect(), words), Qt.AlignmentFlag.AlignVCenter, text)
            x += 18 + width + 18


class RamView(QWidget):
    """``block_chosen`` names the selected block ("" for none)."""

    block_chosen = Signal(str)

    def __init__(self, save: QAction | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = BlockTableModel(parent=self)
        sorted_model = QSortFilterProxyModel(self)
        sorted_model.setSourceModel(self.model)
        sorted_model.setSortRole(SORT_ROLE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(INSET, 8, INSET, 8)
        self.facts = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        head.addWidget(self.facts, 1)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(160)
        self.progress.setAccessibleName(tr("Saving a block"))
        self.progress.setVisible(False)
        head.addWidget(self.progress)
        if save is not None:
            head.addWidget(action_button(save))
        column.addLayout(head)
        column.addWidget(line())
        self.table = SharedTable(self)
        self.table.setModel(sorted_model)
        self._dress_table()
        about = tr("It has no RAM section, or none was read.")
        self.nothing = EmptyState("grid-four", tr("No RAM in this stream"), about, parent=self)
        self._stack = QStackedLayout()
        column.addLayout(self._stack, 1)  # before it is filled: it shows its first widget at once
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.nothing)
        column.addWidget(line())
        foot = QHBoxLayout()
        foot.setContentsMargins(INSET, 4, INSET, 4)
        self.legend = StateLegend()
        foot.addWidget(self.legend, 1)
        column.addLayout(foot)
        self.set_blocks(())

    def _dress_table(self) -> None:
        table = self.table
        table.setItemDelegate(ShareDelegate(table))
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setSortingEnabled(True)
        table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.horizontalHeader().setHighlightSections(False)
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setDefaultSectionSize(fonts.px(30))
        table.setAccessibleName(tr("RAM blocks"))
        table.setTabKeyNavigation(False)
        self.columns = table.columns = SharedColumns(table, _IMPORTANCE, self._needs, spare=(SHARE,))
        table.selectionModel().selectionChanged.connect(lambda *_: self.block_chosen.emit(self.selected()))

    def set_blocks(self, blocks: Sequence[BlockSummary]) -> None:
        chosen = self.selected()
        first = self.model.rowCount() == 0
        self.model.set_blocks(blocks)
        self.legend.set_blocks(blocks)
        facts = (
            plural("{n} block", "{n} blocks", len(blocks)),
            formats.size(sum(block.used_length for block in blocks)),
            plural("{n} page", "{n} pages", sum(block.pages for block in blocks)),
        )
        self.facts.setText(", ".join(facts) if blocks else "")
        self._stack.setCurrentWidget(self.table if blocks else self.nothing)
        if first and blocks:
            self.columns.measure_again()
        if not self.selected() and blocks:
            names = [block.name for block in blocks]
            self.select(chosen if chosen in names else names[0])

    def _needs(self) -> dict[int, Need]:
        return {column: self._need(column) for column in _IMPORTANCE}

    def _need(self, column: int) -> Need:
        """A name may be shortened, a bar be short; a number is whole or not there."""
        table = self.table
        font = fonts.mono(12) if column == NAME else fonts.ui(13, tabular=True)
        title = title_width(table, column)
        wanted = max(title, widest(table, column, font) + _MARGINS)
        if column == SHARE:
            least = max(title, fonts.px(_LEAST_BAR))
            return Need(least, least)
        return Need(min(wanted, fonts.px(_LEAST_NAME)) if column == NAME else wanted, wanted)

    def selected(self) -> str:
        """Name of the selected block, "" for none."""
        rows = self.table.selectionModel().selectedRows()
        return rows[0].data(BLOCK_ROLE).name if rows else ""

    def left_out(self) -> bool:
        """Whether the contents of the selected block are not in the stream."""
        rows = self.table.selectionModel().selectedRows()
        return bool(rows) and rows[0].data(BLOCK_ROLE).ignored

    def select(self, name: str) -> None:
        model = self.table.model()
        for row in range(model.rowCount()):
            if model.index(row, 0).data(BLOCK_ROLE).name == name:
                self.table.selectRow(row)
                return

    def begin_saving(self, name: str) -> None:
        """A block is being written to a file."""
        self.progress.setToolTip(tr("Saving {block}", block=shown(name)))
        self.progress.setRange(0, 0)
        self.progress.setVisible(True)

    def saving(self, done: int, total: int) -> None:
        if total:
            self.progress.setRange(0, 1000)
            self.progress.setValue(1000 * done // total)

    def end_saving(self) -> None:
        self.progress.setVisible(False)
