"""Entries of the snapshot table as they are written (docs/interop/qcow2.txt; block/qcow2-snapshot.c)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from snapmgr.block.device import BlockDevice
from snapmgr.block.qcow2.header import MAX_SNAPSHOTS
from snapmgr.block.qcow2.snapshots import MAX_TABLE, SnapshotEntry
from snapmgr.errors import SnapmgrError, UsageError

_FIXED = struct.Struct(">QIHHIIQII")
_EXTRA = struct.Struct(">QQQ")
SIZES = 16
"""Bytes of extra data in which the sizes of VM state and disk stand."""
_NO_ICOUNT = (1 << 64) - 1
LONGEST_NAME = 255
"""Bytes: what QEMU's structures hold (QEMUSnapshotInfo), the zero behind it aside."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is recorded of a snapshot: sizes in bytes, dates in seconds since 1970, clocks in ns, icount None = none."""

    id: bytes
    name: bytes
    date_sec: int
    date_nsec: int
    disk_size: int
    vm_state_size: int = 0
    vm_clock_nsec: int = 0
    icount: int | None = None
    l1_offset: int = 0
    """Where its L1 table stands, once that is known."""

    def at(self, l1_offset: int) -> NewEntry:
        """The same, with its L1 table in that place."""
        return replace(self, l1_offset=l1_offset)

    def encoded(self, l1_offset: int, l1_size: int) -> bytes:
        """The entry with its L1 table of ``l1_size`` entries at ``l1_offset``, padded to where the next begins."""
        small = self.vm_state_size if self.vm_state_size < 1 << 32 else 0
        fixed = _FIXED.pack(
            l1_offset, l1_size, len(self.id), len(self.name), self.date_sec & 0xFFFF_FFFF, self.date_nsec,
            self.vm_clock_nsec, small, _EXTRA.size,
        )  # fmt: skip
        extra = _EXTRA.pack(self.vm_state_size, self.disk_size, _NO_ICOUNT if self.icount is None else self.icount)
        return padded(fixed + extra + self.id + self.name)


def padded(entry: bytes) -> bytes:
    return entry + bytes(-len(entry) % 8)


def kept(file: BlockDevice, entry: SnapshotEntry, *, name: bytes | None = None, sizes: bool = False) -> bytes:
    """An entry as it is in the file, unknown extra data included; under another ``name``; with ``sizes`` it gets those
    of VM state and disk where it is too old to have them."""
    raw = bytearray(entry.length)
    file.pread_into(entry.offset, memoryview(raw))
    fixed = list(_FIXED.unpack_from(raw))
    extra, tags = bytes(raw[_FIXED.size :][: entry.extra_size]), bytes(raw[_FIXED.size + entry.extra_size :])
    if sizes and len(extra) < SIZES:
        extra = struct.pack(">QQ", entry.vm_state_size, entry.disk_size)
        fixed[8] = len(extra)
    if name is not None:
        tags = entry.id + name
        fixed[3] = len(name)
    return padded(_FIXED.pack(*fixed) + extra + tags)


def table(entries: Iterable[bytes]) -> bytes:
    """The whole table.  Raises SnapmgrError ``too-many-snapshots`` where QEMU would not read it any more."""
    parts = list(entries)
    whole = b"".join(parts)
    if len(parts) > MAX_SNAPSHOTS or len(whole) > MAX_TABLE:
        raise SnapmgrError(
            "too-many-snapshots", "the image holds as many snapshots as it can", hint="Delete some that are not needed."
        )
    return whole


def check_name(name: bytes) -> None:
    """Raise UsageError for a name that QEMU would cut off."""
    if not name:
        raise UsageError("snapshot-name", "a snapshot needs a name")
    if len(name) > LONGEST_NAME:
        raise UsageError(
            "snapshot-name",
            f"the name has {len(name)} bytes, {LONGEST_NAME} are the most",
            hint="Choose a shorter name.",
        )
    if b"\0" in name:
        raise UsageError("snapshot-name", "a snapshot's name cannot hold a zero byte")


def next_id(entries: Sequence[SnapshotEntry]) -> bytes:
    """One more than the largest id, ids that are no numbers counting as what they begin with (find_new_snapshot_id)."""
    numbers = [re.match(r"\s*(\d+)", entry.id_text) for entry in entries]
    return str(max([0, *(int(found[1]) for found in numbers if found and len(found[1]) < 20)]) + 1).encode()
