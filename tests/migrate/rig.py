"""Two machines and a link between them: the source runs in a thread of its own, as do both sides of the migration."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from snapmgr.block.memory import MemoryDevice
from snapmgr.machine.disks import Disk
from snapmgr.machine.driver import Driver
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.arriving import Arriving
from snapmgr.migrate.destination import receive
from snapmgr.migrate.handover import Handover
from snapmgr.migrate.link import Link
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.source import Outgoing
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.events import TraceEvent

RAM = 16 << 20
DISK = 1 << 20
RATE = 50.0
"""Ticks a second."""


WARM = 20
"""Ticks before a migration: there is something to send then."""


class SharedDisk:
    """One device that two machines have in turn."""

    def __init__(self) -> None:
        self.device = MemoryDevice(bytes(DISK))

    def disk(self, *, active: bool) -> Disk:
        return Disk("shared", lambda: self.device, active=active)


class Pair:
    """``moved`` is what a migration of the running guest came to, ``ticks`` how far it was then."""

    def __init__(
        self,
        workload: str = "random",
        *,
        rate: int | None = None,
        capabilities: str = "",
        after: Pair | None = None,
        **options: Any,
    ) -> None:
        """``after``: its source is tried again."""
        self.options = MachineOptions(
            ram=RAM,
            boot=BootOptions(workload, 1, rate),
            capabilities=frozenset(capabilities.split()),
            **options,
        )
        self.shared = after.shared if after is not None else SharedDisk()
        self.source = after.source if after is not None else Machine(self.options, [self.shared.disk(active=True)])
        self.destination = Machine(self.options, [self.shared.disk(active=False)])
        self.link, self.second, self.handover = Link(), Link(), Handover()
        self.driver = Driver(self.source, time.monotonic, rate=RATE)
        self.outgoing: Outgoing | None = None
        self.arrived: BaseException | None = None
        self.arriving: Arriving | None = None
        self.receiving: dict[str, Any] = {}
        """What ``receive`` is told besides."""
        self.received = threading.Event()
        self.there = Driver(self.destination, time.monotonic, rate=RATE)
        self.at = -1
        self.throttles: list[int] = []

    def prepare(self, parameters: Parameters | None = None, **more: Any) -> Outgoing:
        def stopped() -> None:
            self.at = self.source.tick

        self.outgoing = Outgoing(
            self.source,
            self.link.source,
            lambda action: self.driver.order(lambda _: action()).result(),
            parameters=parameters or Parameters(max_bandwidth=0),
            handover=self.handover,
            throttle=self.throttles.append,
            urgent=lambda: self.second.source,
            **{"stopped": stopped, **more},
        )
        return self.outgoing

    def move(
        self,
        parameters: Parameters | None = None,
        *,
        during: Callable[[Outgoing], object] | None = None,
        recover: Callable[[Outgoing], object] | None = None,
        run: bool = True,
        **more: Any,
    ) -> Statistics:
        """Run the guest, migrate it, and wait for both sides."""
        outgoing = self.outgoing or self.prepare(parameters, **more)
        with ThreadPoolExecutor(3) as threads:
            if run and not self.source.tick:
                self.source.advance(WARM)
            if run:
                self.driver.order(lambda machine: machine.start())
            ticking = threads.submit(self.driver.work)
            receiving: Future[None] = threads.submit(self._receive)
            sending = threads.submit(outgoing.run)
            if during is not None:
                during(outgoing)
            outgoing.wait_for(MigrationStatus.POSTCOPY_PAUSED)
            if recover is not None:
                recover(outgoing)
            elif outgoing.statistics.status is MigrationStatus.POSTCOPY_PAUSED:
                outgoing.abandon()
            statistics = sending.result()
            if (
                statistics.pauses or outgoing.runs_there
            ):  # the source may be done before the other side knows what it has
                self.received.wait(30)
            if self.arriving is not None:
                if statistics.status is not MigrationStatus.COMPLETED:
                    self.arriving.cancel()
                self.arriving.wait()
            self.there.finish()
            receiving.result()
            self.driver.finish()
            ticking.result()
        return statistics

    def _receive(self) -> None:
        try:
            self.arriving = receive(
                self.destination,
                self.link.destination,
                handover=self.handover,
                urgent=lambda: self.second.destination,
                **self.receiving,
            )
        except Exception as error:
            self.arrived = error
        self.received.set()
        if self.arriving is not None:
            self.there.work()

    def recover(self, outgoing: Outgoing) -> None:
        """Both sides of a postcopy that has paused go on over a new link."""
        assert self.received.wait(30) and self.arriving is not None
        self.link, self.second = Link(), Link()
        urgent = self.second.destination if "postcopy-preempt" in self.options.capabilities else None
        self.arriving.recover_once_paused(self.link.destination, urgent)
        outgoing.recover(self.link.source)

    @property
    def running(self) -> list[str]:
        """Which of the two run."""
        sides = {"source": self.source, "destination": self.destination}
        return [name for name, machine in sides.items() if machine.run_state is RunState.RUNNING]


class OnlyOne:
    """That never both run: told before each move of a run state."""

    def __init__(self, mine: Machine, other: Machine) -> None:
        self._other = other
        self.broken = False
        mine.trace.listen(self)

    def put(self, event: TraceEvent) -> None:
        if event.name == "runstate_set" and event["new_state_str"] == "running":
            self.broken |= self._other.run_state is RunState.RUNNING


def undisturbed(pair: Pair, ticks: int) -> str:
    """The digest of a machine like these that nobody ever moved."""
    with Machine(pair.options, [SharedDisk().disk(active=True)]) as machine:
        machine.advance(ticks)
        return machine.digest()
