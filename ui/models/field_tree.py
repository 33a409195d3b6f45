"""The structure of a stream as a lazy Qt tree: sections, devices, subsections, fields.

Rows are made when they are first shown; what is below a row is decoded by the engine when it is expanded.  The
model can be narrowed to the paths that a filter found (matching rows keep their parents, and what is below a
matching row stays reachable), and it can take a longer index of the same stream while it is being read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from snapmgr.inspect.model import Node
from ui.models.field_columns import BYTES, HEADERS, NAME, alignment, text, tooltip
from ui.models.field_rows import Hits, Path, Row, Rows, place_of, renumber, same_node
from ui.words import tr

Index = QModelIndex | QPersistentModelIndex

NODE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Node of a row, the same in every column."""
MATCH_ROLE = Qt.ItemDataRole.UserRole + 2
"""True where the row itself matches the filter."""

CHUNK = 1000
"""Rows that are inserted at once: more would hold the window up."""


class Nodes(Protocol):
    """What the model asks of the engine (snapmgr.inspect.tree.Tree)."""

    @property
    def roots(self) -> Sequence[Node]: ...

    def children(self, node: Node, /) -> Sequence[Node]: ...


class FieldTreeModel(QAbstractItemModel):
    """Rows over ``snapmgr.inspect.tree``.

    ``heavy`` says which nodes take too long to decode in the window's own thread: for those ``children_wanted`` is
    emitted instead, and the rows come with ``provide``.
    """

    children_wanted = Signal(object)

    def __init__(
        self,
        tree: Nodes,
        parent: QObject | None = None,
        *,
        heavy: Callable[[Node], bool] | None = None,
        digits: int = 8,
    ) -> None:
        super().__init__(parent)
        self._tree = tree
        self._heavy = heavy or (lambda node: False)
        self._digits = digits
        self._filter: Hits | None = None
        self._rows = Rows()
        self._roots = self._rows.made(None, tree.roots, None)

    # --- Qt's questions ---

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return len(HEADERS)

    # QTreeView asks these three for every row that it lays out: they are written to be short

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        row = self._rows.get(parent.internalId())
        shown = self._roots if row is None else row.shown
        return len(shown) if shown and parent.column() <= 0 else 0

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:
        row = self._rows.get(parent.internalId())
        if row is None:
            return bool(self._roots)
        return bool(row.shown) if row.shown is not None else row.node.children > 0

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        above = self._rows.get(parent.internalId())
        shown = self._roots if above is None else above.shown
        if shown is None or not 0 <= row < len(shown) or not 0 <= column < len(HEADERS):
            return QModelIndex()
        return self.createIndex(row, column, shown[row].key)

    def canFetchMore(self, parent: Index) -> bool:
        row = self._row(parent)
        if row is None or row.waiting:
            return False
        return bool(row.rest) or (row.shown is None and row.node.children > 0)

    def fetchMore(self, parent: Index) -> None:
        row = self._row(parent)
        if row is None or row.waiting:
            return
        if row.shown is not None:
            self._more(row, CHUNK)
        elif self._heavy(row.node):
            row.waiting = True
            self.children_wanted.emit(row.node)
        else:
            self._fill(row, self._tree.children(row.node))

    def parent(self, child: Index | None = None) -> Any:
        if child is None:
            return super().parent()
        row = self._row(child)
        return QModelIndex() if row is None or row.parent is None else self._index(row.parent)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(HEADERS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADERS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._row(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return text(row.node, index.column(), self._digits)
        if role == NODE_ROLE:
            return row.node
        if role == MATCH_ROLE:
            return row.hits is not None and row.hits.matched
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(row.node, index.column(), self._digits)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{tr(HEADERS[index.column()])}: {text(row.node, index.column(), self._digits)}"
        return None

    # --- what the page asks ---

    def node(self, index: Index) -> Node | None:
        """The node of a row; None for an index that is not (any more) in the model."""
        row = self._row(index)
        return None if row is None else row.node

    def index_of(self, path: Sequence[int], column: int = NAME) -> QModelIndex:
        """The row of ``path``, or of its nearest ancestor that is shown; decodes what is on the way down."""
        found: Row | None = None
        for number in path:
            if found is not None:
                self._fetch_now(found)
            below = self._shown(found) or []
            if found is not None and found.rest and (not below or place_of(below[-1]) < number):
                self._more(found, len(found.rest))
            place = bisect_left(below, number, key=place_of)
            if place == len(below) or place_of(below[place]) != number:
                break
            found = below[place]
        return QModelIndex() if found is None else self.createIndex(found.position, column, found.key)

    def provide(self, path: Sequence[int], children: Sequence[Node]) -> None:
        """Children of a heavy node, decoded elsewhere."""
        row = self._row(self.index_of(path))
        if row is None or row.node.path != tuple(path):
            return
        row.waiting = False
        if row.shown is None:
            self._fill(row, children)
        else:
            self._merge(row, children)

    def grow(self, tree: Nodes) -> None:
        """Show a longer index of the same stream; rows that stay the same stay expanded and selected."""
        self._tree = tree
        self._merge(None, tree.roots)

    def set_tree(self, tree: Nodes, *, digits: int = 8) -> None:
        """Show another stream."""
        self.beginResetModel()
        self._tree, self._digits, self._filter = tree, digits, None
        self._rows.clear()
        self._roots = self._rows.made(None, tree.roots, None)
        self.endResetModel()

    # --- filter ---

    @property
    def filtered(self) -> bool:
        return self._filter is not None

    def begin_filter(self) -> None:
        """Show nothing until matches are added."""
        self._refill(Hits())

    def clear_filter(self) -> None:
        if self._filter is not None:
            self._refill(None)

    def add_matches(self, paths: Iterable[Path]) -> None:
        """Show these nodes, and their parents above them."""
        if self._filter is None:
            raise AssertionError("begin_filter comes first")
        touched: set[Path] = set()
        for path in paths:
            self._filter.add(path)
            touched.update(path[:depth] for depth in range(len(path)))
        for path in sorted(touched, key=lambda above: (len(above), above)):
            self._show_hits(path)

    def _show_hits(self, path: Path) -> None:
        row = self._row(self.index_of(path)) if path else None
        if path and (row is None or row.node.path != path):
            return
        shown = self._shown(row)
        if shown is None:
            return  # not expanded yet: its rows are chosen then
        wanted = self._wanted(row, self._tree.roots if row is None else self._tree.children(row.node))
        self._insert_missing(row, shown, wanted)

    def _insert_missing(self, parent: Row | None, shown: list[Row], wanted: Sequence[Node]) -> None:
        hits = self._hits(parent)
        have = {place_of(row) for row in shown}
        run: list[Node] = []
        place = 0
        for node in [*wanted, None]:
            if node is not None and node.path[-1] not in have:
                run.append(node)
                continue
            if run:
                place = bisect_left(shown, run[0].path[-1], key=place_of)
                self.beginInsertRows(self._index(parent), place, place + len(run) - 1)
                shown[place:place] = self._rows.made(parent, run, hits)
                renumber(shown)
                self.endInsertRows()
                run = []

    def _refill(self, hits: Hits | None) -> None:
        self.beginResetModel()
        self._filter = hits
        self._rows.clear()
        self._roots = []
        self._roots = self._rows.made(None, self._wanted(None, self._tree.roots), hits)
        self.endResetModel()

    def _hits(self, row: Row | None) -> Hits | None:
        return self._filter if row is None else row.hits

    def _wanted(self, row: Row | None, nodes: Sequence[Node]) -> Sequence[Node]:
        hits = self._hits(row)
        return nodes if hits is None else hits.chosen(nodes)

    # --- rows ---

    def _row(self, index: Index) -> Row | None:
        return self._rows.get(index.internalId())  # an invalid index has 0, which is nobody's key

    def _index(self, row: Row | None) -> QModelIndex:
        return QModelIndex() if row is None else self.createIndex(row.position, 0, row.key)

    def _shown(self, row: Row | None) -> list[Row] | None:
        return self._roots if row is None else row.shown

    def _fetch_now(self, row: Row) -> None:
        if row.shown is None and row.node.children:
            self._fill(row, self._tree.children(row.node))

    def _fill(self, row: Row, nodes: Sequence[Node]) -> None:
        row.waiting = False
        row.shown, row.rest = [], self._wanted(row, nodes)
        self._more(row, CHUNK)

    def _more(self, row: Row, count: int) -> None:
        """Show up to ``count`` of the rows that are known and were not made yet; the others follow by themselves."""
        assert row.shown is not None
        part = row.rest[:count]
        if part:
            first = len(row.shown)
            self.beginInsertRows(self._index(row), first, first + len(part) - 1)
            row.shown.extend(self._rows.made(row, part, row.hits, first))
            row.rest = row.rest[count:]
            self.endInsertRows()
        if row.rest:
            QTimer.singleShot(0, self, lambda: self._rows.get(row.key) is row and self._more(row, CHUNK))

    def _merge(self, parent: Row | None, nodes: Sequence[Node]) -> None:
        shown = self._shown(parent)
        if shown is None:
            return
        if parent is not None:
            parent.rest = ()
        wanted = self._wanted(parent, nodes)
        same = 0
        while same < min(len(shown), len(wanted)) and same_node(shown[same].node, wanted[same]):
            same += 1
        if same < len(shown):
            self.beginRemoveRows(self._index(parent), same, len(shown) - 1)
            for row in shown[same:]:
                self._rows.forget(row)
            del shown[same:]
            self.endRemoveRows()
        self._update(parent, shown, wanted)
        if same < len(wanted):
            self.beginInsertRows(self._index(parent), same, len(wanted) - 1)
            shown.extend(self._rows.made(parent, wanted[same:], self._hits(parent)))
            renumber(shown)
            self.endInsertRows()

    def _update(self, parent: Row | None, shown: list[Row], wanted: Sequence[Node]) -> None:
        for row, node in zip(shown, wanted, strict=False):
            changed = row.node != node
            row.node = node
            if changed:
                left = self._index(row)
                self.dataChanged.emit(left, left.siblingAtColumn(BYTES))
                if row.shown == []:
                    row.shown = None  # it may have children now
            if row.shown and not self._heavy(node):
                self._merge(row, self._tree.children(node))
            elif row.shown and changed and not row.waiting:
                row.waiting = True
                self.children_wanted.emit(node)
