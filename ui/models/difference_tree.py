"""The rows of a comparison as a Qt model, and what a filter leaves of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from ui.models.difference_rows import Mark, Row
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import ROW_TREE
from ui.words import tr

_Index = QModelIndex | QPersistentModelIndex
NAME, A, B, SAID = range(4)
SWATCH = 11
CHANGED_ROLE = Qt.ItemDataRole.UserRole + 1
"""Whether a value is not that of the other side."""


class DifferenceTree(QAbstractItemModel):
    """``row_of`` gives the row behind an index."""

    def __init__(self, root: Row, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = root

    def row_of(self, index: _Index) -> Row:
        row = index.internalPointer() if index.isValid() else self._root
        assert isinstance(row, Row)
        return row

    def index_of(self, row: Row) -> QModelIndex:
        return self.createIndex(row.place, NAME, row)

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:
        above = self.row_of(parent)
        if not (0 <= row < len(above.children) and 0 <= column < 4):
            return QModelIndex()
        return self.createIndex(row, column, above.children[row])

    def parent(self, index: _Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]
        above = self.row_of(index).parent
        return QModelIndex() if above is None or above.parent is None else self.createIndex(above.place, NAME, above)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return len(self.row_of(parent).children) if parent.column() <= 0 else 0

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        #: The two sides of a comparison, in the heads of its columns
        return (tr("Field"), tr("A"), tr("B"), tr("Difference"))[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.row_of(index), index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return (row.name, row.a, row.b, row.said)[column]
        if role == Qt.ItemDataRole.FontRole:
            value = column in (A, B) and not row.children and row.parent is not None and bool(row.parent.parent)
            return fonts.mono(12) if value else fonts.ui(13, 600 if row.children and column == NAME else 400)
        if role == Qt.ItemDataRole.ForegroundRole:
            return color("text" if row.differs and column != SAID else "text2")
        if role == Qt.ItemDataRole.DecorationRole:
            return _decoration(row, column)
        if role == CHANGED_ROLE:
            return column in (A, B) and row.mark is Mark.CHANGED and bool(row.a or row.b)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, fonts.px(ROW_TREE))
        return None


def _decoration(row: Row, column: int) -> QIcon | QPixmap | None:
    """A swatch before the name of what has a kind; a glyph before the word for how it differs."""
    if column == NAME and row.kind:
        return _swatch(row.kind, color(row.kind).rgba())
    if column == SAID and row.mark is not Mark.NONE:
        return icons.icon(row.mark.value, "warn" if row.mark is Mark.CHANGED else "accent")
    return None


@lru_cache(maxsize=16)
def _swatch(token: str, tint: int) -> QPixmap:
    """``tint`` is the token's colour in the theme."""
    made = QPixmap(SWATCH * 3, SWATCH * 3)
    made.setDevicePixelRatio(3)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgba(tint))
    painter.drawRoundedRect(0, 0, SWATCH, SWATCH, 2, 2)
    painter.end()
    return made


class Narrowed(QSortFilterProxyModel):
    """What differs, or all; of that whatever holds the words, with what is above and below it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []
        self._all = False

    def narrow(self, words: str, *, all_rows: bool) -> None:
        self._words, self._all = words.casefold().split(), all_rows
        self.invalidate()

    def filterAcceptsRow(self, place: int, parent: _Index) -> bool:
        model = self.sourceModel()
        assert isinstance(model, DifferenceTree)
        row = model.row_of(parent).children[place]
        if not (row.differs or self._all):
            return False
        return not self._words or self._matches_above(row) or self._matches_below(row)

    def _matches(self, row: Row) -> bool:
        text = f"{row.name} {row.a} {row.b} {row.said}".casefold()
        return all(word in text for word in self._words)

    def _matches_above(self, row: Row) -> bool:
        one: Row | None = row
        while one is not None and one.parent is not None:
            if self._matches(one):
                return True
            one = one.parent
        return False

    def _matches_below(self, row: Row) -> bool:
        pending = list(row.children)
        while pending:
            one = pending.pop()
            if (one.differs or self._all) and self._matches(one):
                return True
            pending.extend(one.children)
        return False
