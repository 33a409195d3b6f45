"""Where bytes stand in RAM: over the borders of pages, and into the zeros that no stream carries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from snapmgr.errors import UsageError
from snapmgr.inspect.index import StreamIndex
from snapmgr.work import CancelToken, Progress, no_progress

MOST_BYTES = 4096
"""Of a pattern."""


@dataclass(frozen=True, slots=True)
class Hit:
    """The pattern's first byte stands at ``offset`` of ``block``."""

    block: str
    offset: int


def parse_pattern(text: str) -> bytes:
    """Bytes to look for: hexadecimal ones behind ``0x``, else the text itself in UTF-8.  Raises UsageError."""
    if not text.lower().startswith("0x"):
        return _checked(text.encode("utf-8", "surrogateescape"))
    try:
        return _checked(bytes.fromhex(text[2:]))
    except ValueError:
        raise UsageError("pattern", f"{text} is not understood: pairs of hexadecimal digits should follow 0x") from None


def _checked(pattern: bytes) -> bytes:
    if not any(pattern):
        raise UsageError("pattern", "nothing but zeros would be found nearly everywhere: name other bytes")
    if len(pattern) > MOST_BYTES:
        raise UsageError("pattern", f"{len(pattern)} bytes are more than are looked for (at most {MOST_BYTES})")
    return pattern


def find_bytes(
    index: StreamIndex,
    pattern: bytes,
    blocks: Sequence[str] | None = None,
    *,
    cancel: CancelToken | None = None,
    progress: Progress = no_progress,
) -> Iterator[Hit]:
    """Every place in the blocks (by default all whose contents are in the stream), in ascending order of each.

    Hits may overlap.  Takes some MiB at a time, whatever the size of RAM, and looks at ``cancel`` between two.
    Raises UsageError for a pattern of nothing but zeros, NotFound, Cancelled, and what reading RAM raises.
    """
    _checked(pattern)
    known = [block for block in index.blocks if not block.ignored and (blocks is None or block.name in blocks)]
    total, done = sum(block.used_length for block in known), 0
    for block in known:
        for base, stretch in _stretches(index, block.name, block.used_length, len(pattern) - 1):
            if cancel is not None:
                cancel.check()
            at = stretch.find(pattern)
            while at >= 0:
                yield Hit(block.name, base + at)
                at = stretch.find(pattern, at + 1)
            progress(done + base + len(stretch), total)
        done += block.used_length


def _stretches(index: StreamIndex, name: str, length: int, before: int) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes): each begins with the ``before`` bytes that end what came last, so that no border hides a hit.

    Of zeros in between only so many are made as a hit at either side could reach into.
    """
    tail, end = b"", 0
    for offset, data in _with_end(index, name, length):
        gap = offset - end
        if gap > 2 * before:
            yield end - len(tail), tail + bytes(before)
            tail, gap = bytes(before), 0
        stretch = tail + bytes(gap) + data
        base = offset + len(data) - len(stretch)
        yield base, stretch
        end = offset + len(data)
        tail = stretch[max(0, len(stretch) - before) :]


def _with_end(index: StreamIndex, name: str, length: int) -> Iterator[tuple[int, bytes]]:
    for offset, data in index.ram.contents(name):
        yield offset, data.tobytes()
    yield length, b""
