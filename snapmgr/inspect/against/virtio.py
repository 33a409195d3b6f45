"""What a virtio device on PCI has agreed on with its guest, read from its section (hw/virtio/virtio.c: virtio_save).

The section begins with the PCI function, the table of its interrupts, and the device's status; the features that the
guest took follow.  What the host offered does not travel: a loader compares these bits with what it offers itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from snapmgr.inspect.against.virtio_names import own_names
from snapmgr.wire.wording import VERSIONS

_CONVENTIONAL, _EXTENDED, _EXPRESS = 256, 4096, 0x10
"""Bytes of a PCI function's configuration, the latter where it has the capability of PCI Express."""

_INTERRUPTS, _VERSION = 16, 4
_STATUS, _HAS_CAPABILITIES, _LIST, _MSIX = 6, 0x10, 0x34, 0x11
_VENDOR = (0x1AF4).to_bytes(2, "little")
_MAX_CONFIG = 4096
_MOST_PORTS = 512
_HIGH = b"\x05\x15virtio/64bit_features"

_RELEASE_BITS = dict.fromkeys(VERSIONS, 0x179000000)
_RING_RESET, _SINCE = 40, (7, 2)
_DEFAULT = {
    "virtio-net": 0xBF8064,
    "virtio-blk": 0x6E54,
    "virtio-scsi": 0x6,
    "virtio-balloon": 0x12,
    "virtio-rng": 0,
    "virtio-input": 0,
    "virtio-console": 0x6,
    "virtio-gpu": 0x2,
}
"""What each kind offers by itself (m)."""
_BY_OPTION = 1 << 33 | 1 << 34 | 1 << 40
"""What an option makes any of them offer: iommu_platform, packed, queue_reset."""
_MANY_QUEUES = {"virtio-blk": (12, 1), "virtio-net": (22, 3)}
"""MQ of both, and with how many queues it is not offered yet."""
_VERSION_OF_MACHINE = re.compile(r"-(\d+)\.(\d+)$")


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a device's section, up to its own part: ``config`` of its PCI function, how many interrupts and
    queues it has, what the guest took; ``own`` is what follows, its own part first; ``ports`` of a console are bits in
    words."""

    config: bytes
    vectors: int
    features: int
    queues: int
    own: bytes

    @property
    def ports(self) -> bytes:
        most = int.from_bytes(self.own[4:8])
        return self.own[8 : 8 + -(-min(most, _MOST_PORTS) // 32) * 4]


def head_of(payload: bytes) -> Head | None:
    """None where the section cannot be read so: another transport, or damage."""
    config = payload[_VERSION : _VERSION + _CONVENTIONAL]
    if len(config) < _CONVENTIONAL or config[:2] != _VENDOR:
        return None
    express = any(config[at] == _EXPRESS for at in _capabilities(config))
    return _head(payload, _EXTENDED if express else _CONVENTIONAL)


def features(payload: bytes) -> int | None:
    """Bits that the guest took, None where the section cannot be read so."""
    head = head_of(payload)
    return None if head is None else head.features


def allowed(kind: str, release: str, machine: str, queues: int, *, headers: bool) -> int | None:
    """What a device of the target offers when its options are the usual ones; None where that is not known.

    ``headers`` says of a network that it passes them on, and much with them.
    """
    own = _DEFAULT.get(kind)
    if own is None or (headers and kind == "virtio-net"):
        return None
    offered = _RELEASE_BITS[release] | own
    version = _VERSION_OF_MACHINE.search(machine)
    if version is None or (int(version[1]), int(version[2])) >= _SINCE:
        offered |= 1 << _RING_RESET
    bit, few = _MANY_QUEUES.get(kind, (0, queues))
    return offered | 1 << bit if queues > few else offered


def may_offer(kind: str) -> int:
    """What options could make it offer beside that."""
    return _BY_OPTION | sum(1 << bit for bit in own_names(kind))


def _head(payload: bytes, size: int) -> Head | None:
    config = payload[_VERSION : _VERSION + size]
    if len(config) < size:
        return None
    at, vectors = _VERSION + size + _INTERRUPTS, _vectors(config)
    if vectors:
        at += vectors * 16 + -(-vectors // 8) + 2
    head = payload[at : at + 12]
    registers = int.from_bytes(head[8:12])
    if len(head) < 12 or registers > _MAX_CONFIG:
        return None
    at += 12 + registers
    queues = int.from_bytes(payload[at : at + 4])
    at += 4 + queues * (16 if vectors else 14)
    return Head(config, vectors, _whole_features(payload, int.from_bytes(head[4:8])), queues, payload[at:])


def _whole_features(payload: bytes, low: int) -> int:
    high = payload.find(_HIGH)
    start = high + len(_HIGH) + 4
    whole = payload[start : start + 8] if high >= 0 else b""
    return int.from_bytes(whole) if len(whole) == 8 and int.from_bytes(whole[4:]) == low else low


def _vectors(config: bytes) -> int:
    """Entries of its table of interrupts, 0 where it has none."""
    for at in _capabilities(config):
        if config[at] == _MSIX:
            return (int.from_bytes(config[at + 2 : at + 4], "little") & 0x7FF) + 1
    return 0


def _capabilities(config: bytes) -> Iterator[int]:
    seen = set[int]()
    at = config[_LIST] if config[_STATUS] & _HAS_CAPABILITIES else 0
    while 0x40 <= at < 0xFC and at not in seen:
        seen.add(at)
        yield at
        at = config[at + 1]
