"""A recording in one file: sections one behind the other, each with its name and length (docs/format/recording.md).

What is read is not trusted: every length is held against what is left of the file, every number against what it
counts, before anything is made of it.  Nothing but JSON, numbers and bytes is in there.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np

from snapmgr.errors import Cancelled, StreamError
from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import Layout, PageState
from snapmgr.migrate.recorded_events import event_line, read_events
from snapmgr.migrate.recording import LARGEST_SCREEN, MOST_SCREENS, Recording
from snapmgr.migrate.samples import COLUMNS, MOST_CHANGES, MOST_SAMPLES, OLD_COLUMNS, Samples
from snapmgr.savevm.status import MigrationStatus
from snapmgr.work import CancelToken

MAGIC = b"SNAPMGR-RUN\n"
VERSION = 1
SUFFIX = ".snapmgr-run"
MOST_JSON = 64 << 20
"""Bytes of a section that is text."""
MOST_PAGES = 1 << 24
"""Pages of a machine that was recorded: 64 GiB."""
PAGE_SIZES = tuple(1 << bits for bits in range(12, 17))
PIECE = 1 << 20

_HEAD = struct.Struct(">Q")
_CHANGE = struct.Struct("<dI")
_SCREEN = struct.Struct("<dHHI")
_STREAM = re.compile(r"stream:(conn\d{1,4}\.(?:fwd|rev)\.bin)")


# -- writing -------------------------------------------------------------------------------------------------------


def write_recording(recording: Recording, file: IO[bytes], cancel: CancelToken | None = None) -> None:
    """All of it; for a worker.  Raises OSError, and Cancelled where ``cancel`` says so."""
    file.write(MAGIC + VERSION.to_bytes(4))
    layout = recording.layout
    facts = {
        "facts": recording.facts,
        "outcome": recording.outcome,
        "blocks": [list(block) for block in layout.blocks],
        "page_size": layout.page_size,
        "columns": list(COLUMNS),
    }
    _put(file, "facts", json.dumps(facts).encode())
    _put(file, "events", "\n".join(map(event_line, list(recording.moments))).encode())
    _put(file, "samples", recording.samples.rows.astype("<f8").tobytes())
    for side, changes in recording.pages.items():
        rows = zip(changes.times, changes.changed, strict=True)
        parts = (
            _CHANGE.pack(time, len(pages)) + pages.astype("<u4").tobytes() + states.tobytes()
            for time, (pages, states) in rows
        )
        _put(file, f"pages:{side.name.lower()}", b"".join(parts))
    for side, screens in recording.screens.items():
        shown = zip(screens.times, screens.packed, strict=True)
        _put(
            file,
            f"screens:{side.name.lower()}",
            b"".join(_SCREEN.pack(time, high, wide, len(data)) + data for time, (high, wide, data) in shown),
        )
    for path in sorted(recording.streams.iterdir()):
        _put_stream(file, path, cancel)
    _put(file, "end", b"")


def _put(file: IO[bytes], name: str, data: bytes) -> None:
    _put_head(file, name, len(data))
    file.write(data)


def _put_head(file: IO[bytes], name: str, length: int) -> None:
    file.write(bytes([len(name)]) + name.encode() + _HEAD.pack(length))


def _put_stream(file: IO[bytes], path: Path, cancel: CancelToken | None) -> None:
    with path.open("rb") as stream:
        _put_head(file, f"stream:{path.name}", path.stat().st_size)
        while data := stream.read(PIECE):
            _heed(cancel)
            file.write(data)


def _heed(cancel: CancelToken | None) -> None:
    if cancel is not None and cancel.cancelled:
        raise Cancelled("it was cancelled")


# -- reading -------------------------------------------------------------------------------------------------------


def read_recording(path: Path, cancel: CancelToken | None = None) -> Recording:
    """What ``write_recording`` wrote; for a worker.  Raises OSError, Cancelled, and StreamError with the offset of what
    is wrong: ``not-a-recording``, ``recording-version``, ``recording-cut``, ``recording-damaged``."""
    with path.open("rb") as file:
        return _Reader(file, path.stat().st_size, cancel).read()


class _Reader:
    """Sections in any order after the facts; unknown ones are passed over."""

    def __init__(self, file: IO[bytes], size: int, cancel: CancelToken | None) -> None:
        self._file, self._size, self._cancel = file, size, cancel
        self._at = 0
        self._recording = Recording()
        self._readers: dict[str, Callable[[bytes], None]] = {"events": self._events, "samples": self._samples}
        for side in Side:
            name = side.name.lower()
            self._readers[f"pages:{name}"] = lambda data, side=side: self._pages(side, data)  # type: ignore[misc]
            self._readers[f"screens:{name}"] = lambda data, side=side: self._screens(side, data)  # type: ignore[misc]

    def read(self) -> Recording:
        if self._take(len(MAGIC)) != MAGIC:
            raise StreamError("not-a-recording", "this is no recording of a migration", offset=0)
        version = int.from_bytes(self._take(4))
        if version != VERSION:
            raise StreamError("recording-version", f"a recording of version {version} is not read", offset=len(MAGIC))
        first = True
        for name, length in self._heads():
            if first and name != "facts":
                raise self._damaged("a recording begins with its facts")
            first = False
            self._section(name, length)
        return self._recording

    def _heads(self) -> Iterator[tuple[str, int]]:
        while True:
            start = self._at
            count = self._take(1)[0]
            name = self._take(count).decode("ascii", "replace")
            length = _HEAD.unpack(self._take(_HEAD.size))[0]
            if length > self._size - self._at:
                raise StreamError("recording-cut", f"the section {name!r} is longer than the file", offset=start)
            if name == "end":
                return
            yield name, length

    def _section(self, name: str, length: int) -> None:
        stream = _STREAM.fullmatch(name)
        if stream is not None:
            self._stream(self._recording.streams / stream[1], length)
        elif name == "facts":
            self._facts(self._text(length))
        elif name in self._readers:
            self._readers[name](self._text(length) if name == "events" else self._take(length))
        else:
            self._file.seek(length, 1)
            self._at += length

    def _take(self, count: int) -> bytes:
        if count > self._size - self._at:
            raise StreamError("recording-cut", "the recording ends early", offset=self._at)
        data = self._file.read(count)
        if len(data) < count:
            raise StreamError("recording-cut", "the recording ends early", offset=self._at + len(data))
        self._at += count
        return data

    def _text(self, length: int) -> bytes:
        if length > MOST_JSON:
            raise self._damaged(f"{length} bytes of text are more than a recording has")
        return self._take(length)

    def _stream(self, path: Path, length: int) -> None:
        with path.open("wb") as out:
            while length:
                _heed(self._cancel)
                length -= out.write(self._take(min(length, PIECE)))

    def _damaged(self, what: str) -> StreamError:
        return StreamError("recording-damaged", what, offset=self._at)

    # -- what is in them -------------------------------------------------------------------------------------------

    def _facts(self, data: bytes) -> None:
        value = self._json(data)
        recording = self._recording
        recording.facts, recording.outcome = self._plain(value.get("facts")), self._plain(value.get("outcome"))
        blocks, size = value.get("blocks"), value.get("page_size")
        columns = value.get("columns")
        self._columns = len(columns) if columns in (list(COLUMNS), list(OLD_COLUMNS)) else 0
        if not self._columns or size not in PAGE_SIZES or not isinstance(size, int) or not isinstance(blocks, list):
            raise self._damaged("the facts of the recording are not those of this version")
        layout = Layout(tuple(self._block(block) for block in blocks), size)
        if layout.pages > MOST_PAGES:
            raise self._damaged(f"{layout.pages} pages are more than a machine has")
        recording.begin_pages(layout)

    def _json(self, data: bytes) -> dict[str, Any]:
        try:
            value = json.loads(data, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise self._damaged(f"the facts are no JSON: {error}") from error
        if not isinstance(value, dict):
            raise self._damaged("the facts are no object")
        return value

    def _plain(self, value: object) -> dict[str, Any]:
        """Names and single values, or lists of such; everything else is left out."""
        if not isinstance(value, dict):
            raise self._damaged("the facts are no object")
        return {name: one for name, one in value.items() if _is_plain(one) or isinstance(one, list)}

    def _block(self, block: object) -> tuple[str, int]:
        match block:
            case [str(name), int(count)] if 0 <= count <= MOST_PAGES:
                return name, count
        raise self._damaged("a RAM block has no name or no length")

    def _events(self, data: bytes) -> None:
        self._recording.moments.extend(read_events(data, self._at - len(data)))

    def _samples(self, data: bytes) -> None:
        row = 8 * self._columns
        if len(data) % row or len(data) // row > MOST_SAMPLES:
            raise self._damaged("the samples are no whole rows")
        rows = np.zeros((len(data) // row, len(COLUMNS)))
        rows[:, : self._columns] = np.frombuffer(data, "<f8").reshape(-1, self._columns)
        status = rows[:, COLUMNS.index("status")]
        if not np.isfinite(rows).all() or (rows < 0).any() or (np.diff(rows[:, 0]) < 0).any():
            raise self._damaged("the samples are not in the order of time")
        if (status >= len(MigrationStatus)).any():
            raise self._damaged("a sample has a state that there is not")
        self._recording.samples = Samples(rows)

    def _pages(self, side: Side, data: bytes) -> None:
        changes, start, at, kept, last = self._recording.pages[side], self._at - len(data), 0, 0, 0.0
        while at < len(data):
            where = start + at
            if at + _CHANGE.size > len(data):
                raise StreamError("recording-damaged", "a change of pages is cut off", offset=where)
            time, count = _CHANGE.unpack_from(data, at)
            at += _CHANGE.size
            kept += count
            if count * 5 > len(data) - at or kept > MOST_CHANGES or not last <= time < np.inf:
                raise StreamError("recording-damaged", "a change of pages is longer than its section", offset=where)
            pages = np.frombuffer(data, "<u4", count, at).astype(np.uint32)
            states = np.frombuffer(data, np.uint8, count, at + 4 * count)
            if (pages >= changes.pages).any() or (states >= len(PageState)).any():
                raise StreamError("recording-damaged", "a page that there is not", offset=where)
            changes.append(time, pages, states)
            at, last = at + 5 * count, time

    def _screens(self, side: Side, data: bytes) -> None:
        screens, start, at, last = self._recording.screens[side], self._at - len(data), 0, 0.0
        while at < len(data):
            where = start + at
            if at + _SCREEN.size > len(data) or len(screens.times) >= MOST_SCREENS:
                raise StreamError("recording-damaged", "a picture is cut off", offset=where)
            time, high, wide, length = _SCREEN.unpack_from(data, at)
            at += _SCREEN.size
            if length > len(data) - at or not 0 < high * wide <= LARGEST_SCREEN or not last <= time < np.inf:
                raise StreamError("recording-damaged", "a picture is larger than its section", offset=where)
            screens.times.append(time)
            screens.packed.append((high, wide, data[at : at + length]))
            at, last = at + length, time


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def is_recording(path: Path) -> bool:
    """Whether a file begins as one."""
    with suppress(OSError), path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC
    return False
