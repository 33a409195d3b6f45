"""What can be put right in a damaged stream without guessing: the magic, footers, the end, what stands behind it.

Each change is a few bytes at a place that the format fixes.  Device state and RAM are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from snapmgr.containers.source import Source
from snapmgr.errors import SnapmgrError
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Problem, Record
from snapmgr.wire.constants import MAGIC, RecordType

_EOF, _EMPTY_DESCRIPTION = b"\0", bytes([RecordType.VMDESCRIPTION, 0, 0, 0, 0])
NO_DESCRIPTION = "Expected vmdescription section"
"""How a loader's words begin that finds no description (savevm.c: qemu_loadvm_state)."""

_STARTS = ("START", "FULL")
_PIECE = 4 << 20


@dataclass(frozen=True, slots=True)
class Change:
    """Bytes ``removed`` at ``offset`` of the damaged stream, and what stands there instead; ``what`` is one sentence.

    ``count`` is how many bytes go where they are too many to be shown (then ``removed`` is empty).
    """

    offset: int
    removed: bytes
    inserted: bytes
    what: str
    count: int = 0

    @property
    def gone(self) -> int:
        """Bytes of the damaged stream that go."""
        return self.count or len(self.removed)


def changes(index: StreamIndex) -> tuple[Change, ...]:
    """What is to be changed, by offset; empty where nothing can be put right."""
    if not index.complete or index.source.size != index.size:
        return ()
    found = [*_magic(index), *_footers(index), *_end(index), *_trailing(index)]
    return tuple(sorted(found, key=lambda change: change.offset))


def require_changes(index: StreamIndex) -> tuple[Change, ...]:
    """The same, and a description where nothing else is to be changed: a machine with suppress-vmdesc sends none, and
    every other one misses it.  Raises SnapmgrError ``nothing-to-repair``."""
    found = changes(index)
    if not found and index.complete and _ends_undescribed(index):
        found = (_description(index),)
    if not found:
        hint = "A wrong magic or footer, a missing end, and bytes behind the end can be put right; device state cannot."
        raise SnapmgrError("nothing-to-repair", f"{index.source.label} has no damage that can be repaired", hint=hint)
    return found


def put_repaired(source: Source, found: tuple[Change, ...], put: Callable[[memoryview | bytes], object]) -> None:
    """Put the repaired stream piece by piece."""
    at = 0
    for change in found:
        for piece in _pieces(source, at, change.offset):
            put(piece)
        put(change.inserted)
        at = change.offset + change.gone
    for piece in _pieces(source, at, source.size):
        put(piece)


def _pieces(source: Source, start: int, end: int) -> Iterator[memoryview]:
    while start < end:
        piece = source.read(start, min(_PIECE, end - start))
        if not len(piece):
            return
        start += len(piece)
        yield piece


def _magic(index: StreamIndex) -> Iterator[Change]:
    for problem in index.problems:
        if problem.code == "stream-magic":
            what = "The stream begins with QEVM, as its version and what follows are a stream's"
            yield Change(problem.offset, _read(index, problem.offset, 4), MAGIC, what)


# -- footers ---------------------------------------------------------------------------------------------------------


def _footers(index: StreamIndex) -> Iterator[Change]:
    for problem in index.problems:
        row = index.records.holding(problem.offset) if problem.code == "footer-id" else None
        if row is not None:
            record = index.records[row]
            yield _header(index, record, problem) if _is_taken(index, record) else _footer(index, record, problem)


def _footer(index: StreamIndex, record: Record, problem: Problem) -> Change:
    before, after = _read(index, problem.offset, 4), (record.section_id or 0).to_bytes(4)
    what = f"The footer of {record.idstr} carries the id of its section"
    return Change(problem.offset, before, after, what)


def _header(index: StreamIndex, record: Record, problem: Problem) -> Change:
    """Another section began with the same id: the footer has the right one."""
    before, after = _read(index, record.offset + 1, 4), _read(index, problem.offset, 4)
    return Change(
        record.offset + 1, before, after, f"{record.idstr} has the id of its footer, for its own is another's"
    )


def _is_taken(index: StreamIndex, record: Record) -> bool:
    first = next(
        (other for other in index.records if other.type in _STARTS and other.section_id == record.section_id), record
    )
    return record.type in _STARTS and first.offset < record.offset and first.idstr != record.idstr


def _read(index: StreamIndex, offset: int, length: int) -> bytes:
    return bytes(index.source.read(offset, length))


# -- the end ---------------------------------------------------------------------------------------------------------


def _end(index: StreamIndex) -> Iterator[Change]:
    """EOF, and an empty description, where the last section is whole and nothing follows it."""
    records = index.records
    last = records[-1] if len(records) else None
    if last is None:
        return
    if _ends_undescribed(index):
        if _is_missed(index):
            yield _description(index)
    elif last.type == "FULL" and last.footer and last.offset + last.length == index.size:
        what = "The end follows the last section; whether there were more cannot be told"
        yield Change(index.size, b"", _EOF + _EMPTY_DESCRIPTION, what)
    elif (at := _lost_eof(index)) is not None:
        yield Change(at, b"", _EOF, "The end stands between the last section and the description")


def _ends_undescribed(index: StreamIndex) -> bool:
    """Whether the end is the last byte; after postcopy there is never a description."""
    last = index.records[-1] if len(index.records) else None
    ends = last is not None and last.type == "EOF" and last.offset + 1 == index.size == index.source.size
    return ends and not any(record.idstr == "POSTCOPY_RUN" for record in index.records.of("COMMAND"))


def _is_missed(index: StreamIndex) -> bool:
    """Whether the machine that the stream was checked against says that it misses the description."""
    return any(text.startswith(NO_DESCRIPTION) for problem in index.problems for text in problem.qemu.values())


def _description(index: StreamIndex) -> Change:
    return Change(index.size, b"", _EMPTY_DESCRIPTION, "A description follows the end; it is empty")


def _lost_eof(index: StreamIndex) -> int | None:
    """Where a description follows a section at once."""
    if index.description is None:
        return None
    for problem in index.problems:
        if problem.code == "section-type" and _read(index, problem.offset, 1)[0] == RecordType.VMDESCRIPTION:
            return problem.offset
    return None


def _trailing(index: StreamIndex) -> Iterator[Change]:
    for problem in index.problems:
        if problem.code == "trailing-bytes":
            count = index.size - problem.offset
            yield Change(problem.offset, b"", b"", "Bytes behind the end are left out", count)
