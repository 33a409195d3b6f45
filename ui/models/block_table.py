"""The RAMBlocks of a stream as rows: what each holds, counted by the last state of its pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from snapmgr.inspect.model import BlockSummary
from ui.models.headers import header_value
from ui.models.texts import shown
from ui.shell import formats
from ui.words import later, tr

Index = QModelIndex | QPersistentModelIndex

BLOCK_ROLE = Qt.ItemDataRole.UserRole + 1
"""The BlockSummary of a row."""
SORT_ROLE = Qt.ItemDataRole.UserRole + 2
"""What a column is sorted by."""

NAME, USED, PAGES, SHARE, NORMAL, ZERO, XBZRLE, COMPRESSED, RESENT, PAGE_SIZE = range(10)

_COLUMNS: tuple[tuple[str, Callable[[BlockSummary], str], Callable[[BlockSummary], Any]], ...] = (
    #: Titles of columns: a RAMBlock of QEMU, a named piece of guest RAM
    (later("Block"), lambda block: shown(block.name), lambda block: block.name.casefold()),
    #: The used length of a RAMBlock
    (later("Used"), lambda block: formats.size(block.used_length), lambda block: block.used_length),
    (later("Pages"), lambda block: formats.grouped(block.pages), lambda block: block.pages),
    (later("What they hold"), lambda block: "", lambda block: block.normal / block.pages if block.pages else 0.0),
    #: How a page was sent: normal (in full), zero, xbzrle (a difference; QEMU’s word), compressed
    (later("Normal"), lambda block: formats.grouped(block.normal), lambda block: block.normal),
    (later("Zero"), lambda block: formats.grouped(block.zero), lambda block: block.zero),
    (later("xbzrle"), lambda block: formats.grouped(block.xbzrle), lambda block: block.xbzrle),
    (later("Compressed"), lambda block: formats.grouped(block.compressed), lambda block: block.compressed),
    #: Pages that were sent more than once
    (later("Sent again"), lambda block: formats.grouped(block.resent), lambda block: block.resent),
    (later("Page size"), lambda block: formats.size(block.page_size), lambda block: block.page_size),
)

_MEANING = {
    USED: later("Used length of the block, in bytes of guest RAM"),
    PAGES: later("Pages that the block has"),
    SHARE: later("Share of pages by what was sent for them last"),
    NORMAL: later("Pages whose content was sent in full last"),
    ZERO: later("Pages that were last sent as filled with one byte"),
    XBZRLE: later("Pages that were last sent as a difference to what came before"),
    COMPRESSED: later("Pages that were last sent compressed"),
    RESENT: later("Records that came for a page that had been sent before"),
    PAGE_SIZE: later("Page size that the stream uses for the block"),
}


def states(block: BlockSummary) -> tuple[tuple[str, str, int], ...]:
    """(colour token, word, pages) of every page state of a block; what is not sent is the rest."""
    sent = block.normal + block.zero + block.xbzrle + block.compressed
    return (
        #: States of pages: normal (sent in full), xbzrle (a difference), compressed, zero, not sent
        ("p_norm", tr("normal"), block.normal),
        ("p_xbz", tr("xbzrle"), block.xbzrle),
        ("p_comp", tr("compressed"), block.compressed),
        ("p_zero", tr("zero"), block.zero),
        ("p_miss", tr("not sent"), max(block.pages - sent, 0)),
    )


#: Said of a RAMBlock whose contents are not in the stream
LEFT_OUT = later("left out: not in the stream")
LEFT_OUT_WHY = later(
    "What this block holds is not in the stream: both machines share its file (x-ignore-shared). There is nothing "
    "to save."
)
"""Why its contents cannot be saved."""


def share_text(block: BlockSummary) -> str:
    """The proportion bar in words: ``27 % normal, 73 % zero``."""
    if block.ignored:
        return tr(LEFT_OUT)
    parts = [f"{_percent(pages, block.pages)} {word}" for _, word, pages in states(block) if pages]
    return ", ".join(parts) if parts else tr("no pages")


class BlockTableModel(QAbstractTableModel):
    """One row per RAMBlock in the order of the stream's own list."""

    def __init__(self, blocks: Sequence[BlockSummary] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._blocks: tuple[BlockSummary, ...] = tuple(blocks)

    def set_blocks(self, blocks: Sequence[BlockSummary]) -> None:
        """Show these; where the same blocks only counted on, rows stay (a growing index)."""
        new = tuple(blocks)
        if [block.name for block in new] == [block.name for block in self._blocks] and new:
            self._blocks = new
            self.dataChanged.emit(self.index(0, 0), self.index(len(new) - 1, len(_COLUMNS) - 1))
            return
        self.beginResetModel()
        self._blocks = new
        self.endResetModel()

    def block(self, row: int) -> BlockSummary:
        return self._blocks[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._blocks)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        return header_value([column[0] for column in _COLUMNS], _MEANING, _alignment, section, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        block = self._blocks[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[column][1](block)
        if role == SORT_ROLE:
            return _COLUMNS[column][2](block)
        if role == BLOCK_ROLE:
            return block
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(block, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            text = share_text(block) if column == SHARE else _COLUMNS[column][1](block)
            return f"{tr(_COLUMNS[column][0])}: {text}"
        return None

    def _tooltip(self, block: BlockSummary, column: int) -> str | None:
        if block.ignored and column in (NAME, SHARE):
            return "\n".join((shown(block.name), tr(LEFT_OUT_WHY)))
        if column == NAME:
            return shown(block.name)
        if column == USED:
            return formats.exact_bytes(block.used_length)
        if column == SHARE:
            return share_text(block)
        if column == PAGE_SIZE:
            return formats.exact_bytes(block.page_size)
        return None


def _percent(count: int, total: int) -> str:
    share = 100 * count / total if total else 0.0
    if 0 < share < 1:
        return tr("under {number} %", number=1)
    if share > 99 and count != total:
        return tr("over {number} %", number=99)
    return tr("{number} %", number=f"{share:.0f}")


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in (NAME, SHARE) else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
