"""Device sections of corpus streams and their vmdesc, found without the stream reader."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from snapmgr.vmstate.description import VmDescription
from snapmgr.vmstate.layout import VmdescLayout
from snapmgr.vmstate.vmdesc import parse_vmdesc
from tests import corpus

FULL = 4
COMMAND = 8


@dataclass(frozen=True)
class Row:
    """A FULL section: ``payload`` without header and footer, at ``offset``."""

    section_id: int
    idstr: str
    instance_id: int
    version_id: int
    payload: memoryview
    offset: int


@dataclass(frozen=True)
class DescribedStream:
    data: bytes
    vmdesc_offset: int
    """Of the JSON itself."""
    vmdesc_text: bytes
    description: VmDescription
    rows: tuple[Row, ...]
    ram_id: int | None
    blocks: tuple[tuple[str, int], ...]


def main_file(name: str) -> str:
    files = corpus.streams()["cases"][name]["files"]
    return "stream" if "stream" in files else "conn0.fwd"


def vmdesc_place(data: bytes) -> tuple[int, int] | None:
    """Offset and length of the JSON, if the stream ends with a vmdesc record."""
    at = data.rfind(b"\0\x06", 0, len(data))
    while at >= 0:
        length = int.from_bytes(data[at + 2 : at + 6])
        if at + 6 + length == len(data) and data[at + 6 : at + 7] == b"{":
            return at + 6, length
        at = data.rfind(b"\0\x06", 0, at)
    return None


def described_cases() -> list[str]:
    """Good cases whose index or own layout gives us every FULL section, and that end in a vmdesc."""
    with_footers = [
        name for name, case in corpus.streams()["cases"].items() if (case.get("facts") or {}).get("vmdesc_offset_len")
    ]
    return sorted({*with_footers, *corpus.plain_cases()})


@functools.lru_cache(maxsize=2)
def described_stream(name: str) -> DescribedStream:
    case = corpus.streams()["cases"][name]
    data = corpus.stream_bytes(name, main_file(name))
    facts = case["facts"]
    known = facts.get("vmdesc_offset_len")
    place = (known[0] + 5, known[1]) if known else vmdesc_place(data)
    assert place is not None, name
    offset, length = place
    description = parse_vmdesc(data[offset : offset + length], offset)
    index = facts["index"]
    rows = tuple(_row(data, row) for row in index if row[1] == "FULL")
    if not known:
        end = max(row[0] + row[6] for row in index)
        rows = _rows_without_footers(data, end, description)
    ram = next((row[2] for row in index if row[1] == "START" and row[3] == "ram"), None)
    blocks = tuple(facts["blocks_in_stream"].items())
    return DescribedStream(data, offset, data[offset : offset + length], description, rows, ram, blocks)


def _row(data: bytes, row: list[object]) -> Row:
    offset, _, section_id, idstr, instance, version, length, _ = row
    head = 1 + 4 + 1 + len(str(idstr)) + 8
    start, end = offset + head, offset + length  # type: ignore[operator]
    assert data[end - 5] == 0x7E
    return Row(section_id, idstr, instance, version, memoryview(data)[start : end - 5], start)  # type: ignore[arg-type]


def _rows_without_footers(data: bytes, at: int, description: VmDescription) -> tuple[Row, ...]:
    """FULL sections from ``at`` to EOF, each ending where the vmdesc says."""
    layout = VmdescLayout(description)
    rows = []
    while data[at] == FULL:
        section_id = int.from_bytes(data[at + 1 : at + 5])
        named = at + 6 + data[at + 5]
        idstr = data[at + 6 : named].decode()
        instance, version = int.from_bytes(data[named : named + 4]), int.from_bytes(data[named + 4 : named + 8])
        start = named + 8
        length = layout.length_of(idstr, instance, version, memoryview(data)[start:])
        assert isinstance(length, int), (idstr, length)
        rows.append(Row(section_id, idstr, instance, version, memoryview(data)[start : start + length], start))
        at = start + length
    assert data[at : at + 2] == b"\0\x06", f"no EOF at {at}"
    return tuple(rows)
