"""Values that a device compares with its own while it is loaded, and what it says of others.

A value that is cut is compared with the zeros that QEMU reads in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapmgr.inspect.against.pci_bars import window_masks
from snapmgr.vmstate.buffers import Buffer
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Kind, Take
from snapmgr.vmstate.load import LookedBeyond
from snapmgr.vmstate.scalars import Number
from snapmgr.vmstate.state import VMState

_STATUS, _REVISION, _CAPABILITY_LIST = 6, 8, 0x34
_HAS_CAPABILITIES = 0x10
_MSIX, _MSIX_LENGTH, _MSIX_WRITABLE = 0x11, 12, 0xC0
_VENDOR_OWN, _WINDOW = 0x09, 5
"""Capabilities of virtio, and the kind of them that a guest writes to (virtio-pci.c: VIRTIO_PCI_CAP_PCI_CFG)."""
_BARS = range(0x10, 0x28, 4)
_VIRTIO = (0x1AF4).to_bytes(2, "little")
_EXTENDED = 0x100
_COMPARED = dict.fromkeys((0, 1, 2, 3, 8, 9, 10, 11, 14, _CAPABILITY_LIST), 255) | {_STATUS: _HAS_CAPABILITIES}
"""Bits of a PCI function's configuration space that must be equal: identity, class, header type, and where the list
of capabilities begins (hw/pci/pci.c: pci_init_cmask)."""


class Compared(Kind):
    """A value of ``size`` bytes that ``compare`` may refuse."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.type, self.size = kind.type, kind.size

    def compare(self, loaded: bytes, local: Any) -> None:
        """Raise VMStateError for bytes that the target does not take, where it has ``local``."""
        raise NotImplementedError

    def load(self, value: Any, owner: Any) -> Take[Any]:
        """Raises VMStateError; what is refused is worth more than that it is cut."""
        try:
            loaded = bytes((yield -self.size))
        except LookedBeyond as beyond:
            self.compare(beyond.held.ljust(self.size, b"\0"), value)
            raise
        self.compare(loaded, value)
        return (yield from self._kind.load(value, owner))


class Equal(Compared):
    """Numbers that both sides must have (vmstate-types.c: get_uint8_equal and its like); printed without a sign."""

    def compare(self, loaded: bytes, local: Any) -> None:
        mask = (1 << 8 * self.size) - 1
        came, here = int.from_bytes(loaded), int(local) & mask
        if came != here:
            message = f"{came:#x} in the stream, {here:#x} in the target"
            text = f"{here:x} != {came:x}"
            raise VMStateError("value-differs", message, qemu=text, chain=text)


class AtMost(Compared):
    """An int32 that may be less than the target's (vmstate-types.c: get_int32_le)."""

    def compare(self, loaded: bytes, local: Any) -> None:
        came = int.from_bytes(loaded, signed=True)
        if not 0 <= came <= local:
            text = f"Invalid value {came} expecting positive value <= {local}"
            raise VMStateError("value-range", f"{came} is not between 0 and {local}", qemu=text, chain=text)


class Interrupts(Compared):
    """Levels of a PCI function's four interrupts (hw/pci/pci.c: get_pci_irq_state)."""

    def compare(self, loaded: bytes, local: Any) -> None:
        for at in range(0, len(loaded), 4):
            level = int.from_bytes(loaded[at : at + 4], signed=True)
            if level not in (0, 1):
                text = f"irq state {level}: must be 0 or 1."
                raise VMStateError("pci-interrupt", f"the interrupt's level is {level}, not 0 or 1", qemu=text)


class ConfigurationSpace(Compared):
    """The registers of a PCI function (hw/pci/pci.c: get_pci_config_device)."""

    def compare(self, loaded: bytes, local: Any) -> None:
        for at, mask, writable in _masks(bytes(local)):
            if (loaded[at] ^ local[at]) & mask & ~writable:
                raise _differs(at, loaded, bytes(local), mask, writable)


