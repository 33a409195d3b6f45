"""Rows of a device section: header, state, subsections, what nothing describes, footer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.inspect.likely import likely_rows
from snapmgr.inspect.meanings import field_meaning
from snapmgr.inspect.model import Node, NodeKind, Record, Severity
from snapmgr.inspect.query import Query
from snapmgr.inspect.record_rows import Leaves, footer_nodes, header_node, record_nodes, unreadable
from snapmgr.vmstate.description import Field, Struct
from snapmgr.vmstate.text import meaning_text, type_text, value_text
from snapmgr.vmstate.tree import FieldKind, FieldValue
from snapmgr.vmstate.walk import decode

if TYPE_CHECKING:
    from snapmgr.inspect.tree import Tree

SHOWN = 4096
"""Bytes of a field that are read to show its value."""


def device_nodes(tree: Tree, parent: Node, record: Record) -> Sequence[Node]:
    """Children of a FULL section's row; decodes the section."""
    name = record.idstr or ""
    device = tree.description.find(name, record.instance_id or 0) if tree.description else None
    payload = tree.source.read(record.payload, record.payload_length)
    decoded = decode(device, payload, record.payload)
    fields = [value for value in decoded.children if value.kind not in (FieldKind.SUBSECTION, FieldKind.UNKNOWN)]
    rest = [value for value in decoded.children if value.kind in (FieldKind.SUBSECTION, FieldKind.UNKNOWN)]
    nodes = [header_node(tree, (*parent.path, 0), record)]
    if fields:
        nodes.append(
            _state(
                tree,
                (*parent.path, 1),
                device.vmsd_name if device else name,
                device.version if device else None,
                fields,
            )
        )
    for value in rest:
        nodes.append(value_node(tree, parent, len(nodes), value))
    return [*nodes, *footer_nodes(tree, (*parent.path, len(nodes)), record)]


def _state(tree: Tree, path: tuple[int, ...], name: str, version: int | None, fields: Sequence[FieldValue]) -> Node:
    offset = fields[0].offset
    length = fields[-1].offset + fields[-1].length - offset
    said = f"struct {name}" if version is None else f"struct {name}, v{version}"
    problem = tree.problem_in(offset, length)
    handle = StateFields(fields)
    handle.vmsd_name = name
    return Node(path, "state", "", "", said, offset, length, NodeKind.DEVICE, len(fields), problem, handle)


def below(tree: Tree, node: Node) -> Sequence[Node]:
    """Children of a row that was made from fields, or of a command's own row."""
    if isinstance(node.handle, Leaves):
        return node.handle
    if isinstance(node.handle, Record):
        return record_nodes(tree, node, node.handle)
    values = node.handle.children if isinstance(node.handle, FieldValue) else node.handle
    assert isinstance(values, Sequence)
    return ValueNodes(tree, node, values)


def _owner(node: Node) -> str | None:
    """Name of the VMState whose fields are below ``node``."""
    if isinstance(node.handle, StateFields):
        return node.handle.vmsd_name
    described = node.handle.described if isinstance(node.handle, FieldValue) else None
    if isinstance(described, Struct):
        return described.vmsd_name
    return described.struct.vmsd_name if isinstance(described, Field) and described.struct else None


class StateFields(tuple[FieldValue, ...]):
    """The fields of a device that are not in a subsection."""

    vmsd_name: str


class ValueNodes(Sequence[Node]):
    """Rows of fields, made one by one when somebody looks: an array may have very many."""

    def __init__(self, tree: Tree, parent: Node, values: Sequence[FieldValue]) -> None:
        self._tree = tree
        self._parent = parent
        self._values = values
        self._owner = _owner(parent)

    def __len__(self) -> int:
        return len(self._values)

    def likely(self, wanted: Query) -> Iterator[Node]:
        """The rows that a filter may mean; the others are not made."""
        try:
            rows = likely_rows(self._tree.source, self._values, wanted)
        except Cancelled:
            raise
        except SnapmgrError:
            rows = range(len(self))
        return (self[row] for row in rows)

    @overload
    def __getitem__(self, row: int) -> Node: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Node]: ...
    def __getitem__(self, row: int | slice) -> Node | Sequence[Node]:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        number = row + len(self) if row < 0 else row
        return value_node(self._tree, self._parent, number, self._values[number], self._owner)


def value_node(tree: Tree, parent: Node, place: int, value: FieldValue, owner: str | None = None) -> Node:
    """The row of one field, the ``place``-th below ``parent``; ``owner`` is the VMState that it is a field of.

    Bytes without a description are a fault where something is wrong with ``parent``, and no fault in a stream that
    describes nothing, as one of postcopy.
    """
    path, name, kind = (*parent.path, place), value.name, parent.kind
    try:
        raw = tree.source.read(value.offset, min(value.length, SHOWN))
    except Cancelled:
        raise
    except SnapmgrError as error:
        return replace(unreadable(path, name, value.offset, value.length, error), type=type_text(value))
    if value.kind is FieldKind.SUBSECTION:
        kind = NodeKind.SUBSECTION
    elif value.kind is FieldKind.UNKNOWN:
        name = "Not described"
        if parent.problem is not None and tree.problems[parent.problem].severity is not Severity.NOTE:
            kind = NodeKind.FAULT
    known = field_meaning(owner, value.name, raw) if owner else None
    return Node(
        path,
        name,
        value_text(value, raw),
        known or meaning_text(value, raw),
        type_text(value),
        value.offset,
        value.length,
        kind,
        value.child_count,
        tree.problem_in(value.offset, value.length) if value.length else None,
        value if value.child_count else None,
    )
