"""Both sides of a migration in one process, and the proof that nothing was lost on the way.

A third machine like them is never moved.  After the same number of ticks all three must have the same digest; the
source, which does not have its disks any more, goes on for that with copies of them as they were at the switchover.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from snapmgr.errors import SnapmgrError
from snapmgr.machine.disks import Disk, open_device, open_disk
from snapmgr.machine.driver import Driver
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.destination import receive
from snapmgr.migrate.handover import Handover
from snapmgr.migrate.link import Link
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.source import Outgoing
from snapmgr.savevm.status import MigrationStatus

TICKS_A_SECOND = 50.0


@dataclass(frozen=True, slots=True)
class Proof:
    """Digests after ``tick`` ticks; None for a side that did not have the guest.  ``switched`` is the tick at which the
    source stood still for good, None where it never did."""

    tick: int
    source: str | None
    destination: str | None
    reference: str
    switched: int | None

    @property
    def agrees(self) -> bool:
        """Whether whoever had the guest has what an undisturbed machine has."""
        return all(one == self.reference for one in (self.source, self.destination) if one is not None)


@dataclass(frozen=True, slots=True)
class Moved:
    """How it ended, what was proved, and what the destination refused, if it did."""

    statistics: Statistics
    proof: Proof
    refused: SnapmgrError | None


class Both:
    """Source, destination, the link between them and the migration; to be used in a ``with``, which opens the disks."""

    def __init__(self, options: MachineOptions, disks: Sequence[Path], *, rate: float = TICKS_A_SECOND) -> None:
        self.link = Link()
        self._options, self._paths, self._rate = options, [Path(path) for path in disks], rate
        self._places = list(self._paths)
        """Where the source's disks are."""
        self.outgoing: Outgoing
        self._switched: int | None = None

    def __enter__(self) -> Both:
        self._folder = tempfile.TemporaryDirectory(prefix="snapmgr-migrate-")
        try:
            self._begun = self._copies("begun")
            sources = [self._disk(number) for number in range(len(self._paths))]
            self.source = Machine(self._options, sources)
            self.destination = Machine(self._options, [open_disk(path, active=False) for path in self._paths])
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()
        self.destination.close()
        self._folder.cleanup()

    def _disk(self, number: int) -> Disk:
        return Disk(str(self._paths[number]), lambda: open_device(self._places[number]))

    def _copies(self, name: str) -> list[Path]:
        copies = []
        for number, path in enumerate(self._paths):
            copy = Path(self._folder.name) / f"{number}-{name}"
            shutil.copyfile(path, copy)
            copies.append(copy)
        return copies

    def prepare(
        self, parameters: Parameters, show: Callable[[Outgoing, Statistics], None] = lambda outgoing, statistics: None
    ) -> Outgoing:
        """The migration, not begun yet; ``show`` is called as Outgoing does."""
        self._driver = Driver(self.source, time.monotonic, rate=self._rate)
        self._handover = Handover()
        self.outgoing = Outgoing(
            self.source,
            self.link.source,
            lambda action: self._driver.order(lambda _: action()).result(),
            parameters=parameters,
            handover=self._handover,
            throttle=lambda percent: self._driver.set_rate(self._rate * (100 - percent) / 100),
            show=lambda statistics: show(self.outgoing, statistics),
            stopped=self._stopped,
        )
        return self.outgoing

    def _stopped(self) -> None:
        self._switched = self.source.tick
        self._kept = self._copies("switched")

    def move(self, before: int, after: int) -> Moved:
        """Run ``before`` ticks, migrate the running guest, and ``after`` ticks more.  Raises Blocked, SaveError."""
        self.source.advance(before)
        refused: list[SnapmgrError] = []

        def arrive() -> None:
            try:
                receive(self.destination, self.link.destination, handover=self._handover)
            except SnapmgrError as error:
                refused.append(error)

        with ThreadPoolExecutor(2, thread_name_prefix="migrate") as threads, self._ticking(threads):
            arriving: Future[None] = threads.submit(arrive)
            try:
                statistics = self.outgoing.run()
            finally:
                self.link.source.yank()
            arriving.result()
        return Moved(statistics, self._proof(statistics, after), refused[0] if refused else None)

    @contextmanager
    def _ticking(self, threads: ThreadPoolExecutor) -> Iterator[None]:
        self._driver.order(lambda machine: machine.start())
        work = threads.submit(self._driver.work)
        try:
            yield
        finally:
            self._driver.finish()
            work.result()

    def _proof(self, statistics: Statistics, after: int) -> Proof:
        if statistics.status is MigrationStatus.COMPLETED:
            self._places = self._kept
            self.destination.advance(after)
            tick = self.destination.tick
            destination = self.destination.digest()
            self.source.start()
            self.source.run(after)
        else:
            self.source.advance(after)
            tick, destination = self.source.tick, None
        source = self.source.digest()
        with Machine(self._options, [open_disk(path) for path in self._begun]) as reference:
            reference.advance(tick)
            return Proof(tick, source, destination, reference.digest(), self._switched)
