"""Rows of the structure tree that were made, and what a filter found, both by their place in the stream."""

from __future__ import annotations

from collections.abc import Sequence

from snapmgr.inspect.model import Node

Path = tuple[int, ...]


class Hits:
    """Filter result as a tree of row numbers."""

    __slots__ = ("below", "matched")

    def __init__(self) -> None:
        self.matched = False
        self.below: dict[int, Hits] = {}

    def add(self, path: Path) -> None:
        hits = self
        for row in path:
            hits = hits.below.setdefault(row, Hits())
        hits.matched = True

    def chosen(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """Those of the nodes below that are to be shown: all where this one matched itself."""
        return nodes if self.matched else [nodes[number] for number in sorted(self.below) if number < len(nodes)]


class Row:
    """One row that was made.  ``shown`` is None until it was expanded; ``position`` is its row in ``parent``."""

    __slots__ = ("hits", "key", "node", "parent", "position", "rest", "shown", "waiting")

    def __init__(self, key: int, node: Node, parent: Row | None, hits: Hits | None) -> None:
        self.key, self.node, self.parent, self.hits = key, node, parent, hits
        self.position = 0
        self.shown: list[Row] | None = None
        self.rest: Sequence[Node] = ()
        self.waiting = False


class Rows:
    """All rows of a tree by their keys."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}
        self._next = 1
        self.get = self._rows.get
        """The row of a key, None where it is nobody's (0 never is anybody's) or not any more."""

    def clear(self) -> None:
        self._rows.clear()

    def made(self, parent: Row | None, nodes: Sequence[Node], hits: Hits | None, first: int = 0) -> list[Row]:
        """New rows for these nodes, which stand below ``parent`` from position ``first`` on."""
        rows = []
        for position, node in enumerate(nodes, first):
            row = Row(self._next, node, parent, hits.below.get(node.path[-1]) if hits is not None else None)
            row.position = position
            self._rows[row.key] = row
            self._next += 1
            rows.append(row)
        return rows

    def forget(self, row: Row) -> None:
        """A row and all below it are gone."""
        below = [row]
        while below:
            gone = below.pop()
            self._rows.pop(gone.key, None)
            below.extend(gone.shown or ())


def place_of(row: Row) -> int:
    """Its place among its siblings, those that a filter hides included."""
    return row.node.path[-1]


def renumber(rows: list[Row]) -> None:
    for position, row in enumerate(rows):
        row.position = position


def same_node(old: Node, new: Node) -> bool:
    """Whether a node of a longer index is the one that was there."""
    return old.path == new.path and old.offset == new.offset and old.name == new.name and old.kind == new.kind
