"""What devices check of the values that come, where QEMU says a text of its own.

The checks are put into the states that were made from a description; what comes is compared with what the target has.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from snapmgr.vmstate.buffers import Buffer
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Kind, Take
from snapmgr.vmstate.from_description import Nested
from snapmgr.vmstate.state import VMState

_PCI_DEVICE = "PCIDevice"
_STATUS, _CAPABILITY_LIST = 6, 0x34
_HAS_CAPABILITIES = 0x10
_COMPARED = {at: 0xFF for at in (0, 1, 2, 3, 8, 9, 0xA, 0xB, 0xE, _CAPABILITY_LIST)} | {_STATUS: _HAS_CAPABILITIES}
"""Bits of a PCI function's configuration space that must be equal: identity, class, header type, and where the list
of capabilities begins (hw/pci/pci.c: pci_init_cmask)."""


def checked(state: VMState) -> VMState:
    """``state`` with the checks of its devices."""
    return replace(state, fields=tuple(_field(state, field) for field in state.fields))


def _field(state: VMState, field: Field) -> Field:
    kind = field.kind
    if isinstance(kind, Nested):
        return replace(field, kind=Nested(kind.type, checked(kind.state), kind.size))
    if state.name == _PCI_DEVICE and field.name == "config" and isinstance(kind, Buffer):
        return replace(field, kind=ConfigurationSpace(kind))
    return field


class ConfigurationSpace(Kind):
    """The registers of a PCI function (hw/pci/pci.c: get_pci_config_device)."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self.type, self.size = buffer.type, buffer.size

    def load(self, value: Any, owner: Any) -> Take[Any]:
        """Raises VMStateError for the first byte that belongs to another device."""
        loaded: Any = yield from self._buffer.load(bytes(self.size), owner)
        local = bytes(value)
        if any(local):
            for at, mask in _masks(local):
                if (loaded[at] ^ local[at]) & mask:
                    raise _differs(at, loaded[at], local[at], mask)
        return loaded


def _masks(local: bytes) -> list[tuple[int, int]]:
    """Places that are compared, in order; heads of capabilities too (pci_add_capability)."""
    found = dict(_COMPARED)
    at = local[_CAPABILITY_LIST] if local[_STATUS] & _HAS_CAPABILITIES else 0
    while 0x40 <= at < 0xFF and at not in found:
        found[at] = found[at + 1] = 0xFF
        at = local[at + 1]
    return sorted(found.items())


def _differs(at: int, read: int, local: int, mask: int) -> VMStateError:
    text = (
        f"get_pci_config_device: Bad config data: i=0x{at:x} read: {read:x} device: {local:x} "
        f"cmask: {mask:x} wmask: 0 w1cmask:0"
    )
    message = f"byte {at:#x} of the PCI configuration is {read:#04x}, {local:#04x} in the target: another device"
    return VMStateError("pci-config", message, qemu=text)
