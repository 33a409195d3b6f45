"""The structure tree: records, their headers, fields and footers as rows, made when a row is opened.

Top rows are the records in order; neighbouring PARTs of one section fold into one row, records inside a package are
rows below it.  A node's ``path`` is its place: row numbers from the top.
"""

from __future__ import annotations

import functools
import threading
from bisect import bisect_right
from collections import Counter, OrderedDict
from collections.abc import Sequence

from snapmgr.containers.source import Source
from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.inspect.device_rows import below, device_nodes
from snapmgr.inspect.model import Mark, Node, NodeKind, Problem, Record
from snapmgr.inspect.page_counts import PageCounts
from snapmgr.inspect.record_rows import record_nodes, unreadable
from snapmgr.inspect.records import Records
from snapmgr.inspect.spans import kind_of, label_of
from snapmgr.ram.blocks import ListedBlock
from snapmgr.ram.index import RamIndex
from snapmgr.vmstate.description import VmDescription

Path = tuple[int, ...]

_FOLDED = {"PART": "parts", "PACKET": "packets", "MESSAGE": "messages"}

_CACHED = 4096
"""Opened rows whose children are remembered."""


class Tree:
    """Rows over an index.  May be asked from any thread."""

    def __init__(
        self,
        source: Source,
        records: Records,
        listed: Sequence[ListedBlock],
        description: VmDescription | None,
        problems: Sequence[Problem],
        ram: RamIndex,
        version: int,
    ) -> None:
        self.source = source
        self.version = version
        self.records = records
        self.listed = listed
        self.description = description
        self.problems = problems
        self.ram = ram
        self._names = Counter(record.idstr for record in records.of("FULL"))
        self._top, self._below = _arrange(records)
        self._row_paths = self._paths()
        self._problem_offsets = sorted((problem.offset, row) for row, problem in enumerate(problems))
        self._children: OrderedDict[Path, Sequence[Node]] = OrderedDict()
        self._lock = threading.Lock()
        self._roots: list[Node] | None = None

    @functools.cached_property
    def page_counts(self) -> PageCounts:
        """How many pages stand where."""
        return PageCounts(self.ram.blocks.values())

    # -- rows ---------------------------------------------------------------------------------------------------------

    @property
    def roots(self) -> Sequence[Node]:
        """The top rows."""
        if self._roots is None:
            self._roots = [self._top_node((place,), rows) for place, rows in enumerate(self._top)]
        return self._roots

    def children(self, node: Node) -> Sequence[Node]:
        """Rows below ``node``, in the order of their offsets; one that says why, where its bytes cannot be had."""
        if not node.children:
            return ()
        with self._lock:
            found = self._children.get(node.path)
            if found is not None:
                self._children.move_to_end(node.path)
                return found
        try:
            made = self._make(node)
        except Cancelled:
            raise
        except SnapmgrError as error:
            return [unreadable((*node.path, 0), "Not read", node.offset, node.length, error)]
        with self._lock:
            self._children[node.path] = made
            while len(self._children) > _CACHED:
                self._children.popitem(last=False)
        return made

    def node(self, path: Path) -> Node:
        """The row at ``path``, or the nearest above it: what is below a row can change with its file.

        Raises IndexError where there is no top row."""
        node = self.roots[path[0]]
        for step in path[1:]:
            children = self.children(node)
            if step >= len(children):
                break
            node = children[step]
        return node

    def is_several(self, record: Record) -> bool:
        """Whether more than one device section has this idstr."""
        return self._names[record.idstr] > 1

    def path_of_row(self, row: int) -> Path:
        """Path of a record."""
        return self._row_paths[row]

    def record_of(self, path: Path) -> Record | None:
        """The record that a path lies in, None for a row that stands for several."""
        if len(self._top[path[0]]) > 1 and len(path) == 1:
            return None
        return self.records[self._row_of(path)]

    # -- bytes --------------------------------------------------------------------------------------------------------

    def path_at(self, offset: int) -> Path:
        """The deepest row that holds the byte at ``offset``, () if none does."""
        row = self.records.holding(offset)
        if row is None:
            return ()
        node = self.node(self.path_of_row(row))
        while (below := self._child_at(node, offset)) is not None:
            node = below
        return node.path

    def _child_at(self, node: Node, offset: int) -> Node | None:
        children = self.children(node)
        place = bisect_right(children, offset, key=_offset) - 1
        while place >= 0 and children[place].length == 0:
            place -= 1
        if place < 0:
            return None
        child = children[place]
        return child if child.offset <= offset < child.offset + child.length else None

    def marks(self, offset: int, length: int) -> Sequence[Mark]:
        """What the bytes ``[offset, offset + length)`` are, in order: the deepest rows that overlap the range."""
        end, marks = offset + length, list[Mark]()
        row = self.records.holding(offset)
        if row is None:
            row = bisect_right(_Starts(self.records), offset)
        while row < len(self.records) and self.records.span(row)[0] < end:
            self._marks_below(self.node(self.path_of_row(row)), offset, end, marks)
            row += 1
        return marks

    def _marks_below(self, node: Node, start: int, end: int, marks: list[Mark]) -> None:
        """Marks of the leaves below ``node`` and of the gaps between them, where they overlap ``[start, end)``."""
        children = self._own_children(node)
        if not children:
            marks.append(Mark(node.offset, node.length, node.kind, node.path))
            return
        place = max(bisect_right(children, start, key=_offset) - 1, 0)
        at = children[place].offset if place else node.offset
        for row in range(place, len(children)):
            child = children[row]
            if child.offset > at:
                self._gap(node, at, min(child.offset, end), start, marks)
            if child.offset >= end:
                return
            if child.length and child.offset + child.length > start:
                self._marks_below(child, start, end, marks)
            at = max(at, child.offset + child.length)
        stop = self._own_end(node)
        if at < stop:
            self._gap(node, at, stop, start, marks)

    def _gap(self, node: Node, at: int, stop: int, start: int, marks: list[Mark]) -> None:
        if stop > max(at, start):
            marks.append(Mark(at, stop - at, node.kind, node.path, field=False))

    def _own_children(self, node: Node) -> Sequence[Node]:
        """Children, without the records inside a package: these are records of their own."""
        children = self.children(node)
        return children[:1] if self._is_package(node) else children

    def _own_end(self, node: Node) -> int:
        if self._is_package(node):
            start, length = self.records.span(self._top[node.path[0]][0])
            return start + length
        return node.offset + node.length

    def _is_package(self, node: Node) -> bool:
        return len(node.path) == 1 and self._top[node.path[0]][0] in self._below

    # -- making rows --------------------------------------------------------------------------------------------------

    def _paths(self) -> list[Path]:
        paths: list[Path] = [()] * len(self.records)
        for place, rows in enumerate(self._top):
            for part, row in enumerate(rows):
                paths[row] = (place,) if len(rows) == 1 else (place, part)
                for inner, inside in enumerate(self._below.get(row, ())):
                    paths[inside] = (place, inner + 1)
        return paths

    def _top_node(self, path: Path, rows: Sequence[int]) -> Node:
        if len(rows) == 1:
            return self._record_node(path, rows[0])
        first, last = self.records[rows[0]], self.records[rows[-1]]
        length = last.offset + last.length - first.offset
        parts = f"{len(rows)} {_FOLDED[first.type]}"
        return self._node(path, label_of(first), parts, "", "section", first.offset, length, kind_of(first), len(rows))

    def _record_node(self, path: Path, row: int) -> Node:
        record = self.records[row]
        name = label_of(record, several=self.is_several(record))
        value, meaning, kind_text = _describe(record)
        if record.type == "HEADER":
            meaning = f"version {self.version}"
            value = "damaged magic" if any(one.code == "stream-magic" for one in self.problems) else value
        below = 1 if record.type != "UNKNOWN" and record.length else 0
        inside = len(self._below.get(row, ()))
        length = record.length
        if inside:
            last = self.records[self._below[row][-1]]
            length = last.offset + last.length - record.offset
        return self._node(path, name, value, meaning, kind_text, record.offset, length, kind_of(record), below + inside)

    def _node(
        self,
        path: Path,
        name: str,
        value: str,
        meaning: str,
        kind_text: str,
        offset: int,
        length: int,
        kind: NodeKind,
        children: int,
    ) -> Node:
        problem = self.problem_in(offset, length)
        return Node(path, name, value, meaning, kind_text, offset, length, kind, children, problem)

    def problem_in(self, offset: int, length: int) -> int | None:
        """Row of the worst problem whose place lies in a stretch of bytes."""
        begin = bisect_right(self._problem_offsets, (offset, -1))
        worst: int | None = None
        for at, row in self._problem_offsets[begin:]:
            if at >= offset + max(length, 1):
                break
            worst = row if worst is None else min(worst, row)
        return worst

    def _make(self, node: Node) -> Sequence[Node]:
        if node.handle is not None:
            return below(self, node)
        rows = self._top[node.path[0]]
        if len(rows) > 1 and len(node.path) == 1:
            return [self._record_node((*node.path, place), row) for place, row in enumerate(rows)]
        return self._record_children(node, self._row_of(node.path))

    def _row_of(self, path: Path) -> int:
        rows = self._top[path[0]]
        if len(rows) > 1:
            return rows[path[1]]
        inside = self._below.get(rows[0])
        if inside and len(path) > 1 and path[1] >= 1:
            return inside[path[1] - 1]
        return rows[0]

    def _record_children(self, node: Node, row: int) -> Sequence[Node]:
        record = self.records[row]
        inside = self._below.get(row)
        if inside is None:
            return device_nodes(self, node, record) if record.type == "FULL" else record_nodes(self, node, record)
        own = Node(
            (*node.path, 0),
            "Command",
            "",
            "",
            "command",
            record.offset,
            record.length,
            NodeKind.COMMAND,
            3,
            None,
            record,
        )
        return [own, *(self._record_node((*node.path, place + 1), at) for place, at in enumerate(inside))]


