"""Parts of a virtio device that are states of their own (hw/virtio/virtio.c, virtio-pci.c, hw/net/virtio-net.c and
its like): what a load makes of their names and versions comes from these declarations.

The object that they are loaded into is a ``Guest``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from snapmgr.vmstate import fields as f
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Take
from snapmgr.vmstate.load import load_bytes, take_state
from snapmgr.vmstate.state import VMState

MOST_QUEUES = 1024
_ADDRESS, _VLANS, _KEY = 6, 512, 40
_OFFLOADS = 2


@dataclass
class Guest:
    """What a load keeps: features that the guest took, and numbers that others depend on; the target's own before."""

    features: int = 0
    queue_pairs: int = 1
    current_pairs: int = 1
    addresses: int = 0
    indirections: int = 0
    header: bool = True
    """Whether its network passes headers on (vnet_hdr)."""
    fragments: bool = True
    """Whether it takes UDP in fragments (TUN_F_UFO)."""


class _Within:
    """A state of another name inside of a field (``k->load_extra_state``)."""

    def __init__(self, state: VMState) -> None:
        self._state = state

    def save(self, value: Any, out: bytearray) -> None:
        raise NotImplementedError("these states are only loaded")

    def load(self, value: Any) -> Take[Any]:
        yield from take_state(self._state, value, self._state.version)
        return value


class _Sized:
    """Bytes whose number was read before."""

    def __init__(self, attribute: str, unit: int) -> None:
        self._attribute, self._unit = attribute, unit

    def save(self, value: Any, out: bytearray) -> None:
        raise NotImplementedError("these states are only loaded")

    def load(self, value: Any) -> Take[Any]:
        yield getattr(value, self._attribute) * self._unit
        return value


class _Queues:
    """A struct for each queue that there may be; ``sizes`` of its fields in bytes, by name."""

    def __init__(self, state: str, **sizes: int) -> None:
        self._state, self._sizes = state, sizes

    def save(self, value: Any, out: bytearray) -> None:
        raise NotImplementedError("these states are only loaded")

    def load(self, value: Any) -> Take[Any]:
        """Where it is cut, the error names the field of the struct, too."""
        size = sum(self._sizes.values())
        try:
            yield MOST_QUEUES * size
        except VMStateError as error:
            left = error.available % size
            ends = zip(self._sizes, accumulate(self._sizes.values()), strict=True)
            name = next(name for name, end in ends if end > left)
            error.report(f"Failed to load {self._state}:{name.replace('__', '.')}")
            raise
        return value


def _state(name: str, *fields: Field, subsections: tuple[VMState, ...] = (), **more: Any) -> VMState:
    return VMState(name, fields=fields, subsections=subsections, **more)


_MODERN = _state(
    "virtio_pci/modern_state",
    f.unused(4, name="dfselect"),
    f.unused(4, name="gfselect"),
    f.unused(8, name="guest_features"),
    f.opaque(
        "vqs", "struct", _Queues("virtio_pci/modern_queue_state", num=2, unused=1, enabled=1, desc=8, avail=8, used=8)
    ),
)
_PCI = _state("virtio_pci", subsections=(_MODERN,))

_PACKED = _Queues(
    "packed_virtqueue_state",
    last_avail_idx=2,
    last_avail_wrap_counter=1,
    used_idx=2,
    used_wrap_counter=1,
    inuse=4,
)

VIRTIO = _state(
    "virtio",
    subsections=(
        _state("virtio/device_endian", f.unused(1, name="device_endian")),
        _state("virtio/64bit_features", f.u64("features", name="guest_features")),
        _state(
            "virtio/virtqueues", f.opaque("vq", "struct", _Queues("virtqueue_state", vring__avail=8, vring__used=8))
        ),
        _state("virtio/ringsize", f.opaque("vq", "struct", _Queues("ringsize_state", vring__num_default=4))),
        _state("virtio/broken", f.unused(1, name="broken")),
        _state("virtio/extra_state", f.opaque("extra_state", "virtio_extra_state", _Within(_PCI))),
        _state("virtio/started", f.unused(1, name="started")),
        _state("virtio/packed_virtqueues", f.opaque("vq", "struct", _PACKED)),
        _state("virtio/disabled", f.unused(1, name="disabled")),
    ),
)
"""Behind every device's own part; it has no fields."""


