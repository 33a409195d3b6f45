"""Both sides of a migration in one process, and the proof that nothing was lost on the way.

A third machine like them is never moved.  After the same number of ticks all three must have the same digest; the
source, which does not have its disks any more, goes on for that with copies of them as they were at the switchover:
those follow what its guest writes, so that hardly anything of them has to be copied while it stands still.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.machine.disks import Disk, open_device, open_disk
from snapmgr.machine.driver import MOST_BEHIND, NANO, Driver
from snapmgr.machine.machine import Machine, MachineView
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.machine.workloads import BY_NAME, WORKLOADS
from snapmgr.migrate.arriving import Arriving
from snapmgr.migrate.destination import receive
from snapmgr.migrate.handover import Handover, Side
from snapmgr.migrate.link import Link
from snapmgr.migrate.mirror import Mirror, copy_image
from snapmgr.migrate.model import ArrivalStatistics, Parameters, Statistics
from snapmgr.migrate.multifd import CAPABILITY
from snapmgr.migrate.source import Outgoing
from snapmgr.migrate.tending import tend
from snapmgr.migrate.trouble import Fault, Trouble
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.bus import Trace

TICKS_A_SECOND = 50.0

WAITED_FOR_PAGES = 0.05
"""Seconds that the guest catches up at most where its RAM follows it: processors that waited for a page do not do
afterwards, all at once, what they might have done meanwhile."""

Seen = Callable[[Side, MachineView], None]
"""Is shown what a machine is like, at most 30 times a second, by the thread that it belongs to."""


def unseen(side: Side, view: MachineView) -> None:
    """Nobody looks."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Digests after ``tick`` ticks; None for a side that did not have the whole guest.  ``switched`` is the tick at
    which the source stood still for good, None where it never did."""

    tick: int
    source: str | None
    destination: str | None
    reference: str
    switched: int | None

    @property
    def agrees(self) -> bool:
        """Whether whoever had the guest has what an undisturbed machine has; False where nobody had all of it."""
        had = [one for one in (self.source, self.destination) if one is not None]
        return bool(had) and all(one == self.reference for one in had)


@dataclass(frozen=True, slots=True)
class Moved:
    """How it ended, what was proved, what the destination refused, if it did, and how the guest's RAM followed it."""

    statistics: Statistics
    proof: Proof
    refused: SnapmgrError | None
    arrival: ArrivalStatistics | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """At ``tick``, while ``side`` had the guest, it was asked to do this from then on."""

    tick: int
    side: Side
    workload: str
    rate: int


