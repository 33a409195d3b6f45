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
from ui.models.texts import shown, value_text
from ui.shell import formats

Path = tuple[int, ...]
Index = QModelIndex | QPersistentModelIndex

NODE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Node of a row, the same in every column."""
MATCH_ROLE = Qt.ItemDataRole.UserRole + 2
"""True where the row itself matches the filter."""

CHUNK = 1000
"""Rows that are inserted at once: more would hold the window up."""

NAME, VALUE, TYPE, OFFSET, BYTES = range(5)
HEADERS = ("Name", "Value", "Type", "Offset", "Bytes")


class Nodes(Protocol):
    """What the model asks of the engine (snapmgr.inspect.tree.Tree)."""

    @property
    def roots(self) -> Sequence[Node]: ...

    def children(self, node: Node, /) -> Sequence[Node]: ...


class _Hits:
    """Filter result as a tree of row numbers."""

    __slots__ = ("below", "matched")

    def __init__(self) -> None:
        self.matched = False
        self.below: dict[int, _Hits] = {}

    def add(self, path: Path) -> None:
        hits = self
        for row in path:
            hits = hits.below.setdefault(row, _Hits())
        hits.matched = True


class _Row:
    """One row that was made.  ``shown`` is None until it was expanded; ``position`` is its row in ``parent``."""

    __slots__ = ("hits", "key", "node", "parent", "position", "rest", "shown", "waiting")

    def __init__(self, key: int, node: Node, parent: _Row | None, hits: _Hits | None) -> None:
        self.key, self.node, self.parent, self.hits = key, node, parent, hits
        self.position = 0
        self.shown: list[_Row] | None = None
        self.rest: Sequence[Node] = ()
        self.waiting = False


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
        self._filter: _Hits | None = None
        self._rows: dict[int, _Row] = {}
        self._next = 1
        self._roots = self._made(None, tree.roots, None)

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
            return HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._row(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row.node, index.column())
        if role == NODE_ROLE:
            return row.node
        if role == MATCH_ROLE:
            return row.hits is not None and row.hits.matched
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(row.node, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADERS[index.column()]}: {self._text(row.node, index.column())}"
        return None

    # --- what the page asks ---

    def node(self, index: Index) -> Node | None:
        """The node of a row; None for an index that is not (any more) in the model."""
        row = self._row(index)
        return None if row is None else row.node

    def index_of(self, path: Sequence[int], column: int = NAME) -> QModelIndex:
        """The row of ``path``, or of its nearest ancestor that is shown; decodes what is on the way down."""
        found: _Row | None = None
        for number in path:
            if found is not None:
                self._fetch_now(found)
            below = self._shown(found) or []
            if found is not None and found.rest and (not below or _number(below[-1]) < number):
                self._more(found, len(found.rest))
            place = bisect_left(below, number, key=_number)
            if place == len(below) or _number(below[place]) != number:
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
        self._roots = self._made(None, tree.roots, None)
        self.endResetModel()

    # --- filter ---

    @property
    def filtered(self) -> bool:
        return self._filter is not None

    def begin_filter(self) -> None:
        """Show nothing until matches are added."""
        self._refill(_Hits())

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

    def _insert_missing(self, parent: _Row | None, shown: list[_Row], wanted: Sequence[Node]) -> None:
        hits = self._hits(parent)
        have = {_number(row) for row in shown}
        run: list[Node] = []
        place = 0
        for node in [*wanted, None]:
            if node is not None and node.path[-1] not in have:
                run.append(node)
                continue
            if run:
                place = bisect_left(shown, run[0].path[-1], key=_number)
                self.beginInsertRows(self._index(parent), place, place + len(run) - 1)
                shown[place:place] = self._made(parent, run, hits)
                _renumber(shown)
                self.endInsertRows()
                run = []

    def _refill(self, hits: _Hits | None) -> None:
        self.beginResetModel()
        self._filter = hits
        self._rows.clear()
        self._roots = []
        self._roots = self._made(None, self._wanted(None, self._tree.roots), hits)
        self.endResetModel()

    def _hits(self, row: _Row | None) -> _Hits | None:
        return self._filter if row is None else row.hits

    def _wanted(self, row: _Row | None, nodes: Sequence[Node]) -> Sequence[Node]:
        hits = self._hits(row)
        if hits is None or hits.matched:
            return nodes
        return [nodes[number] for number in sorted(hits.below) if number < len(nodes)]

    # --- rows ---

    def _row(self, index: Index) -> _Row | None:
        return self._rows.get(index.internalId())  # an invalid index has 0, which is nobody's key

    def _index(self, row: _Row | None) -> QModelIndex:
        return QModelIndex() if row is None else self.createIndex(row.position, 0, row.key)

    def _shown(self, row: _Row | None) -> list[_Row] | None:
        return self._roots if row is None else row.shown

    def _made(self, parent: _Row | None, nodes: Sequence[Node], hits: _Hits | None) -> list[_Row]:
        rows = []
        for position, node in enumerate(nodes):
            row = _Row(self._next, node, parent, hits.below.get(node.path[-1]) if hits is not None else None)
            row.position = position
            self._rows[row.key] = row
            self._next += 1
            rows.append(row)
        return rows

    def _fetch_now(self, row: _Row) -> None:
        if row.shown is None and row.node.children:
            self._fill(row, self._tree.children(row.node))

    def _fill(self, row: _Row, nodes: Sequence[Node]) -> None:
        row.waiting = False
        row.shown, row.rest = [], self._wanted(row, nodes)
        self._more(row, CHUNK)

    def _more(self, row: _Row, count: int) -> None:
        """Show up to ``count`` of the rows that are known and were not made yet; the others follow by themselves."""
        assert row.shown is not None
        part = row.rest[:count]
        if part:
            first = len(row.shown)
            self.beginInsertRows(self._index(row), first, first + len(part) - 1)
            row.shown.extend(self._made(row, part, row.hits))
            for position in range(first, first + len(part)):
                row.shown[position].position = position
            row.rest = row.rest[count:]
            self.endInsertRows()
        if row.rest:
            QTimer.singleShot(0, self, lambda: self._rows.get(row.key) is row and self._more(row, CHUNK))

    def _merge(self, parent: _Row | None, nodes: Sequence[Node]) -> None:
        shown = self._shown(parent)
        if shown is None:
            return
        if parent is not None:
            parent.rest = ()
        wanted = self._wanted(parent, nodes)
        same = 0
        while same < min(len(shown), len(wanted)) and _same(shown[same].node, wanted[same]):
            same += 1
        if same < len(shown):
            self.beginRemoveRows(self._index(parent), same, len(shown) - 1)
            for row in shown[same:]:
                self._forget(row)
            del shown[same:]
            self.endRemoveRows()
        self._update(parent, shown, wanted)
        if same < len(wanted):
            self.beginInsertRows(self._index(parent), same, len(wanted) - 1)
            shown.extend(self._made(parent, wanted[same:], self._hits(parent)))
            _renumber(shown)
            self.endInsertRows()

    def _update(self, parent: _Row | None, shown: list[_Row], wanted: Sequence[Node]) -> None:
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

    def _forget(self, row: _Row) -> None:
        below = [row]
        while below:
            gone = below.pop()
            self._rows.pop(gone.key, None)
            below.extend(gone.shown or ())

    def _text(self, node: Node, column: int) -> str:
        if column == NAME:
            return shown(node.name)
        if column == VALUE:
            return value_text(node)
        if column == TYPE:
            return shown(node.type)
        if column == OFFSET:
            return formats.offset(node.offset, self._digits)
        return formats.grouped(node.length)

    def _tooltip(self, node: Node, column: int) -> str | None:
        if column == OFFSET:
            return formats.exact_bytes(node.offset) + " from the beginning"
        if column == BYTES and node.length:
            return (
                f"{formats.offset(node.offset, self._digits)} to "
                f"{formats.offset(node.offset + node.length - 1, self._digits)}"
            )
        return self._text(node, column) or None


def _number(row: _Row) -> int:
    return row.node.path[-1]


def _renumber(rows: list[_Row]) -> None:
    for position, row in enumerate(rows):
        row.position = position


def _same(old: Node, new: Node) -> bool:
    return old.path == new.path and old.offset == new.offset and old.name == new.name and old.kind == new.kind


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == BYTES else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
