"""What the guest keeps on a disk: a head page that names the newest record, and records in slots all over the disk.

A record is one page: what it is, the hash of the record before it, and the hash of the transfer page that it replaces.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256

from snapmgr.block.device import BlockDevice
from snapmgr.machine.memory import PAGE
from snapmgr.machine.random import mix, numbers

MOST_SLOTS = 4096
"""Slots of a disk that are used, from its start on; the first has the head."""
_RECORD = struct.Struct("<8sQQQ32s32s")
_HEAD = struct.Struct("<8sQ32s")
_RECORD_MAGIC, _HEAD_MAGIC = b"SMCHAIN1", b"SMCHEAD1"
HEAD_SIZE = 512


@dataclass(frozen=True, slots=True)
class Record:
    """``before`` is the hash of the record before it, ``replaced`` that of the page it was written over."""

    number: int
    tick: int
    slot: int
    before: bytes
    replaced: bytes

    def page(self, state: int) -> bytes:
        """Its bytes, filled up with numbers from ``state``."""
        head = _RECORD.pack(_RECORD_MAGIC, self.number, self.tick, self.slot, self.before, self.replaced)
        return (head + numbers(state, (PAGE - len(head)) // 8).tobytes()).ljust(PAGE, b"\0")


def slots(device: BlockDevice) -> int:
    """Slots of this disk, 0 where it is too small to be written to."""
    count = min(device.size // PAGE, MOST_SLOTS)
    return count if count > 1 else 0


def choose_slot(device: BlockDevice, state: int) -> int:
    """Any slot but that of the head."""
    return 1 + mix(state) % (slots(device) - 1)


def is_slot(device: BlockDevice, slot: int) -> bool:
    return 0 < slot < slots(device)


def put(device: BlockDevice, slot: int, page: bytes) -> list[bytes]:
    """Write a record and name it in the head; returns the hashes of what both replaced."""
    replaced = [_hash_at(device, slot * PAGE, PAGE), _hash_at(device, 0, HEAD_SIZE)]
    device.pwrite(slot * PAGE, [memoryview(page)])
    head = _HEAD.pack(_HEAD_MAGIC, slot, sha256(page).digest()).ljust(HEAD_SIZE, b"\0")
    device.pwrite(0, [memoryview(head)])
    return replaced


def holds(device: BlockDevice, slot: int, digest: bytes) -> bool:
    """Whether the head names this record, and it is there."""
    head = bytearray(_HEAD.size)
    device.pread_into(0, memoryview(head))
    return _HEAD.unpack(head) == (_HEAD_MAGIC, slot, digest) and _hash_at(device, slot * PAGE, PAGE) == digest


def has(device: BlockDevice, slot: int, page: bytes) -> bool:
    """Whether this is what the slot holds, whatever the head says."""
    return _hash_at(device, slot * PAGE, PAGE) == sha256(page).digest()


def _hash_at(device: BlockDevice, offset: int, length: int) -> bytes:
    data = bytearray(length)
    device.pread_into(offset, memoryview(data))
    return sha256(data).digest()
