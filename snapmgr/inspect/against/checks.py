"""What devices check of the values that come, where QEMU says a text of its own.

The checks are put into the states that were made from a description; what comes is compared with what the target has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from snapmgr.inspect.against.compared import AtMost, ConfigurationSpace, Equal, Interrupts
from snapmgr.inspect.against.device_rules import arranged, post_load
from snapmgr.inspect.against.gpu_load import TYPE as GPU
from snapmgr.inspect.against.gpu_load import GpuLoad
from snapmgr.inspect.against.known import minimum_version, since
from snapmgr.inspect.against.virtio_load import TYPE as VIRTIO
from snapmgr.inspect.against.virtio_load import VirtioLoad
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Kind, Take
from snapmgr.vmstate.from_description import Nested
from snapmgr.vmstate.scalars import EQUAL_NAMES
from snapmgr.vmstate.state import VMState

Allows = Callable[[int, int], bool]

_EQUAL = frozenset(EQUAL_NAMES.values())
_AT_MOST, _PCI_CONFIG, _PCI_INTERRUPTS = "int32 le", "pci config", "pci irq state"
COMPARED_TYPES = _EQUAL | {_AT_MOST, _PCI_CONFIG, VIRTIO, GPU}
"""Types of fields whose values are compared with the target's own."""

_OTHER_CARD = "ERROR: Cannot migrate while device properties (subsys/subsys_ven) differ"


def _same(came: int, local: int) -> bool:
    return came == local


_VALID: dict[tuple[str, str], tuple[Allows, str]] = {
    ("hpet", "num_timers"): (
        lambda came, local: 3 <= came <= 32,
        "Input validation failed: hpet/num_timers in range",
    ),
    ("hpet", "num_timers_save"): (
        _same,
        "Input validation failed: hpet/num_timers must match",
    ),
    ("e1000e", "subsys"): (_same, _OTHER_CARD),
    ("e1000e", "subsys_ven"): (_same, _OTHER_CARD),
    ("cpu", "env.fpregs_format_vmstate"): (
        lambda came, local: not came,
        "Unsupported old non-softfloat CPU state",
    ),
}
"""By state and field: what devices take, and their text for the rest (hw/timer/hpet.c, hw/net/e1000e.c,
target/i386/machine.c)."""

COMPARED_NAMES = ("num_timers_save", "subsys", "subsys_ven")
"""Fields that are compared with the target's own value."""


def checked(state: VMState, *, own: bool, release: str, machine: str) -> VMState:
    """``state`` with the checks of its devices.  ``own`` says that the values before the load are the target's."""
    state = arranged(state)
    return replace(
        state,
        fields=tuple(_aged(state, _field(state, field, own, release, machine)) for field in state.fields),
        subsections=tuple(_below(sub, release, machine) for sub in state.subsections),
        post_load=post_load(state, release),
    )


def _below(state: VMState, release: str, machine: str) -> VMState:
    """A subsection, which is loaded into blank values.  The oldest version that it loads is looked up: a description
    tells the newest only."""
    state = replace(state, minimum=minimum_version(state.name, state.version, release))
    return checked(state, own=False, release=release, machine=machine)


def _aged(state: VMState, field: Field) -> Field:
    """Older versions of the state come without it."""
    version = since(state.name, field.name) or since(state.name, field.path[-1] if field.path else "")
    return replace(field, since=version) if version else field


def _field(state: VMState, field: Field, own: bool, release: str, machine: str) -> Field:
    kind = field.kind
    valid = _VALID.get((state.name, field.name))
    if valid is not None and (own or field.name not in COMPARED_NAMES):
        return replace(field, kind=Valid(kind, *valid))
    if isinstance(kind, Nested):
        below = checked(kind.state, own=own, release=release, machine=machine)
        return replace(field, kind=Nested(kind.type, below, kind.size))
    if kind.type == _PCI_INTERRUPTS:
        return replace(field, kind=Interrupts(kind))
    if not own:
        return field
    if kind.type == VIRTIO:
        return replace(field, kind=VirtioLoad(kind, state.name, release, machine))
    if kind.type == GPU:
        return replace(field, kind=GpuLoad(kind))
    if kind.type in _EQUAL:
        return replace(field, kind=Equal(kind))
    if kind.type == _AT_MOST:
        return replace(field, kind=AtMost(kind))
    return replace(field, kind=ConfigurationSpace(kind)) if kind.type == _PCI_CONFIG else field


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
