"""The note that a guest's kernel left for whoever dumps it: VMCOREINFO, which tells crash where the kernel lies.

The device vmcoreinfo keeps where in the guest's memory it is and how long (hw/misc/vmcoreinfo.c); what stands there is
an ELF note, taken over as it is (dump/dump.c).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from snapmgr.inspect.guest_memory import Placed
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.state import decoded, leaves, sections

_NAME = b"VMCOREINFO\0"
_FORMAT_ELF = 1
_HEAD = 12
_MOST = 1 << 20
"""Bytes: QEMU takes no longer one."""


def guest_note(index: StreamIndex, placed: Sequence[Placed]) -> bytes:
    """The note, padded to words; empty where there is no such device, the kernel told it nothing, or what stands in
    RAM there is no such note.  Raises what reading RAM raises."""
    for record in sections(index, "vmcoreinfo")[:1]:
        fields = leaves(decoded(index, record))
        guest_format, size, address = (
            int.from_bytes(fields.get(f"vmcoreinfo.{name}", b"")) for name in ("guest_format", "size", "paddr")
        )
        if guest_format == _FORMAT_ELF and _HEAD < size <= _MOST:
            return _cut(_physical(index, placed, address, size))
    return b""


def _cut(data: bytes) -> bytes:
    if len(data) < _HEAD:
        return b""
    name, body, _ = struct.unpack_from("<III", data)
    at = _HEAD + (-(-name // 4) * 4)
    if data[_HEAD : _HEAD + name] != _NAME or at + body > len(data):
        return b""
    return data[: at + body].ljust(at + -(-body // 4) * 4, b"\0")


def _physical(index: StreamIndex, placed: Sequence[Placed], address: int, size: int) -> bytes:
    for part in placed:
        if part.address <= address and address + size <= part.address + part.length:
            return index.ram.read(part.block, part.offset + address - part.address, size)
    return b""
