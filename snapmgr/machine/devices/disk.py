"""Disk controller: takes requests, finishes them some ticks later, and is saved with what is in flight."""

from __future__ import annotations

from dataclasses import dataclass, field

from snapmgr.machine.devices.iommu import Iommu
from snapmgr.machine.devices.registers import wiring
from snapmgr.machine.random import MASK
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.fields import i64, qtailq, u8, u16, u32, u64, varray
from snapmgr.vmstate.state import VMState

JOURNAL = 32
"""Tags of finished requests that are kept."""
DEPTH = 8
"""Requests that may be in flight."""
SECTOR = 4096


@dataclass
class Request:
    """Write the page at ``address`` (as the IOMMU maps it) to ``slot``; done at ``due`` ns."""

    tag: int = 0
    slot: int = 0
    address: int = 0
    due: int = 0


@dataclass
class DiskController:
    """``index`` is the disk behind it.  ``resolved`` are the physical addresses of what is in flight, by tag."""

    status: int = 0
    queue: list[Request] = field(default_factory=list)
    finished: int = 0
    journal: list[int] = field(default_factory=list)
    submitted: int = 0
    completed: int = 0
    errors: int = 0
    index: int = wiring(0)
    counts_errors: bool = wiring(True)
    iommu: Iommu | None = field(default=None, metadata={"wiring": True})
    resolved: dict[int, int] = field(default_factory=dict, metadata={"wiring": True})

    def submit(self, request: Request) -> bool:
        """Whether there was room for one more."""
        if len(self.queue) == DEPTH:
            return False
        self._resolve(request)
        self.queue.append(request)
        self.submitted = (self.submitted + 1) & MASK
        return True

    def due(self, now: int) -> Request | None:
        """The oldest request that is to be carried out now, None where there is none."""
        return self.queue[0] if self.queue and self.queue[0].due <= now else None

    def finish(self, request: Request) -> int | None:
        """Take it, the oldest, off the queue and note it as done; returns the tag that falls out of the journal."""
        self.queue.pop(0)
        self.completed = (self.completed + 1) & MASK
        self.resolved.pop(request.tag, None)
        self.journal.append(request.tag)
        dropped = self.journal.pop(0) if len(self.journal) > JOURNAL else None
        self.finished = len(self.journal)
        return dropped

    def fail(self) -> None:
        self.status |= 1
        if self.counts_errors:
            self.errors = (self.errors + 1) & 0xFFFF_FFFF

    def resolve_all(self) -> None:
        """After a load: what is in flight must be mapped.  Raises VMStateError where it is not."""
        self.resolved.clear()
        for request in self.queue:
            self._resolve(request)
        if len(self.resolved) != len(self.queue):
            raise VMStateError("disk-request", "a request in flight uses an address that the IOMMU does not map")

    def _resolve(self, request: Request) -> None:
        physical = self.iommu.translate(request.address, SECTOR) if self.iommu is not None else None
        if physical is not None:
            self.resolved[request.tag] = physical


_REQUEST = VMState("demo-disk/request", fields=(u32("tag"), u64("slot"), u64("address"), i64("due")))

DISK = VMState(
    "demo-disk",
    version=3,
    minimum=2,
    fields=(
        u8("status"),
        qtailq("queue", _REQUEST, make=Request),
        u16("finished"),
        varray(u32("journal"), count_from="finished", at_most=JOURNAL),
        u64("submitted"),
        u64("completed"),
        u32("errors", since=3),
    ),
    post_load=lambda controller, version: controller.resolve_all(),
)
