"""A block device in memory: what tests build images in, and slip under the qcow2 driver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from snapmgr.block.device import Extent
from snapmgr.errors import SnapmgrError

_BLOCK = 4096


class MemoryDevice:
    """Bytes in a bytearray; writing behind the end makes it longer, as with a file."""

    def __init__(self, content: bytes | bytearray = b"", *, read_only: bool = False) -> None:
        self._content = bytearray(content)
        self._read_only = read_only
        self.path: Path | None = None

    @property
    def content(self) -> bytes:
        return bytes(self._content)

    @property
    def size(self) -> int:
        return len(self._content)

    @property
    def read_only(self) -> bool:
        return self._read_only

    def is_deleted(self) -> bool:
        return False

    def pread_into(self, offset: int, buffer: memoryview) -> None:
        found = self._content[offset : offset + len(buffer)]
        buffer[: len(found)] = found
        if len(found) < len(buffer):
            buffer[len(found) :] = bytes(len(buffer) - len(found))

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        if self._read_only:
            raise SnapmgrError("read-only", "this memory is for reading only", offset=offset)
        for buffer in buffers:
            end = offset + len(buffer)
            if end > len(self._content):
                self._content.extend(bytes(end - len(self._content)))
            self._content[offset:end] = buffer
            offset = end

    def resize(self, size: int) -> None:
        """Cut off what is behind, or add zeros."""
        del self._content[size:]
        self._content.extend(bytes(size - len(self._content)))

    def discard(self, offset: int, length: int) -> None:
        """Zeros from now on."""
        end = min(offset + length, len(self._content))
        self._content[offset:end] = bytes(max(0, end - offset))

    def extents(self, offset: int, length: int) -> Iterator[Extent]:
        """Zero where a whole block of 4 KiB is zero, and behind the end."""
        end = offset + length
        while offset < end:
            zero = self._is_zero(offset)
            stop = offset
            while stop < end and self._is_zero(stop) == zero:
                stop = end if stop >= len(self._content) else min(end, (stop // _BLOCK + 1) * _BLOCK)
            yield Extent(offset, stop - offset, zero)
            offset = stop

    def _is_zero(self, offset: int) -> bool:
        start = offset // _BLOCK * _BLOCK
        return not any(self._content[start : start + _BLOCK])

    def flush(self) -> None:
        """Memory is as stable as it gets."""

    def close(self) -> None:
        """The content stays."""
