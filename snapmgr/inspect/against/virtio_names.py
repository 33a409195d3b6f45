"""Features of virtio devices by name, and the property of the device that has QEMU offer them."""

from __future__ import annotations

from collections.abc import Iterable

_COMMON = {
    24: "NOTIFY_ON_EMPTY",
    27: "ANY_LAYOUT",
    28: "RING_INDIRECT_DESC",
    29: "RING_EVENT_IDX",
    30: "BAD_FEATURE",
    32: "VERSION_1",
    33: "ACCESS_PLATFORM",
    34: "RING_PACKED",
    35: "IN_ORDER",
    36: "ORDER_PLATFORM",
    37: "SR_IOV",
    38: "NOTIFICATION_DATA",
    40: "RING_RESET",
}
_OWN = {
    "virtio-net": "CSUM GUEST_CSUM CTRL_GUEST_OFFLOADS MTU - MAC GSO GUEST_TSO4 GUEST_TSO6 GUEST_ECN GUEST_UFO "
    "HOST_TSO4 HOST_TSO6 HOST_ECN HOST_UFO MRG_RXBUF STATUS CTRL_VQ CTRL_RX CTRL_VLAN CTRL_RX_EXTRA GUEST_ANNOUNCE MQ "
    "CTRL_MAC_ADDR",
    "virtio-blk": "BARRIER SIZE_MAX SEG_MAX - GEOMETRY RO BLK_SIZE SCSI - FLUSH TOPOLOGY CONFIG_WCE MQ DISCARD "
    "WRITE_ZEROES",
    "virtio-balloon": "MUST_TELL_HOST STATS_VQ DEFLATE_ON_OOM FREE_PAGE_HINT PAGE_POISON REPORTING",
    "virtio-scsi": "INOUT HOTPLUG CHANGE T10_PI",
    "virtio-gpu": "VIRGL EDID RESOURCE_UUID RESOURCE_BLOB CONTEXT_INIT",
    "virtio-console": "SIZE MULTIPORT EMERG_WRITE",
}
"""Names by bit, from 0 (VIRTIO 1.2, each device's "Feature bits")."""


_HIGH = {"virtio-net": {57: "HASH_REPORT", 60: "RSS", 61: "RSC_EXT", 62: "STANDBY", 63: "SPEED_DUPLEX"}}
_OPTIONS = {
    "VERSION_1": "disable-modern=off",
    "ACCESS_PLATFORM": "iommu_platform=on",
    "RING_PACKED": "packed=on",
    "RING_INDIRECT_DESC": "indirect_desc=on",
    "RING_EVENT_IDX": "event_idx=on",
    "RING_RESET": "queue_reset=on",
    "IN_ORDER": "in_order=on",
    "NOTIFY_ON_EMPTY": "notify_on_empty=on",
    "ANY_LAYOUT": "any_layout=on",
}
_OWN_OPTIONS = {
    "virtio-net": {name: f"{name.lower()}=on" for name in [*_OWN["virtio-net"].split(), "RSS"] if name != "-"}
    | {"MTU": "host_mtu=1500", "HASH_REPORT": "hash=on", "RSC_EXT": "guest_rsc_ext=on"},
    "virtio-blk": {
        "SCSI": "scsi=on",
        "CONFIG_WCE": "config-wce=on",
        "MQ": "num-queues=2",
        "DISCARD": "discard=on",
        "WRITE_ZEROES": "write-zeroes=on",
    },
    "virtio-scsi": {"HOTPLUG": "hotplug=on", "CHANGE": "param_change=on"},
    "virtio-balloon": {
        "DEFLATE_ON_OOM": "deflate-on-oom=on",
        "FREE_PAGE_HINT": "free-page-hint=on",
        "PAGE_POISON": "page-poison=on",
        "REPORTING": "free-page-reporting=on",
    },
    "virtio-gpu": {"EDID": "edid=on", "RESOURCE_BLOB": "blob=on"},
    "virtio-console": {"EMERG_WRITE": "emergency-write=on"},
}
"""By kind and name (DEFINE_PROP_BIT64 of hw/virtio and of the devices)."""


_ONLY_IN = {"scsi=on": ("7.2",), "emergency-write=on": ("7.2", "10.0"), "in_order=on": ("10.0", "11.1")}
"""Properties that not every release has (-device NAME,help of 7.2, 10.0 and 11.1)."""


def own_names(kind: str) -> dict[int, str]:
    """The features that only this kind of device has, by bit."""
    named = {bit: name for bit, name in enumerate(_OWN.get(kind, "").split()) if name != "-"}
    return named | _HIGH.get(kind, {})


def feature_names(kind: str, bits: int) -> list[str]:
    """What the bits of a device (``virtio-net``) are called, those without a name by their number."""
    names = _COMMON | own_names(kind)
    return [names.get(bit, f"bit {bit}") for bit in range(bits.bit_length()) if bits >> bit & 1]


def feature_options(kind: str, bits: int, releases: Iterable[str]) -> list[str]:
    """Properties of the device that have QEMU offer these bits, of those that one is known for in all ``releases``."""
    known = _OPTIONS | _OWN_OPTIONS.get(kind, {})
    options = [known[name] for name in feature_names(kind, bits) if name in known]
    wanted = set(releases)
    return [option for option in options if option not in _ONLY_IN or wanted <= set(_ONLY_IN[option])]
