"""Rows of a section ``dirty-bitmap``: one for each chunk, its fields below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapmgr.inspect.dirty_bitmaps import BitmapChunk, chunks, flags_text, place_text
from snapmgr.ram.dirty_bitmap import Chunk, Start

if TYPE_CHECKING:
    from snapmgr.inspect.record_rows import Rows

_NAMES = {
    Chunk.START: "Bitmap begins",
    Chunk.BITS: "Bits",
    Chunk.COMPLETE: "Bitmap is complete",
    Chunk.EOS: "End of chunks",
}


def bitmap_rows(rows: Rows) -> None:
    """Add the chunks from where ``rows`` stands; what is not understood is left to the caller.

    A node that was named in an earlier section only is left out.
    """
    node, name = "", ""
    for chunk in chunks(rows.tree.source, rows.offset, rows.end):
        node, name = chunk.node or node, chunk.name or name
        below = rows.below(chunk.length)
        _fields(below, chunk)
        kind = chunk.kind
        title = _NAMES[kind] if kind is not None else "Chunk"
        value = "/".join(part for part in (node, name) if part) if kind is not Chunk.EOS else ""
        rows.add_parent(title, value, _said(chunk), "dirty-bitmap chunk", below)


def _said(chunk: BitmapChunk) -> str:
    if chunk.kind is Chunk.START:
        return f"granularity {chunk.granularity} bytes"
    if chunk.kind is Chunk.BITS:
        dirty = "none" if chunk.flags & Chunk.ZEROES else str(chunk.set_bits)
        return f"{place_text(chunk)}, granules that are dirty: {dirty}"
    return ""


def _fields(rows: Rows, chunk: BitmapChunk) -> None:
    rows.number("flags", 1, flags_text(chunk.flags))
    for what, text in (("node", chunk.node), ("bitmap", chunk.name)):
        if text is not None:
            rows.text(what, rows.number(f"{what} length", 1))
    if chunk.kind is Chunk.START:
        rows.number("granularity", 4)
        said = [flag.name.lower() for flag in Start if chunk.start_flags & flag and flag.name is not None]
        rows.number("bitmap flags", 1, ", ".join(said) or "none")
    elif chunk.kind is Chunk.BITS:
        rows.number("first sector", 8)
        rows.number("sectors", 4)
        if chunk.bits is not None:
            rows.number("bytes of bits", 8)
            rows.add("bits", "", f"granules that are dirty: {chunk.set_bits}", "bitmap", chunk.bits[1])
