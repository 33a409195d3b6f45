"""The snapshot table (docs/interop/qcow2.txt; bounds as in block/qcow2-snapshot.c: qcow2_do_read_snapshots)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from snapmgr.block.device import BlockDevice
from snapmgr.block.qcow2.header import Header
from snapmgr.errors import ImageError

_FIXED = struct.Struct(">QIHHIIQII")
MAX_EXTRA = 1024
MAX_TABLE = 64 << 20
_WINDOW = 256 << 10
_NO_ICOUNT = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class SnapshotEntry:
    """One entry of the table.  ``offset`` and ``length`` say where it stands in the file (bytes, without padding)."""

    index: int
    offset: int
    length: int
    l1_offset: int
    l1_size: int
    id: bytes
    name: bytes
    date_sec: int
    date_nsec: int
    vm_clock_nsec: int
    vm_state_size: int
    vm_state_size_32: int
    """The old field of 32 bits, which the one in the extra data overrides."""
    disk_size: int
    icount: int | None
    extra_size: int
    extra: bytes = field(repr=False, default=b"")
    """All extra data, unknown fields too."""

    @property
    def id_text(self) -> str:
        return tag_text(self.id)

    @property
    def name_text(self) -> str:
        return tag_text(self.name)

    @property
    def padded_length(self) -> int:
        """Bytes up to where the next entry begins."""
        return self.length + 7 & ~7


def tag_text(tag: bytes) -> str:
    """An id or name as QEMU sees it (a C string), undecodable bytes escaped as file names are."""
    return tag.split(b"\0", 1)[0].decode(errors="surrogateescape")


class _Table:
    """Bytes of the file from the table's start, read ahead in windows; zeros behind the end of the file."""

    def __init__(self, file: BlockDevice, size: int) -> None:
        self._file = file
        self._start = 0
        self._window = b""
        self._ahead = min(_WINDOW, max(4096, size))

    def bytes(self, offset: int, length: int) -> bytes:
        at = offset - self._start
        if at < 0 or at + length > len(self._window):
            window = bytearray(max(self._ahead, length))
            self._file.pread_into(offset, memoryview(window))
            self._start, self._window, at = offset, bytes(window), 0
        return self._window[at : at + length]


def read_snapshots(file: BlockDevice, header: Header) -> tuple[SnapshotEntry, ...]:
    """All entries; those that the file does not hold any more read as zeros, as in QEMU.

    The count was bounded by ``check_header``.  Raises ImageError for extra data or a table beyond QEMU's bounds.
    """
    table = _Table(file, header.snapshot_count * 128)
    entries = []
    offset = header.snapshots_offset
    for index in range(header.snapshot_count):
        offset = offset + 7 & ~7
        entry = _read_entry(table, header, index, offset)
        entries.append(entry)
        offset += entry.length
        if offset - header.snapshots_offset > MAX_TABLE:
            raise ImageError(
                "snapshot-table-too-big",
                f"the snapshot table is larger than 64 MiB at entry {index}",
                offset=entry.offset,
                qemu="Snapshot table is too big",
            )
    return tuple(entries)


def _read_entry(table: _Table, header: Header, index: int, offset: int) -> SnapshotEntry:
    fixed = table.bytes(offset, _FIXED.size)
    l1_offset, l1_size, id_size, name_size, date_sec, date_nsec, clock, state_32, extra_size = _FIXED.unpack(fixed)
    if extra_size > MAX_EXTRA:
        raise ImageError(
            "snapshot-extra-data",
            f"entry {index} of the snapshot table claims {extra_size} bytes of extra data, 1024 are the most",
            offset=offset + 36,
            hint="qemu-img check -r all cuts the extra data.",
            qemu=f"Too much extra metadata in snapshot table entry {index}\n"
            "You can force-remove this extra metadata with qemu-img check -r all",
        )
    length = _FIXED.size + extra_size + id_size + name_size
    rest = table.bytes(offset + _FIXED.size, length - _FIXED.size)
    extra, tags = rest[:extra_size], rest[extra_size:]
    icount = _u64(extra, 16)
    return SnapshotEntry(
        index=index,
        offset=offset,
        length=length,
        l1_offset=l1_offset,
        l1_size=l1_size,
        id=tags[:id_size],
        name=tags[id_size:],
        date_sec=date_sec,
        date_nsec=date_nsec,
        vm_clock_nsec=clock,
        vm_state_size=state_32 if (large := _u64(extra, 0)) is None else large,
        vm_state_size_32=state_32,
        disk_size=header.size if (disk := _u64(extra, 8)) is None else disk,
        icount=None if icount == _NO_ICOUNT else icount,
        extra_size=extra_size,
        extra=extra,
    )


def _u64(extra: bytes, at: int) -> int | None:
    return int.from_bytes(extra[at : at + 8]) if len(extra) >= at + 8 else None
