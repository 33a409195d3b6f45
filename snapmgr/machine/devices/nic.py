"""Network card: receives packets into the slots that have a buffer, and makes itself known after a load."""

from __future__ import annotations

from dataclasses import dataclass, field
from zlib import crc32

from snapmgr.machine.clock import TICK_NS
from snapmgr.machine.devices import irq
from snapmgr.machine.devices.bus import Bus
from snapmgr.machine.devices.registers import wiring
from snapmgr.machine.random import MASK, mix
from snapmgr.vmstate.fields import boolean, buffer, pointers, struct, u8, u16, u64, validate
from snapmgr.vmstate.state import VMState

MAC = bytes.fromhex("525400123456")
SLOTS = 8
BUFFERS = (0, 1, 3, 5)
"""Slots that have a buffer; a machine is built so, and the others are null pointers in the stream."""
PACKET = 64
EVERY = 5
"""Ticks between two packets."""


@dataclass
class Packet:
    """``length`` is 0 while the buffer is free."""

    length: int = 0
    data: bytearray = field(default_factory=lambda: bytearray(PACKET))


def _ring() -> list[Packet | None]:
    return [Packet() if slot in BUFFERS else None for slot in range(SLOTS)]


@dataclass
class Nic:
    """``announces`` says after a load that the network is to be told where the card is now."""

    mac: bytes = MAC
    link: bool = True
    head: int = 0
    ring: list[Packet | None] = field(default_factory=_ring)
    received: int = 0
    dropped: int = 0
    announces: bool = wiring(False)

    def advance(self, bus: Bus) -> None:
        """A packet comes in now and then."""
        if not self.link or bus.now // TICK_NS % EVERY:
            return
        self.received = (self.received + 1) & MASK
        packet = self.ring[self.head]
        self.head = (self.head + 1) % SLOTS
        if packet is None or packet.length:
            self.dropped = (self.dropped + 1) & 0xFFFF
            return
        bus.fold(crc32(packet.data))
        packet.length = PACKET
        packet.data[:] = mix(bus.now).to_bytes(8) * (PACKET // 8)
        bus.raise_irq(irq.NIC)

    def take(self, bus: Bus) -> None:
        """The guest takes a packet, and answers with what it received."""
        for packet in self.ring:
            if packet is not None and packet.length:
                bus.fold(crc32(packet.data) << 16 | packet.length)
                bus.send("nic", bytes(packet.data[: packet.length]))
                packet.length = 0
                return

    def unlink(self) -> None:
        """While a state is being loaded the card hears nothing."""
        self.link = False

    def loaded(self) -> None:
        self.announces = True


_PACKET = VMState(
    "demo-nic/packet",
    fields=(
        u16("length"),
        validate("length fits the buffer", lambda packet, version: packet.length <= PACKET),
        buffer("data", size=PACKET),
    ),
)

NIC = VMState(
    "demo-nic",
    fields=(
        buffer("mac", size=6),
        boolean("link"),
        u8("head"),
        validate("head is a slot", lambda nic, version: nic.head < SLOTS),
        pointers(struct("ring", _PACKET), count=SLOTS),
        u64("received"),
        u16("dropped"),
    ),
    pre_load=lambda nic: nic.unlink(),
    post_load=lambda nic, version: nic.loaded(),
)
