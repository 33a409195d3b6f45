"""zstd files of several independent frames: read at any place without unpacking what comes before it.

A table says where each frame begins.  It is found in the seek table at the end (zstd's seekable format), else by
walking over the heads of frames and blocks, which unpacks nothing.
"""

from __future__ import annotations

import os
import struct
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import zstandard

from snapmgr.containers.file import FileSource
from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.totals import totals

LARGEST = 32 << 20
"""Unpacked bytes of a frame that is unpacked as a whole whenever a byte of it is wanted."""

MOST = 1 << 22
"""Frames in one file."""

KEPT = 8
"""Unpacked frames that are kept, the least used of which goes first."""

_MAGIC = 0xFD2FB528
_SKIPPABLE = 0x184D2A50
_SEEKABLE = 0x8F92EAB1
_FOOTER = 9
_LEAST_HEAD = 18
"""The longest head of a frame."""

Offsets = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FrameTable:
    """Where frames begin, in the file and in what it holds; both have one more entry, for the end (int64, bytes)."""

    packed: Offsets
    unpacked: Offsets

    @property
    def size(self) -> int:
        """Bytes of all frames, unpacked."""
        return int(self.unpacked[-1])


def seek_table(lengths: list[tuple[int, int]]) -> bytes:
    """The skippable frame that ends a seekable file: (packed, unpacked) bytes of every frame."""
    entries = b"".join(struct.pack("<II", *pair) for pair in lengths)
    body = entries + struct.pack("<IBI", len(lengths), 0, _SEEKABLE)
    return struct.pack("<II", _SKIPPABLE | 0xE, len(body)) + body


def find_frames(descriptor: int) -> FrameTable | None:
    """The frames of a zstd file, None where they are no help: one that is too large, or of which nobody knows how much
    it holds."""
    size = os.fstat(descriptor).st_size
    return _from_seek_table(descriptor, size) or _from_heads(descriptor, size)


def _table(packed: Offsets, unpacked: Offsets) -> FrameTable | None:
    if not len(unpacked) or int(unpacked.max()) > LARGEST:
        return None
    return FrameTable(np.concatenate(([0], totals(packed))), np.concatenate(([0], totals(unpacked))))


def _from_seek_table(descriptor: int, size: int) -> FrameTable | None:
    footer = os.pread(descriptor, _FOOTER, max(0, size - _FOOTER))
    if len(footer) < _FOOTER:
        return None
    count, flags, magic = struct.unpack("<IBI", footer)
    width = 12 if flags & 0x80 else 8
    length = count * width
    start = size - _FOOTER - length
    if magic != _SEEKABLE or count > MOST or start < 8:
        return None
    entries = np.frombuffer(os.pread(descriptor, length, start), "<u4").reshape(count, width // 4).astype(np.int64)
    # the table itself stands in a frame that holds nothing
    if int(entries[:, 0].sum()) != start - 8:
        return None
    return _table(entries[:, 0], entries[:, 1])


def _from_heads(descriptor: int, size: int) -> FrameTable | None:
    packed, unpacked, at = [], [], 0
    while at < size:
        head = os.pread(descriptor, _LEAST_HEAD, at)
        if len(head) >= 8 and int.from_bytes(head[:4], "little") & ~0xF == _SKIPPABLE:
            length, holds = 8 + int.from_bytes(head[4:8], "little"), 0
        else:
            found = _frame(descriptor, head, at)
            if found is None:
                return None
            length, holds = found
        at += length
        packed.append(length)
        unpacked.append(holds)
        if at > size or len(packed) > MOST or holds > LARGEST:
            return None
    return _table(np.array(packed, np.int64), np.array(unpacked, np.int64))


def _frame(descriptor: int, head: bytes, at: int) -> tuple[int, int] | None:
    """(bytes of a frame, bytes that it holds), None for anything else (RFC 8878, 3.1.1)."""
    try:
        facts = zstandard.get_frame_parameters(head)
        begin = zstandard.frame_header_size(head)
    except zstandard.ZstdError:
        return None
    if facts.content_size in (zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR):
        return None
    if facts.content_size > LARGEST:
        return None
    end, last = at + begin, False
    while not last:
        head = os.pread(descriptor, 3, end)
        if len(head) < 3:
            return None
        block = int.from_bytes(head, "little")
        last, kind, length = bool(block & 1), block >> 1 & 3, block >> 3
        end += 3 + (1 if kind == 1 else length)
        if end - at > 2 * LARGEST:
            return None
    return end + (4 if facts.has_checksum else 0) - at, facts.content_size


class FramesSource(FileSource):
    """A FileSource over what the frames hold.  ``read`` may raise SnapmgrError ``damaged-container``."""

    def __init__(self, descriptor: int, label: str, path: Path | None, container: str, table: FrameTable) -> None:
        super().__init__(descriptor, label, path, container)
        self.size = table.size
        self.table = table
        self._frames: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def chunks(self, offset: int = 0, room: int = 0) -> Iterator[memoryview]:
        """As FileSource.chunks; all that comes before a damage is handed out before it is raised."""
        at = offset
        try:
            for piece in super().chunks(offset, room):
                yield piece
                at += len(piece) - room
        except SnapmgrError as error:
            sound = (error.offset or 0) - at
            if error.code == "damaged-container" and sound > 0:
                last = memoryview(bytearray(room + sound))
                self._fill(at, last[room:])
                yield last
            raise

    def _fill(self, offset: int, view: memoryview) -> None:
        row, done = int(np.searchsorted(self.table.unpacked, offset, side="right")) - 1, 0
        while done < len(view):
            frame = self._frame(row)
            inside = offset + done - int(self.table.unpacked[row])
            part = frame[inside : inside + len(view) - done]
            view[done : done + len(part)] = part
            done += len(part)
            row += 1

    def _frame(self, row: int) -> bytes:
        with self._lock:
            if row in self._frames:
                self._frames.move_to_end(row)
                return self._frames[row]
        frame = self._unpacked(row)
        with self._lock:
            self._frames[row] = frame
            while len(self._frames) > KEPT:
                self._frames.popitem(last=False)
        return frame

    def _unpacked(self, row: int) -> bytes:
        held = self._open
        if held is None:
            raise Cancelled(f"{self.label} was closed")
        start, end = self.table.packed[row : row + 2].tolist()
        begin, stop = self.table.unpacked[row : row + 2].tolist()
        if begin == stop:
            return b""
        try:
            data = os.pread(held.descriptor, end - start, start)
            frame: bytes = zstandard.ZstdDecompressor().decompress(data, max_output_size=stop - begin)
        except (OSError, zstandard.ZstdError) as error:
            raise self._damaged(begin, str(error)) from error
        if len(frame) != stop - begin:
            raise self._damaged(begin, f"a frame holds {len(frame)} bytes instead of {stop - begin}")
        return frame

    def _damaged(self, offset: int, why: str) -> SnapmgrError:
        message = f"{self.path or self.label} is no whole zst file: {why}"
        return SnapmgrError("damaged-container", message, path=self.path, offset=offset, hint="Copy or pack it again.")