def _check_pairs(guest: Guest) -> None:
    if guest.current_pairs > guest.queue_pairs:
        text = f"virtio-net: curr_queue_pairs {guest.current_pairs:x} > max_queue_pairs {guest.queue_pairs:x}"
        message = f"{guest.current_pairs} pairs of queues are in use, and the target has {guest.queue_pairs}"
        raise VMStateError("virtio-queues", message, qemu=text)


class _OtherPairs:
    """One word for each pair of queues in use but the first."""

    def save(self, value: Any, out: bytearray) -> None:
        raise NotImplementedError("these states are only loaded")

    def load(self, value: Guest) -> Take[Any]:
        _check_pairs(value)
        if value.current_pairs > 1:
            yield 4 * (value.current_pairs - 1)
        return value


class _NotWithout:
    """Says whether the sender's network can do something, which the target's must be able to do then."""

    def __init__(self, size: int, attribute: str, text: str) -> None:
        self._size, self._attribute, self._text = size, attribute, text

    def save(self, value: Any, out: bytearray) -> None:
        raise NotImplementedError("these states are only loaded")

    def load(self, value: Guest) -> Take[Any]:
        sent = any((yield self._size))
        if sent and not getattr(value, self._attribute):
            raise VMStateError("virtio-net", "the network of the sender could more than the target's", qemu=self._text)
        setattr(value, self._attribute, sent)
        return value


_NET = VMState(
    "virtio-net-device",
    version=11,
    fields=(
        f.unused(_ADDRESS, name="mac"),
        f.unused(4, name="vqs"),
        f.unused(4, name="mergeable_rx_bufs"),
        f.unused(2, name="status"),
        f.unused(1, name="promisc"),
        f.unused(1, name="allmulti"),
        f.u32("addresses", name="mac_table.in_use"),
        f.opaque("mac_table.macs", "buffer", _Sized("addresses", _ADDRESS)),
        f.unused(_VLANS, name="vlans"),
        f.opaque("tmp", "tmp", _NotWithout(4, "header", "virtio-net: saved image requires vnet_hdr=on")),
        *(f.unused(1, name=name) for name in ("mac_table.multi_overflow", "mac_table.uni_overflow", "alluni")),
        *(f.unused(1, name=name) for name in ("nomulti", "nouni", "nobcast")),
        f.opaque("tmp", "tmp", _NotWithout(1, "fragments", "virtio-net: saved image requires TUN_F_UFO support")),
        f.u16("queue_pairs", name="max_queue_pairs", equal=True, exists=lambda guest, version: guest.queue_pairs > 1),
        f.u16("current_pairs", name="curr_queue_pairs", exists=lambda guest, version: guest.queue_pairs > 1),
        f.opaque("vqs_1", "tmp", _OtherPairs()),
        f.unused(8, name="curr_guest_offloads", exists=lambda guest, version: bool(guest.features >> _OFFLOADS & 1)),
    ),
    subsections=(
        _state(
            "virtio-net-device/rss",
            f.unused(3, name="rss_data.enabled"),
            f.unused(4, name="rss_data.hash_types"),
            f.u16("indirections", name="rss_data.indirections_len"),
            f.unused(2, name="rss_data.default_queue"),
            f.unused(_KEY, name="rss_data.key"),
            f.opaque("rss_data.indirections_table", "uint16", _Sized("indirections", 2)),
        ),
    ),
)
_BALLOON = _state(
    "virtio-balloon-device",
    f.unused(4, name="num_pages"),
    f.unused(4, name="actual"),
    subsections=(
        _state("virtio-balloon-device/free-page-report", f.unused(8, name="free_page_hint_cmd_id")),
        _state("virtio-balloon-device/page-poison", f.unused(4, name="poison_val")),
    ),
)
NET = "virtio-net"
OWN = {NET: _NET, "virtio-balloon": _BALLOON}
"""By the device's name: the part between the queues and what all have (``vdc->vmsd``)."""


def guest_of(name: str, queues: int, own: bytes) -> Guest:
    """A target of so many queues, whose own part begins ``own``."""
    guest = Guest(queue_pairs=max(queues // 2, 1))
    if name == NET:
        local = Guest(queue_pairs=guest.queue_pairs)
        try:
            load_bytes(_NET, local, own)
        except VMStateError:
            return guest
        guest.header, guest.fragments = local.header, local.fragments
    return guest
