"""What devices check of the values that come, where QEMU says a text of its own.

The checks are put into the states that were made from a description; what comes is compared with what the target has.
A value that is cut is compared with the zeros that QEMU reads in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Kind, Take
from snapmgr.vmstate.from_description import Nested
from snapmgr.vmstate.load import LookedBeyond
from snapmgr.vmstate.scalars import EQUAL_NAMES
from snapmgr.vmstate.state import VMState

Allows = Callable[[int, int], bool]

_EQUAL = frozenset(EQUAL_NAMES.values())
_AT_MOST, _PCI_CONFIG, _PCI_INTERRUPTS = "int32 le", "pci config", "pci irq state"
COMPARED_TYPES = _EQUAL | {_AT_MOST, _PCI_CONFIG}
"""Types of fields whose values are compared with the target's own."""

_STATUS, _CAPABILITY_LIST = 6, 0x34
_HAS_CAPABILITIES = 0x10
_COMPARED = dict.fromkeys((0, 1, 2, 3, 8, 9, 10, 11, 14, _CAPABILITY_LIST), 255) | {_STATUS: _HAS_CAPABILITIES}
"""Bits of a PCI function's configuration space that must be equal: identity, class, header type, and where the list
of capabilities begins (hw/pci/pci.c: pci_init_cmask)."""


_VALID: dict[tuple[str, str], tuple[Allows, str]] = {
    ("hpet", "num_timers"): (
        lambda came, local: 3 <= came <= 32,
        "Input validation failed: hpet/num_timers in range",
    ),
    ("hpet", "num_timers_save"): (
        lambda came, local: bool(came == local),
        "Input validation failed: hpet/num_timers must match",
    ),
    ("cpu", "env.fpregs_format_vmstate"): (
        lambda came, local: not came,
        "Unsupported old non-softfloat CPU state",
    ),
}
"""By state and field: what devices take, and their text for the rest (hw/timer/hpet.c, target/i386/machine.c)."""

COMPARED_NAMES = ("num_timers_save",)
"""Fields that are compared with the target's own value."""


def checked(state: VMState, *, own: bool) -> VMState:
    """``state`` with the checks of its devices.  ``own`` says that the values before the load are the target's."""
    return replace(state, fields=tuple(_field(state, field, own) for field in state.fields))


def _field(state: VMState, field: Field, own: bool) -> Field:
    kind = field.kind
    valid = _VALID.get((state.name, field.name))
    if valid is not None and (own or field.name not in COMPARED_NAMES):
        return replace(field, kind=Valid(kind, *valid))
    if isinstance(kind, Nested):
        return replace(field, kind=Nested(kind.type, checked(kind.state, own=own), kind.size))
    if kind.type == _PCI_INTERRUPTS:
        return replace(field, kind=Interrupts(kind))
    if not own:
        return field
    if kind.type in _EQUAL:
        return replace(field, kind=Equal(kind))
    if kind.type == _AT_MOST:
        return replace(field, kind=AtMost(kind))
    return replace(field, kind=ConfigurationSpace(kind)) if kind.type == _PCI_CONFIG else field


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


class Valid(Kind):
    """A number that the device refuses unless ``allows(value, the target's)``, with a text of its own."""

    def __init__(self, kind: Kind, allows: Allows, text: str) -> None:
        self._kind, self._allows, self._text = kind, allows, text
        self.type, self.size = kind.type, kind.size

    def load(self, value: Any, owner: Any) -> Take[Any]:
        """Raises VMStateError behind the number, as QEMU checks it when it is loaded."""
        loaded = yield from self._kind.load(value, owner)
        if not self._allows(loaded, value):
            raise VMStateError("validation", f"{loaded} is no value for it", qemu=self._text)
        return loaded


class Equal(Compared):
    """Numbers that both sides must have (vmstate-types.c: get_uint8_equal and its like); printed without a sign."""

    def compare(self, loaded: bytes, local: Any) -> None:
        mask = (1 << 8 * self.size) - 1
        came, here = int.from_bytes(loaded), int(local) & mask
        if came != here:
            message = f"{came:#x} in the stream, {here:#x} in the target"
            raise VMStateError("value-differs", message, qemu=f"{here:x} != {came:x}")


class AtMost(Compared):
    """An int32 that may be less than the target's (vmstate-types.c: get_int32_le)."""

    def compare(self, loaded: bytes, local: Any) -> None:
        came = int.from_bytes(loaded, signed=True)
        if not 0 <= came <= local:
            text = f"Invalid value {came} expecting positive value <= {local}"
            raise VMStateError("value-range", f"{came} is not between 0 and {local}", qemu=text)


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
        for at, mask in _masks(bytes(local)):
            if (loaded[at] ^ local[at]) & mask:
                raise _differs(at, loaded[at], local[at], mask)


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
