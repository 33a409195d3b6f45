"""The machine of a rehearsal: the target's sections in a registry, behind them nothing (a ``savevm.handlers.Host``)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from snapmgr.errors import StreamError
from snapmgr.inspect.against.device_rules import LOW_RAM
from snapmgr.inspect.against.known import minimum_version, subsections
from snapmgr.inspect.against.layouts import Layouts, compares
from snapmgr.inspect.against.memory import Memory
from snapmgr.inspect.against.pages import RamRehearsal, no_ram
from snapmgr.inspect.against.target import Target, TargetDevice
from snapmgr.inspect.against.virtio_load import TYPE as VIRTIO
from snapmgr.inspect.aliases import alias_of
from snapmgr.ram.words import IDSTR, VERSION
from snapmgr.savevm.handlers import Handlers, StreamOptions
from snapmgr.savevm.registry import Registry, RegistryError
from snapmgr.savevm.still import StandsStill
from snapmgr.trace.bus import Trace
from snapmgr.vmstate.catalogue import known_subsections
from snapmgr.vmstate.description import Field, Group, Struct
from snapmgr.vmstate.from_description import Values
from snapmgr.vmstate.load import load_bytes
from snapmgr.wire.events import Payload
from snapmgr.wire.layout import Done, PayloadReader
from snapmgr.wire.window import Window

LIVE = ("dirty-bitmap", "block")
"""Live entries of every machine beside RAM, with version 1 (the second one only in 7.2)."""

Lengths = Callable[[int], int | None]
"""Bytes of the payload that begins at an offset of the stream, as far as the stream itself tells."""

Sent = Mapping[tuple[str, int], Struct]
"""What the stream says of its own sections."""


@dataclass
class Rehearsal(StandsStill):
    """A Host.  ``lines`` is what QEMU would print, in order."""

    target: Target
    release: str
    sent: Sent
    lengths: Lengths
    layouts: Layouts = field(default_factory=Layouts)
    low_ram: Callable[[int], int | None] = lambda address: None
    """A byte of the guest's RAM as the stream brings it, None where that is not known."""
    lines: list[str] = field(default_factory=list)
    lost: bool = False
    """Whether a section was met of which nothing tells where it ends."""
    registry: Registry = field(default_factory=Registry)
    trace: Trace = field(default_factory=Trace)

    def __post_init__(self) -> None:
        target = self.target
        self.options = StreamOptions(
            target.machine or "",
            page_bits=target.page_bits,
            page_bits_minimum=target.page_bits_minimum,
            uuid=target.uuid,
            capabilities=set(target.capabilities),
            send_configuration=target.machine is not None,
            send_section_footer=target.footers,
            suppress_vmdesc=not target.describes,
            release=self.release,
        )
        self.memory = Memory(target, self.release)
        self._register()

    def error_report(self, text: str) -> None:
        self.lines.extend(text.split("\n"))

    def warn_report(self, text: str) -> None:
        self.lines.append(f"warning: {text}")

    def postcopy_notify(self, event: str) -> None:
        """An advice makes page sizes travel with the block list; pages come in another way once somebody listens."""
        self.memory.advised = True
        self.memory.listening = self.memory.listening or event == "inbound-listen"

    def ram_pagesize_summary(self) -> int:
        """All page sizes or-ed, as the migration compares them."""
        sizes = 0
        for block in self.target.blocks or ():
            sizes |= block.page_size
        return sizes

    def discard_ram(self, idstr: str, start: int, length: int) -> None:
        """Raises HandlerFailed for a block that the target does not have, or a range outside of it."""
        self.memory.discard(idstr, start, length)

    def received_pages(self, idstr: str) -> bytes | None:
        """None for a block that the target does not have; of others nothing is told, as nobody recovers."""
        if idstr not in self.memory.blocks:
            return None
        self.lines.append("migrate_send_rp_recv_bitmap: MSG_RP_RECV_BITMAP only used for recovery")
        return b""

    # -- registry --------------------------------------------------------------------------------------------------

    def _register(self) -> None:
        devices = sorted(self.target.devices or (), key=lambda device: device.section_id)
        for device in devices:
            if device.section_id >= self.registry.next_section_id:
                self._register_live(device.section_id)
                self.registry.spend_section_ids(max(device.section_id, self.registry.next_section_id))
            self._register_device(device)
        self._register_live(None)

    def _register_live(self, before: int | None) -> None:
        """RAM and its like, as soon as their turn has come."""
        if any(entry.idstr == IDSTR for entry in self.registry):
            return
        if before is not None and before < self.target.ram_id:
            return
        self.registry.register_live(
            IDSTR, Handlers(load_state=self._ram), version_id=VERSION, instance_id=0, target=self
        )
        for name in LIVE[: 2 if self.release == "7.2" else 1]:
            self.registry.register_live(name, self._opaque(None), version_id=1, instance_id=0, target=self)

    def _register_device(self, device: TargetDevice) -> None:
        """As the stream describes it, else as the target does; in the target's versions."""
        sent = self.sent.get((device.idstr, device.instance_id)) or device.state
        if sent is None or device.size is not None:
            self._register_opaque(device, device.size)
            return
        layout = self._known_only(sent)
        values = self.layouts.values(layout)
        setattr(values, LOW_RAM, self.low_ram)
        own = bool(device.payload) and compares(layout) and self._preload(layout, values, device)
        path = device.idstr.removesuffix(f"/{layout.vmsd_name}")
        state = self.layouts.state(
            layout,
            device.version,
            _minimum(layout, device, self.release),
            own=own,
            release=self.release,
            machine=self.target.machine or "",
        )
        try:
            self.registry.register(
                state,
                values,
                path=path if path != device.idstr else None,
                instance_id=device.instance_id,
                alias_id=alias_of(device.idstr, device.instance_id),
                required_for_version=state.minimum_version,
            )
        except RegistryError:
            self._register_opaque(device, None)

    def _register_opaque(self, device: TargetDevice, size: int | None) -> None:
        self.registry.register_live(
            device.idstr, self._opaque(size), version_id=device.version, instance_id=device.instance_id
        )

    def _preload(self, layout: Struct, values: Values, device: TargetDevice) -> bool:
        """The target's own values, which some of what comes is compared with; False where they cannot be read.

        Where it has another layout, what both have by one name is compared.
        """
        if self._reads(layout, values, device):
            return True
        if device.state is None or not any(entry.name == VIRTIO for entry in layout.fields):
            return False
        local = self.layouts.values(device.state)
        if not self._reads(device.state, local, device):
            return False
        vars(values).update({name: value for name, value in vars(local).items() if name in vars(values)})
        return True

    def _reads(self, layout: Struct, values: Values, device: TargetDevice) -> bool:
        state = self.layouts.plain(layout).state
        try:
            return load_bytes(state, values, device.payload) == len(device.payload)
        except StreamError:
            return False

    def _known_only(self, layout: Struct) -> Struct:
        """With the subsections that the target's type has, sent or not, and no others, where that is known."""
        return self.layouts.as_known(layout, (self.release, id(self.target.types)), self._as_known)

    def _as_known(self, layout: Struct) -> Struct:
        names = self._subsections(layout.vmsd_name)
        below = tuple(self._known_only(sub) for sub in layout.subsections if names is None or sub.vmsd_name in names)
        if names is not None:
            sent = {sub.vmsd_name for sub in layout.subsections}
            others = known_subsections(layout.vmsd_name)
            below += tuple(sub for name, sub in others.items() if name in names and name not in sent)
        fields = tuple(self._known_field(entry) for entry in layout.fields)
        if all(map(operator.is_, fields, layout.fields)) and len(below) == len(layout.subsections):
            return layout if all(map(operator.is_, below, layout.subsections)) else replace(layout, subsections=below)
        return replace(layout, fields=fields, subsections=below)

    def _known_field(self, entry: Field | Group) -> Field | Group:
        if not isinstance(entry, Field) or entry.struct is None or entry.struct.version is None:
            return entry
        known = self._known_only(entry.struct)
        return entry if known is entry.struct else replace(entry, struct=known)

    def _subsections(self, name: str) -> frozenset[str] | None:
        types = self.target.types
        if types is not None and name in types:
            return types[name].subsections
        return subsections(name, self.release)

    def _ram(self, version: int) -> PayloadReader:
        if version != VERSION:
            raise no_ram(version)
        return RamRehearsal(self.memory)

    def _opaque(self, size: int | None) -> Handlers:
        """Bytes that nobody looks into: ``size`` of them, or as many as the stream itself says."""
        return Handlers(
            load_state=lambda version: Opaque(self._known_length if size is None else partial(_sized, size))
        )

    def _known_length(self, offset: int) -> int | None:
        length = self.lengths(offset)
        self.lost = self.lost or length is None
        return length


class Opaque:
    """Takes a payload without looking at it."""

    def __init__(self, lengths: Lengths) -> None:
        self._lengths = lengths

    def step(self, window: Window) -> Done:
        """Raises Short, StreamError where nothing tells how long it is."""
        start = window.offset
        length = self._lengths(start)
        if length is None:
            raise StreamError("layout-unknown", "nothing tells how long this section is", offset=start)
        window.take(length)
        return Done(Payload(start, length, "layout"))


def _sized(size: int, offset: int) -> int:
    return size


def _minimum(layout: Struct, device: TargetDevice, release: str) -> int:
    return minimum_version(layout.vmsd_name, device.version, release) if device.minimum is None else device.minimum
