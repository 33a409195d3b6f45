"""The whole stream as stretches with a label, for the overview bar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from snapmgr.inspect.model import NodeKind, Record, Span
from snapmgr.inspect.records import Records

if TYPE_CHECKING:
    from snapmgr.inspect.tree import Tree

_META = {
    "HEADER": "Header",
    "CONFIGURATION": "Configuration",
    "EOF": "End",
    "VMDESCRIPTION": "VM description",
}


def kind_of(record: Record) -> NodeKind:
    """Section kind of a record (UI.md §3)."""
    if record.type in _META:
        return NodeKind.META
    if record.type == "CHANNEL":
        return NodeKind.META
    if record.type in ("COMMAND", "MESSAGE"):
        return NodeKind.COMMAND
    if record.type == "UNKNOWN":
        return NodeKind.FAULT
    if record.type == "FULL":
        return NodeKind.DEVICE
    return NodeKind.RAM if record.idstr == "ram" or record.type == "PACKET" else NodeKind.BLOCK


def label_of(record: Record, *, several: bool = False) -> str:
    """What a record is called: the idstr, with its instance where several share it."""
    if record.type in _META:
        return _META[record.type]
    if record.type == "UNKNOWN":
        return "Not read"
    name = record.idstr or "unknown section"
    return f"{name} {record.instance_id}" if several and record.instance_id is not None else name


def spans_of(records: Records, iteration_starts: Sequence[int], tree: Tree) -> list[Span]:
    """One span per record, where neighbouring RAM sections of one iteration, packets or messages are one."""
    spans: list[Span] = []
    title = ""
    for row, record in enumerate(records):
        kind, path = kind_of(record), tree.path_of_row(row)
        if record.type == "CHANNEL":
            title = record.idstr or ""
        if kind is NodeKind.RAM or record.type == "MESSAGE":
            label = title or _ram_label(record, iteration_starts)
            if spans and spans[-1].kind is kind and spans[-1].label == label:
                last = spans.pop()
                spans.append(Span(kind, label, last.offset, record.offset + record.length - last.offset, last.path))
                continue
        else:
            label = label_of(record, several=tree.is_several(record))
        spans.append(Span(kind, label, record.offset, record.length, path))
    return spans


def _ram_label(record: Record, starts: Sequence[int]) -> str:
    if record.type == "START":
        return "RAM, setup"
    number = bisect_right(starts, record.offset + record.length - 1)
    return f"RAM, iteration {max(number, 1)}"
