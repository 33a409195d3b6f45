"""The analyze format of an indexed stream."""

from __future__ import annotations

from collections.abc import Iterator

from snapmgr.inspect.export import FullSection, IterableSection, analyze_json
from snapmgr.inspect.index import StreamIndex
from snapmgr.ram.words import IDSTR


def analyze_text(index: StreamIndex) -> str:
    """What QEMU's analyze-migration.py prints for the stream, with the newline at its end.

    Raises StreamError where the stream does not describe its devices, or its bytes do not fit the description.
    """
    return analyze_json(index.description, _sections(index))


def _sections(index: StreamIndex) -> Iterator[FullSection | IterableSection]:
    blocks = [(block.name, block.used_length) for block in index.blocks]
    for record in index.records:
        name, number = record.idstr or "", record.section_id or 0
        if record.type == "START":
            yield IterableSection(number, name, blocks if name == IDSTR else None)
        elif record.type == "FULL":
            payload = index.source.read(record.payload, record.payload_length)
            yield FullSection(number, name, record.instance_id or 0, record.version_id or 0, payload, record.payload)
