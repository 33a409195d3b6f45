"""What the guest wrote to a disk since the last checkpoint, as a section among its devices.

QEMU replicates disks beside the stream (block/replication.c), and each side has its own.  Here both sides have the
same one: the primary holds its writes until the secondary has them, too.  Whoever goes on writes what is held, the
secondary after it got the disk's lock: so a half-written disk becomes whole, and RAM and disk are of one moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from snapmgr.block.held import PAGE
from snapmgr.errors import StreamError
from snapmgr.machine.disks import Disk
from snapmgr.savevm.handlers import Handlers
from snapmgr.savevm.output import Output
from snapmgr.savevm.registry import Registry
from snapmgr.wire.layout import Done, PayloadReader
from snapmgr.wire.window import Window

IDSTR = "demo-replication"
VERSION = 1
MOST_PAGES = (256 << 20) // PAGE
"""Pages that a checkpoint may bring for one disk."""


@dataclass
class Journal:
    """One disk's.  On the wire be32 count, as many be64 page numbers, as many pages."""

    disk: Disk
    numbers: npt.NDArray[np.int64]
    contents: bytes = b""

    def save(self, output: Output) -> None:
        """What the disk holds."""
        held = self.disk.held
        numbers, contents = held.pages() if held is not None else (np.zeros(0, np.int64), b"")
        output.put_be32(len(numbers))
        output.put(numbers.astype(">u8").tobytes())
        output.put(contents)

    def reader(self, version: int) -> PayloadReader:
        return _Reader(self)

    def apply(self) -> None:
        """Look at the disk anew, with what came on top.  Raises as Disk.look_on and HeldDevice.put_pages."""
        self.disk.look_on().put_pages(self.numbers, memoryview(self.contents))
        self.numbers, self.contents = np.zeros(0, np.int64), b""


@dataclass
class _Reader:
    journal: Journal

    def step(self, window: Window) -> Done:
        """All of it at once.  Raises StreamError for more than MOST_PAGES."""
        at = window.offset
        count = window.be32()
        if count > MOST_PAGES:
            raise StreamError("disk-journal", f"{count} pages of a disk in one checkpoint", offset=at)
        numbers = np.frombuffer(bytes(window.take(8 * count)), ">u8")
        if count and int(numbers.max()) >> 63:
            raise StreamError("disk-journal", f"a disk has no page {int(numbers.max())}", offset=at + 4)
        self.journal.contents = bytes(window.take(count * PAGE))
        self.journal.numbers = numbers.astype(np.int64)
        return Done()


class Replication:
    """The journals of all disks of a machine, in its registry until ``end``."""

    def __init__(self, registry: Registry, disks: Sequence[Disk]) -> None:
        self._registry = registry
        self.journals = [Journal(disk, np.zeros(0, np.int64)) for disk in disks]
        for number, journal in enumerate(self.journals):
            handlers = Handlers(save_state=journal.save, load_state=journal.reader)
            registry.register_live(IDSTR, handlers, version_id=VERSION, instance_id=number, target=journal)

    def end(self) -> None:
        for journal in self.journals:
            self._registry.unregister_live(IDSTR, journal)
        self.journals = []
