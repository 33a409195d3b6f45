"""Loading a virtio device, as QEMU does it: what it checks of what comes, and what it says then.

Behaviour: hw/virtio/virtio.c (virtio_load), virtio-pci.c (virtio_pci_load_config, virtio_pci_load_queue), and the
``load`` of the devices.  A description tells of all this its size only.  Nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from snapmgr.errors import Unsupported
from snapmgr.inspect.against.compared import PCI_FUNCTIONS
from snapmgr.inspect.against.virtio import Head, allowed, head_of, may_offer
from snapmgr.inspect.against.virtio_names import feature_names, feature_options
from snapmgr.inspect.against.virtio_states import MOST_QUEUES, OWN, VIRTIO, Guest, guest_of
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Kind, Take
from snapmgr.vmstate.load import take_state
from snapmgr.wire.wording import CHAINING

TYPE = "virtio"
_NO_VECTOR = 0xFFFF
_ROOM = {
    "virtio-blk": (256,) * 64,
    "virtio-gpu": (64, 16),
    "virtio-rng": (8,),
    "virtio-balloon": (128, 128, 128),
    "virtio-input": (64, 64),
}
"""Entries of the queues that a device has when its options are the usual ones (virtio_add_queue)."""
_MOST_CONFIG = 1 << 20

Part = Callable[["_Load"], Take[None]]


@dataclass(slots=True)
class _Load:
    """One load; ``local`` is what the target has."""

    kind: str
    local: Head
    queues: int = 0
    sizes: tuple[int, ...] = ()
    """Most entries of each queue, where the release looks at that and it is known."""


class VirtioLoad(Kind):
    """The device ``name`` (``virtio-net``) as a release loads it; the value before is the target's own section.

    Raises VMStateError, and Unsupported for what only a QEMU can read on from.
    """

    type = TYPE

    def __init__(self, kind: Kind, name: str, release: str, machine: str) -> None:
        self._kind, self._name, self._release, self._machine = kind, name, release, machine
        self.size = kind.size

    def load(self, value: Any, owner: Any) -> Take[Any]:
        local = head_of(bytes(value))
        if local is None or self._name not in _KNOWN:
            return (yield from self._kind.load(value, owner))
        load, guest = _Load(self._name, local, sizes=self._sizes()), guest_of(self._name, local.queues, local.own)
        passes_headers = guest.header
        yield from self._pci_function(local)
        yield from _start(guest, load)
        yield from _queues(load)
        if self._name in OWN:
            yield from take_state(OWN[self._name], guest, OWN[self._name].version)
        elif self._name in _PARTS:
            yield from _PARTS[self._name](load)
        yield from self._apart(take_state(VIRTIO, guest, VIRTIO.version))
        self._check_features(guest.features, local, passes_headers=passes_headers)
        return value

    def _apart(self, taken: Take[None]) -> Take[None]:
        """A state within the device's: newer releases say on a line of its own what they refuse of it (m: 11.1.3)."""
        try:
            yield from taken
        except VMStateError as error:
            if self._release in CHAINING and error.code != "truncated" and error.chain:
                error.said, error.chain = [*error.said, error.chain], ""
            raise

    def _sizes(self) -> tuple[int, ...]:
        """Newer releases look whether a queue has room for what comes; older ones send 1024 for one that was reset."""
        return _ROOM.get(self._name, ()) if self._release in CHAINING else ()

    def _pci_function(self, local: Head) -> Take[None]:
        function, state = _Function(local.config), PCI_FUNCTIONS[len(local.config)]
        yield from self._apart(take_state(state, function, state.version))
        if local.vectors:
            yield local.vectors * 16 + -(-local.vectors // 8)
            yield from _vector(local)

    def _check_features(self, features: int, local: Head, *, passes_headers: bool) -> None:
        """What the guest took must be offered here.  What is offered is not known where options decide, and then only
        the guest of the target can tell: one that runs has taken what there was."""
        offered = allowed(self._name, self._release, self._machine, local.queues, headers=passes_headers)
        if offered is None:
            return
        known = offered | local.features if local.features else offered | may_offer(self._name)
        if features & ~known:
            text = f"Features 0x{features:x} unsupported. Allowed features: 0x{offered | local.features:x}"
            bits = features & ~known
            names = ", ".join(feature_names(self._name, bits))
            options = ",".join(feature_options(self._name, bits, (self._release,)))
            needs = f" (the device needs {options})" if options else ""
            message = f"the guest took features that the target does not offer: {names}{needs}"
            raise VMStateError("virtio-features", message, qemu=text)


@dataclass
class _Function:
    """The target's PCI function, as its state compares it."""

    config: bytes
    version_id: int = 2
    irq_state: bytes = bytes(16)


def _vector(local: Head) -> Take[None]:
    """The number of an interrupt, which the target must have."""
    number = int.from_bytes((yield 2))
    if number != _NO_VECTOR and number >= local.vectors:
        raise VMStateError("virtio-vector", f"interrupt {number} of {local.vectors}")


def _start(guest: Guest, load: _Load) -> Take[None]:
    """Status, interrupt, chosen queue, features, and the device's own registers."""
    head = bytes((yield 4))
    selected = int.from_bytes(head[2:])
    if selected >= MOST_QUEUES:
        raise VMStateError("virtio-queues", f"queue {selected} is chosen, of {MOST_QUEUES} at most")
    guest.features = int.from_bytes((yield 4))
    size = int.from_bytes((yield 4), signed=True)
    if not 0 <= size <= _MOST_CONFIG:  # QEMU reads on to the end of the stream
        raise VMStateError("virtio-config", f"the registers of {load.kind} take {size} bytes")
    if size:
        yield size


def _queues(load: _Load) -> Take[None]:
    load.queues = int.from_bytes((yield 4))
    if load.queues > MOST_QUEUES:
        text = f"Invalid number of virtqueues: 0x{load.queues:x}"
        raise VMStateError("virtio-queues", f"{load.queues} queues, of {MOST_QUEUES} at most", qemu=text)
    for number in range(load.queues):
        entry = bytes((yield 14))
        size, most = int.from_bytes(entry[:4]), load.sizes[number] if number < len(load.sizes) else MOST_QUEUES
        if size > most:
            text = f"VQ {number} vring.num {size} exceeds allocated max {most}"
            message = f"queue {number} has {size} entries, and the target room for {most}"
            raise VMStateError("virtio-ring", message, qemu=text)
        address, index = int.from_bytes(entry[4:12]), int.from_bytes(entry[12:])
        if index and not address:
            text = f"VQ {number} address 0x0 inconsistent with Host index 0x{index:x}"
            raise VMStateError("virtio-ring", f"queue {number} has been used and has no ring", qemu=text)
        if load.local.vectors:
            yield from _vector(load.local)


def _block(load: _Load) -> Take[None]:
    """Requests that are on their way, up to a nil."""
    if (yield 1)[0]:
        queue = int.from_bytes((yield 4)) if load.local.queues > 1 else 0
        if queue >= max(load.local.queues, 1):
            text = f"Invalid virtqueue index in request list: 0x{queue:x}"
            raise VMStateError("virtio-queues", f"a request of queue {queue}, of {load.local.queues}", qemu=text)
        raise Unsupported("virtio-requests", "requests of a disk are on their way, as that QEMU had them in memory")


def _console(load: _Load) -> Take[None]:
    """Ports, which must be the target's (hw/char/virtio-serial-bus.c: virtio_serial_load_device)."""
    yield 8
    ports = bytearray()
    for at in range(0, len(load.local.ports), 4):
        ports += yield 4
        if ports[at:] != load.local.ports[at : at + 4]:
            raise VMStateError("virtio-ports", "ports are in use that the target has not, or the other way round")
    for _ in range(int.from_bytes((yield 4))):
        port = int.from_bytes((yield 4))
        word, bit = divmod(port, 32)
        known = int.from_bytes(ports[word * 4 : word * 4 + 4])
        if not known >> bit & 1:
            raise VMStateError("virtio-ports", f"the target has no port {port}")
        yield 2
        if int.from_bytes((yield 4)):
            raise Unsupported("virtio-requests", "a port has a request on its way, as that QEMU had it in memory")


_KNOWN = frozenset(
    {"virtio-scsi", "virtio-rng", "virtio-input", "virtio-gpu", "virtio-blk", "virtio-console"} | set(OWN)
)
"""Devices whose own part is known, or that have none; of others the size is believed."""
_PARTS: dict[str, Part] = {"virtio-blk": _block, "virtio-console": _console}
