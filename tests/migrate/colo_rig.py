"""Two machines that run the same guest, and whatever it sends into the world from either side."""

from __future__ import annotations

import threading
from collections.abc import Callable

from snapmgr.block.memory import MemoryDevice
from snapmgr.machine.disks import Disk
from snapmgr.machine.machine import Machine
from snapmgr.machine.output import Sent
from snapmgr.migrate.colo.secondary import Secondary
from snapmgr.migrate.colo.status import ColoStatus
from snapmgr.migrate.destination import receive
from snapmgr.migrate.link import Wire
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.source import Outgoing
from tests.migrate.rig import RATE, Pair

DELAY = 10
"""ms between two checkpoints."""


class ColoPair(Pair):
    """``world`` is what came out of the two of them, in order; ``seen`` the tick of each checkpoint that the secondary
    has; ``over`` is the tick at which it took over."""

    def __init__(self, workload: str = "hotspot", *, capabilities: str = "", delay: int = DELAY) -> None:
        super().__init__(workload, capabilities=f"x-colo {capabilities}")
        self.delay = delay
        self.world: list[Sent] = []
        self.source.board.output.sink = self.world.append
        self.destination.board.output.sink = self.world.append
        self.seen: list[int] = []
        self.digests: dict[int, str] = {}
        self.over = -1
        self.breaks: tuple[Wire, int] | None = None
        """A direction, and how many bytes after the first checkpoint it breaks."""
        self.reached = threading.Event()
        self.wanted = 3
        self.secondary = Secondary(rate=RATE, show=self._checkpoint, lost=self._lost)

    def _checkpoint(self, status: ColoStatus) -> None:
        self.seen.append(status.tick)
        if len(self.digests) < 2:
            self.digests[status.tick] = self.destination.digest()
        self.scribble(self.destination)
        if self.breaks is not None:
            wire, after = self.breaks
            wire.break_at, self.breaks = wire.passed + after, None
        if len(self.seen) == self.wanted and self.breaks is None:
            self.reached.set()

    def scribble(self, secondary: Machine) -> None:
        """At every checkpoint, before the secondary runs on."""

    def _lost(self, machine: Machine) -> None:
        self.over = machine.tick

    def _receive(self) -> None:
        try:
            receive(self.destination, self.link.destination, handover=self.handover, secondary=self.secondary)
        except Exception as error:
            self.arrived = error
        finally:
            self.reached.set()

    def run(self, then: Callable[[ColoPair], object] = lambda pair: None) -> Statistics:
        """Replicate until ``wanted`` checkpoints are there, or it failed; then do ``then``, and wait for the end."""

        def during(outgoing: Outgoing) -> None:
            assert self.reached.wait(60)
            then(self)

        return self.move(Parameters(max_bandwidth=0, x_checkpoint_delay=self.delay), during=during)


def what_the_world_sees(pair: Pair, ticks: int) -> list[tuple[int, Sent]]:
    """Of a machine like these that nobody replicates: in which tick what came out."""
    with Machine(pair.options, [Disk("own", lambda: MemoryDevice(bytes(pair.shared.device.size)))]) as machine:
        world: list[tuple[int, Sent]] = []
        for tick in range(1, ticks + 1):
            machine.board.output.sink = lambda sent, tick=tick: world.append((tick, sent))  # type: ignore[misc]
            machine.advance(1)
        return world
