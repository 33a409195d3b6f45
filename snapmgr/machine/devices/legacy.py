"""A device from before VMState: it writes and reads its bytes itself (register_savevm_live with save_state)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from snapmgr.machine.devices.bus import Bus
from snapmgr.machine.devices.registers import wiring
from snapmgr.machine.random import MASK
from snapmgr.savevm.handlers import Handlers
from snapmgr.savevm.output import Output
from snapmgr.wire.layout import Done, PayloadReader
from snapmgr.wire.window import Window

IDSTR = "demo-legacy"
_VERSION_1 = struct.Struct(">I")
_VERSION_2 = struct.Struct(">IQ")


@dataclass
class Legacy:
    """A counter, and since version 2 (demo-1.1) a sum."""

    counter: int = 0
    total: int = 0
    version: int = wiring(2)

    def advance(self, bus: Bus) -> None:
        self.counter = (self.counter + 1) & 0xFFFF_FFFF
        if self.version > 1:
            self.total = (self.total * 3 + bus.now) & MASK

    def save(self, output: Output) -> None:
        if self.version == 1:
            output.put(_VERSION_1.pack(self.counter))
        else:
            output.put(_VERSION_2.pack(self.counter, self.total))

    def reader(self, version: int) -> PayloadReader:
        return _Reader(self, version)

    def handlers(self) -> Handlers:
        return Handlers(save_state=self.save, load_state=self.reader)


@dataclass
class _Reader:
    device: Legacy
    version: int

    def step(self, window: Window) -> Done:
        """All of it at once."""
        if self.version == 1:
            (self.device.counter,) = _VERSION_1.unpack(window.take(_VERSION_1.size))
        else:
            self.device.counter, self.device.total = _VERSION_2.unpack(window.take(_VERSION_2.size))
        return Done()