class _Starts(Sequence[int]):
    """Offsets of all records, for bisecting."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, row: int) -> int:  # type: ignore[override]
        return self._records.span(row)[0]


def _offset(node: Node) -> int:
    return node.offset


def _arrange(records: Records) -> tuple[list[list[int]], dict[int, list[int]]]:
    """(rows of each top row, rows inside each package)."""
    top: list[list[int]] = []
    below: dict[int, list[int]] = {}
    owner: dict[int, int] = {}
    for row in range(len(records)):
        within = records.within_at(row)
        if within >= 0:
            outermost = owner.get(within, within)
            owner[row] = outermost
            below.setdefault(outermost, []).append(row)
        elif top and _goes_on(records, top[-1][-1], row):
            top[-1].append(row)
        else:
            top.append([row])
    return top, below


def _goes_on(records: Records, last: int, row: int) -> bool:
    """Whether a row is one more of the same: a PART of one section, a packet of one block, a message of one kind."""
    kind = records.type_at(row)
    if kind not in _FOLDED or records.type_at(last) != kind:
        return False
    if kind == "PART":
        return records.section_at(row) == records.section_at(last)
    return records.name_at(row) == records.name_at(last)


def _describe(record: Record) -> tuple[str, str, str]:
    """(value, meaning, type) of a record's row."""
    match record.type:
        case "HEADER":
            return "QEVM", "", "header"
        case "CONFIGURATION":
            return record.idstr or "", "", "configuration"
        case "FULL":
            return f"instance {record.instance_id}, version {record.version_id}", "", "section"
        case "START":
            return f"start, instance {record.instance_id}, version {record.version_id}", "", "section"
        case "PART" | "END":
            return record.type.lower(), "", "section"
        case "COMMAND":
            return f"{record.section_id}", "", "command"
        case "VMDESCRIPTION":
            return "JSON", "", "description"
        case "PACKET":
            return f"packet {record.section_id}", "", "packet"
        case "MESSAGE" | "CHANNEL" | "PAGES":
            return "", "", record.type.lower()
        case "UNKNOWN":
            return "bytes that belong to no record", "", "not read"
    return "", "", "end"
