"""One migration of two machines of the view's own: threads that do it, and what can be asked of it meanwhile.

The machines belong to a thread of their own.  What the window wants of them is an attribute that they look at, or an
order; what they are like is read off the recorder.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QObject, Signal

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.migrate.both import Both, Moved
from snapmgr.migrate.colo.both import Replicated
from snapmgr.migrate.handover import Side
from snapmgr.migrate.held import Gate, HeldClock
from snapmgr.migrate.recorder import Recorder
from snapmgr.migrate.recording import Recording, stream_name
from snapmgr.migrate.wanted import Wanted
from snapmgr.savevm.status import MigrationStatus
from snapmgr.trace.events import TraceEvent
from ui.shell.tasks import Tasks, step_back
from ui.words import tr


class Stage(Enum):
    """Where a run is.  ``SETTLING``: it is over, and the guest lives on for a while before all is compared."""

    STARTING = auto()
    MOVING = auto()
    SETTLING = auto()
    OVER = auto()


class Run(QObject):
    """``changed`` comes when ``stage``, or what waits before the gate, is another one."""

    changed = Signal()
    _told = Signal()

    def __init__(self, tasks: Tasks, wanted: Wanted, parent: QObject) -> None:
        super().__init__(parent)
        self.wanted = wanted
        self.recording = Recording()
        self.stage = Stage.STARTING
        self._clock = HeldClock()
        self._gate = Gate(self._clock, self._told.emit, self._hand_on)
        self.recorder = Recorder(self.recording, self._clock)
        self._told.connect(self.changed)
        self._tasks = tasks
        self._life: asyncio.Task[None] | None = None
        self._wanting = threading.Lock()

    # -- what it is like -------------------------------------------------------------------------------------------

    @property
    def both(self) -> Both | None:
        """None before the machines are there."""
        return self.recorder.both

    @property
    def status(self) -> MigrationStatus:
        return self.both.outgoing.statistics.status if self.both is not None else MigrationStatus.NONE

    @property
    def owner(self) -> Side:
        """Who has the guest."""
        return self.both.owner if self.both is not None else Side.SOURCE

    @property
    def is_over(self) -> bool:
        return self.stage is Stage.OVER

    @property
    def stepping(self) -> bool:
        return self._gate.stepping

    @property
    def waiting(self) -> TraceEvent | None:
        """What comes next, while it stands still before it."""
        return self._gate.waiting

    # -- what is asked of it ---------------------------------------------------------------------------------------

    def start(self) -> None:
        self._life = self._tasks.start(self._live(), tr("Migrate the demo machine"), lasting=True)

    def want(self, wanted: Wanted) -> None:
        """What may change while it runs: the link, the parameters, what the guest does."""
        with self._wanting:
            before, self.wanted = self.wanted, wanted
            if not self.is_over:
                self._change(before)

    def _change(self, before: Wanted) -> None:
        """From what was wanted ``before``, where there is something that could be changed."""
        wanted, both = self.wanted, self.both
        if both is None:
            return
        for link in both.links:
            wanted.set_link(link)
        parameters, asked = both.outgoing.parameters, wanted.parameters()
        for name in parameters.__slots__:
            setattr(parameters, name, getattr(asked, name))
        if (before.workload, before.writes) != (wanted.workload, wanted.writes):
            both.choose_workload(wanted.workload, wanted.writes)

    def cancel(self) -> None:
        """The guest stays where it is."""
        self._gate.open()
        if self.both is not None:
            with suppress(SnapmgrError):  # the guest has gone over meanwhile
                self.both.outgoing.cancel()

    def cut(self) -> None:
        """The link breaks."""
        self._gate.open()
        if self.both is not None:
            for link in self.both.links:
                link.cut()

    def postcopy(self) -> None:
        """The guest goes over now, and its RAM follows.  Raises SnapmgrError ``no-postcopy``."""
        if self.both is not None:
            self.both.outgoing.postcopy()

    def pause(self) -> None:
        """Postcopy stands.  Raises SnapmgrError ``not-postcopy``."""
        if self.both is not None:
            self.both.outgoing.pause()

    def migrate_continue(self) -> None:
        """The guest, which waits before the switchover, goes over.  Raises SnapmgrError ``not-pre-switchover``."""
        if self.both is not None:
            self.both.outgoing.migrate_continue()

    def fail_over(self, survivor: Side) -> None:
        """The other machine is lost, this one goes on.  Raises SnapmgrError ``no-colo`` where COLO is not on."""
        self._gate.open()
        if isinstance(self.both, Replicated):
            self.both.fail_over(survivor)

    async def recover(self) -> None:
        """Postcopy goes on over a new link.  Raises SnapmgrError ``not-paused``."""
        if self.both is not None:
            await self._tasks.run_in_worker(self.both.recover)

    def step(self) -> None:
        """Go on to the next section or command, and stand still before it."""
        self._gate.step()
        self.changed.emit()

    def _hand_on(self) -> None:
        """Before it stands still: what was put can be looked at then."""
        if self.both is not None:
            self.both.outgoing.hand_on()

    def go_on(self) -> None:
        """No steps any more."""
        self._gate.open()
        self.changed.emit()

    async def end(self) -> None:
        """Give it up, and wait until nothing of it runs."""
        if self._life is not None and not self._life.done():
            self._life.cancel()
            await asyncio.wait([self._life])

    # -- its life --------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        own = ThreadPoolExecutor(1, thread_name_prefix="migration", initializer=step_back)
        work = asyncio.get_running_loop().run_in_executor(own, self._work)
        try:
            moved = await asyncio.shield(work)
            self.recorder.finish(moved)
        except asyncio.CancelledError:
            self._give_up()
            await asyncio.wait([work])
            work.exception()
            raise
        except Exception as error:
            self.recorder.finish(None, str(error))
            raise
        finally:
            own.shutdown(wait=False)
            self.recorder.close()
            self.stage = Stage.OVER
            self.changed.emit()

    def _give_up(self) -> None:
        self._ended_early = True  # first: whoever is just beginning looks at it then
        self._gate.open()
        if self.both is not None:
            self.both.give_up()

    def _work(self) -> Moved:
        wanted = self.wanted
        with TemporaryDirectory(prefix="snapmgr-disks-") as folder:
            return self._move(wanted, wanted.make_disks(Path(folder)))

    def _move(self, wanted: Wanted, disks: list[Path]) -> Moved:
        file = self.recording.streams / stream_name(0, forward=True)
        with wanted.both(self._clock, self.recorder.seen, disks, file) as both:
            both.source.advance(wanted.before)
            for link in both.links:
                wanted.set_link(link)
            both.prepare(wanted.parameters(), faults=wanted.faults())
            self.recorder.begin(both)
            with self._wanting:
                self._change(wanted)  # to what was wanted while the machines were made
            both.source.trace.listen(self._gate)
            if self._ended_early:
                raise Cancelled("the migration was given up")
            self.stage = Stage.MOVING
            self._told.emit()
            return both.move(0, wanted.after, live=True, recoveries=None)

    _ended_early = False