def _masks(local: bytes) -> list[tuple[int, int, int]]:
    """(place, bits that are compared, bits that a guest may write), in order; capabilities too: of those whose length
    is known all bytes, of others the head (pci_add_capability)."""
    found = {at: (mask, 0) for at, mask in _COMPARED.items()}
    if local[:2] == _VIRTIO:
        found.update((at, (0xFF, 0)) for at in _BARS if local[at] and not local[at] & 1)
    found.update(window_masks(local))
    found.update((place, (0xFF, 0)) for at in _extended(local) for place in range(at, at + 4))
    at = local[_CAPABILITY_LIST] if local[_STATUS] & _HAS_CAPABILITIES else 0
    while 0x40 <= at < 0xFF and at not in found:
        kind, length = local[at], 2
        if kind == _MSIX:
            length = _MSIX_LENGTH
        elif kind == _VENDOR_OWN and local[:2] == _VIRTIO:
            length = local[at + 2]
        found.update((place, (0xFF, 0)) for place in range(at, min(at + length, len(local))))
        if kind == _MSIX:
            found[at + 3] = (0xFF, _MSIX_WRITABLE)
        elif length > 2 and local[at + 3] == _WINDOW:
            found.update((place, (0xFF, 0xFF)) for place in (at + 4, *range(at + 8, min(at + length, len(local)))))
        at = local[at + 1]
    return sorted((place, *masks) for place, masks in found.items())


def _extended(local: bytes) -> Iterator[int]:
    """Where capabilities of PCI Express begin; of each the head (hw/pci/pcie.c: pcie_add_capability)."""
    at = _EXTENDED
    while _EXTENDED <= at <= len(local) - 4:
        head = int.from_bytes(local[at : at + 4], "little")
        if not head:
            return
        yield at
        following = head >> 20
        at = following if following > at else 0


def _differs(at: int, loaded: bytes, local: bytes, mask: int, writable: int) -> VMStateError:
    fresh = local[at] & ~writable  # a guest has written nothing yet where a stream comes in
    text = (
        f"get_pci_config_device: Bad config data: i=0x{at:x} read: {loaded[at]:x} device: {fresh:x} "
        f"cmask: {mask:x} wmask: {writable:x} w1cmask:0"
    )
    place = f"byte {at:#x} of the PCI configuration is {loaded[at]:#04x}, {local[at]:#04x} in the target"
    return VMStateError("pci-config", f"{place}: {_meaning(at, loaded, local)}", qemu=text)


def _meaning(at: int, loaded: bytes, local: bytes) -> str:
    """What most likely differs between the two functions (PCI 3.0, 6.1 and 6.8.2; virtio 1.2, 4.1.4)."""
    same_device = loaded[:4] == local[:4]
    if same_device and at == _CAPABILITY_LIST and local[:2] == _VIRTIO:
        return "one of both has no interface of virtio 1.0 (disable-modern), or another number of vectors"
    table = _table_of(local)
    if same_device and table is not None and at in (table + 2, table + 3):
        came, here = (int.from_bytes(config[table + 2 : table + 4], "little") & 0x7FF for config in (loaded, local))
        return f"{came + 1} interrupt vectors, and {here + 1} in the target (vectors={came + 1} gives it as many)"
    if at == _REVISION and same_device:
        return "another revision of the same device, as other machine types have it"
    return "another device" if not same_device else "other properties of the same device"


def _table_of(config: bytes) -> int | None:
    """Where the capability of MSI-X stands."""
    at, seen = config[_CAPABILITY_LIST] if config[_STATUS] & _HAS_CAPABILITIES else 0, set[int]()
    while 0x40 <= at < 0xFC and at not in seen:
        if config[at] == _MSIX:
            return at
        seen.add(at)
        at = config[at + 1]
    return None


def pci_function(size: int) -> VMState:
    """A PCI function with ``size`` bytes of configuration, inside of a device whose description does not tell it
    (hw/pci/pci.c: vmstate_pci_device)."""
    return VMState(
        "PCIDevice",
        version=2,
        minimum=1,
        fields=(
            Field("version_id", AtMost(Number("int32")), ("version_id",)),
            Field("config", ConfigurationSpace(Buffer(size)), ("config",)),
            Field("irq_state", Interrupts(Buffer(16)), ("irq_state",)),
        ),
    )


PCI_FUNCTIONS = {size: pci_function(size) for size in (256, 4096)}