class Both:
    """Source, destination, the link between them and the migration; to be used in a ``with``, which opens the disks.

    ``rate`` in ticks a second of ``clock``, which gives seconds.
    """

    mirrors = True
    """Whether the source goes on, for the proof, with its disks as they were at the switchover."""
    sender: type[Outgoing] = Outgoing

    def __init__(
        self,
        options: MachineOptions,
        disks: Sequence[Path],
        *,
        rate: float = TICKS_A_SECOND,
        clock: Callable[[], float] = time.monotonic,
        seen: Seen = unseen,
    ) -> None:
        self.link, self.second = Link(clock), Link(clock)
        """The channel, and that of urgent pages (capability postcopy-preempt); others after a recovery."""
        self.beside: list[Link] = []
        """Channels for pages (capability multifd)."""
        self.opened: Callable[[Link], None] = lambda link: None
        """Is told of the links of a recovery before anything passes them."""
        self.arriving: Arriving | None = None
        """The destination's half of a postcopy, from when its guest runs."""
        self.recover_after = 0.0
        """Seconds that a postcopy which broke stands before ``move`` recovers it."""
        self.proving = False
        """Whether all is over, and only digests are compared."""
        self._received = threading.Event()
        self._options, self._paths, self._rate = options, [Path(path) for path in disks], rate
        self._clock, self._seen = clock, seen
        self.chosen: list[Chosen] = []
        """What the guest was asked on the way."""
        self._wish: deque[tuple[str, int]] = deque(maxlen=1)
        """Workload and rate that the guest is to be asked for when it runs next, whoever has it then."""
        self._given_up = threading.Event()
        self._places = list(self._paths)
        """Where the source's disks are."""
        self.outgoing: Outgoing
        self._switched: int | None = None

    def __enter__(self) -> Both:
        self._folder = tempfile.TemporaryDirectory(prefix="snapmgr-migrate-")
        try:
            self._begun = self._copies("begun")
            self._kept = self._copies("switched") if self.mirrors else []
            sources = [self._disk(number) for number in range(len(self._paths))]
            self.source = Machine(self._options, sources)
            self._mirrors = [Mirror(disk, copy) for disk, copy in zip(sources, self._kept, strict=False)]
            self.destination = Machine(self._options, [open_disk(path, active=False) for path in self._paths])
            self.destination.ram_entry.loader.clock = lambda: int(self._clock() * NANO)
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._close_mirrors()
        self.source.close()
        self.destination.close()
        self._folder.cleanup()

    def _follow(self) -> None:
        for mirror in self._mirrors:
            mirror.follow()

    def _close_mirrors(self) -> None:
        for mirror in self._mirrors:
            mirror.close()
        self._mirrors = []

    def _disk(self, number: int) -> Disk:
        return Disk(str(self._paths[number]), lambda: open_device(self._places[number]))

    def _copies(self, name: str) -> list[Path]:
        copies = []
        for number, path in enumerate(self._paths):
            copy = Path(self._folder.name) / f"{number}-{name}"
            copy_image(path, copy)
            copies.append(copy)
        return copies

    def prepare(
        self,
        parameters: Parameters,
        show: Callable[[Outgoing, Statistics], None] = lambda outgoing, statistics: None,
        faults: Sequence[Fault] = (),
    ) -> Outgoing:
        """The migration, not begun yet; ``show`` is called as Outgoing does, ``faults`` happen on the way."""
        self._trouble = Trouble(faults, lambda: self.outgoing)
        self._driver = self._drive(Side.SOURCE, self.source, self._seen_here)
        there = partial(self._seen, Side.DESTINATION)
        self._there = self._drive(Side.DESTINATION, self.destination, there, most_behind=WAITED_FOR_PAGES)
        self._handover = Handover()
        if CAPABILITY in self._options.capabilities:
            self.beside = [Link(self._clock) for _ in range(parameters.multifd_channels)]
            for link in self.beside:
                link.be_like(self.link)
        self.outgoing = self.sender(
            self.source,
            self._trouble.forward(self.link.source),
            lambda action: self._driver.order(lambda _: action()).result(),
            parameters=parameters,
            handover=self._handover,
            throttle=lambda percent: self._driver.set_rate(self._rate * (100 - percent) / 100),
            show=lambda statistics: show(self.outgoing, statistics),
            stopped=self._stopped,
            urgent=lambda: self.second.source,
            beside=[link.source for link in self.beside],
            clock=self._clock,
        )
        return self.outgoing

    def _drive(
        self, side: Side, machine: Machine, show: Callable[[MachineView], None], *, most_behind: float = MOST_BEHIND
    ) -> Driver:
        asked = partial(self._grant, side)
        clock, rate = self._clock, self._rate
        return Driver(machine, clock, rate=rate, show=show, about_to_run=asked, most_behind=most_behind)

    def _seen_here(self, view: MachineView) -> None:
        """By the machine's thread; once the guest is gone there is nothing to follow."""
        if self._switched is None:
            self._follow()
        self._seen(Side.SOURCE, view)

    @property
    def links(self) -> list[Link]:
        """All that there are now."""
        return [self.link, self.second, *self.beside]

    @property
    def owner(self) -> Side:
        """Who may run the guest now."""
        return self._handover.owner

    def choose_workload(self, name: str, rate: int) -> None:
        """Ask this of the guest, whoever has it, before it runs on.  From any thread, once prepared.

        KeyError for an unknown name; ``rate`` in pages a tick."""
        self._wish.append((WORKLOADS[BY_NAME[name]].name, rate))

    def _grant(self, side: Side, machine: Machine) -> None:
        """What was asked last, of a guest that is about to run on; by the thread that it belongs to."""
        with suppress(IndexError):
            name, rate = self._wish.popleft()
            self._ask(machine)
            machine.choose_workload(name, rate)
            self.chosen.append(Chosen(machine.tick, side, name, rate))

    def _ask(self, machine: Machine) -> None:
        """The guest runs on this machine, and is about to be asked something."""

    def give_up(self) -> None:
        """End it: cancel the migration, and prove nothing.  From any thread."""
        self._given_up.set()
        self.outgoing.abandon()

    def _stopped(self) -> None:
        self._switched = self.source.tick
        self._follow()

    def recover(self) -> None:
        """Both sides go on with their postcopy over a new link.  Raises SnapmgrError ``not-paused``."""
        self._received.wait()
        old = self.link, self.second
        self.link, self.second = Link(self._clock), Link(self._clock)
        for made, broken in zip((self.link, self.second), old, strict=True):
            made.be_like(broken)
            made.forward.tap, made.back.tap = broken.forward.tap, broken.back.tap
            self.opened(made)
        if self.arriving is not None:
            second = self.second.destination if "postcopy-preempt" in self.destination.options.capabilities else None
            self.arriving.recover_once_paused(self._trouble.back(self.link.destination), second)
        self.outgoing.recover(self._trouble.forward(self.link.source))

    def move(self, before: int, after: int, *, live: bool = False, recoveries: int | None = 0) -> Moved:
        """Run ``before`` ticks, migrate the running guest, and ``after`` ticks more, ``live`` ones at the usual rate.

        A postcopy that breaks is recovered ``recoveries`` times, then given up; with None somebody else calls
        ``recover`` or ``outgoing.cancel``.  Raises Blocked, SaveError, and Cancelled where it was given up."""
        self.source.advance(before)
        self._follow()
        with ThreadPoolExecutor(3, thread_name_prefix="migrate") as threads, self._ticking(threads):
            arriving: Future[SnapmgrError | None] = threads.submit(self._arrive)
            tending = threads.submit(tend, self.outgoing, self.recover, recoveries, self.recover_after)
            try:
                statistics = self.outgoing.run()
            finally:
                self.link.source.yank()
                self._received.wait()
                self._end_arrival()
            tending.result()
            refused = arriving.result()
        arrival = self.arriving.statistics if self.arriving is not None else None
        whole = statistics.status is MigrationStatus.COMPLETED or self.owner is Side.SOURCE or self._has_all_ram
        if live and whole and not self._given_up.is_set():
            moved = self.owner is Side.DESTINATION
            self._live(*((Side.DESTINATION, self.destination) if moved else (Side.SOURCE, self.source)), after)
            after = 0
        return Moved(statistics, self._proof(statistics, after), refused, arrival)

    def _arrive(self) -> SnapmgrError | None:
        """The destination's thread: what was refused, if anything was; in postcopy its guest runs meanwhile."""
        try:
            self.arriving = self._receive()
        except SnapmgrError as error:
            return error
        finally:
            self._received.set()
        if self.arriving is not None:
            self._there.work()
        return None

    def _end_arrival(self) -> None:
        """Everything has come, or never will."""
        if self.arriving is not None:
            if self.outgoing.statistics.status is not MigrationStatus.COMPLETED:
                self.arriving.cancel()
            self.arriving.wait()
        self._there.finish()

    def _receive(self) -> Arriving | None:
        return receive(
            self.destination,
            self._trouble.back(self.link.destination),
            handover=self._handover,
            urgent=lambda: self.second.destination,
            beside=[link.destination for link in self.beside],
        )

    def _live(self, side: Side, machine: Machine, ticks: int) -> None:
        """In real time, until so many ticks more have passed or the guest stands still."""
        end = machine.tick + ticks

        def show(view: MachineView) -> None:
            self._seen(side, view)
            if view.tick >= end or view.run_state is not RunState.RUNNING or self._given_up.is_set():
                self._driver.finish()

        self._driver = self._drive(side, machine, show)
        self._driver.order(lambda machine: None)  # it is looked at once in any case
        self._driver.work()

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
        self._begin_proof()
        source = destination = None
        if statistics.status is MigrationStatus.COMPLETED:
            self._close_mirrors()
            self._places = self._kept
            self.destination.advance(after)
            tick = self.destination.tick
            destination = self.destination.digest()
            self.source.start()
            self._advance(self.source, tick, since=Side.DESTINATION)
            source = self.source.digest()
        elif self._handover.owner is Side.SOURCE:
            self.source.advance(after)
            tick, source = self.source.tick, self.source.digest()
        elif self._has_all_ram:
            return self._proof_of_owner(after)
        else:
            tick = self.source.tick
        return Proof(tick, source, destination, self._undisturbed(tick), self._switched)

    @property
    def _has_all_ram(self) -> bool:
        """Whether a guest that has moved lacks nothing but dirty bitmaps, whatever became of those."""
        return "postcopy-ram" not in self._options.capabilities

    def _begin_proof(self) -> None:
        """Raises Cancelled where it was given up."""
        if self._given_up.is_set():
            raise Cancelled("the migration was given up")
        self.proving = True
        self.source.trace = self.destination.trace = Trace()  # what follows is no part of the migration

    def _proof_of_owner(self, after: int) -> Proof:
        """Of the side that has the guest, where the other one has nothing any more that could be compared."""
        moved = self.owner is Side.DESTINATION
        machine = self.destination if moved else self.source
        machine.advance(after)
        digest = machine.digest()
        source, destination = (None, digest) if moved else (digest, None)
        return Proof(machine.tick, source, destination, self._undisturbed(machine.tick), self._switched)

    def _undisturbed(self, tick: int) -> str:
        """The digest of the machine that was never moved."""
        with Machine(self._options, [open_disk(path) for path in self._begun]) as reference:
            self._advance(reference, tick)
            return reference.digest()

    def _advance(self, machine: Machine, tick: int, since: Side | None = None) -> None:
        """To ``tick``, being asked on the way what the guest was asked: all, or only what was asked while ``since`` had
        it."""
        for chosen in self.chosen:
            if chosen.side is since or since is None:
                machine.advance(chosen.tick - machine.tick)
                machine.choose_workload(chosen.workload, chosen.rate)
        machine.advance(tick - machine.tick)
