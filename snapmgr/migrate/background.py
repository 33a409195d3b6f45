"""A background snapshot to the other side: RAM goes as it was at one moment, and the guest runs on here
(migration/migration.c: bg_migration_thread).

The destination has the machine as it was then, and stands.  Disks are not part of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from snapmgr.errors import UsageError
from snapmgr.machine.live import LiveSave
from snapmgr.machine.machine import Machine
from snapmgr.migrate.both import Both, Proof
from snapmgr.migrate.destination import receive
from snapmgr.migrate.handover import Handover
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.source import Outgoing
from snapmgr.migrate.trouble import Fault
from snapmgr.savevm.output import Buffer
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.trace.events import TraceEvent

CAPABILITY = "background-snapshot"


class BackgroundOutgoing(Outgoing):
    """``taken_in`` is set once the other side is done with what came; ``tick`` is that of the moment."""

    taken_in: threading.Event
    tick: int | None = None

    def _check(self) -> None:
        self._machine.blockers.check(self._machine.registry)
        self._tell(Status.SETUP)

    def _tell(self, status: Status) -> None:
        """The machine's own state is kept by the save."""
        self.statistics.status = status
        self._machine.trace.emit(TraceEvent("migrate_set_state", (("new_state", status.value),)))
        self._show(self.statistics)
        self._wake()

    def _migrate(self) -> None:
        with self._phase("setup"):
            live = self._at_owner(self._stand_a_moment)
        self.statistics.setup_time = self._elapsed()
        self.statistics.downtime = live.stood / 1e6
        done = False
        try:
            self._tell(Status.ACTIVE)
            with self._phase("background"):
                self._new_period()
                live.put(self._put)
                self._channel.end()
                while not self.taken_in.wait(0.02):
                    self._refuse_cancelled()
            done = True
        finally:
            self._at_owner(lambda: live.end(done=done))
        self._sum_up()
        self._tell(Status.COMPLETED)

    def _stand_a_moment(self) -> LiveSave:
        live = LiveSave(self._machine)
        self._out, self.tick = live.output, self._machine.tick
        return live

    def _put(self, buffers: Sequence[Buffer]) -> None:
        self._channel.send(buffers)
        self._pace()


class Snapshotted(Both):
    """As Both, for machines with the capability background-snapshot; both have the guest's state in the end."""

    sender = BackgroundOutgoing

    def __enter__(self) -> Both:
        if self._paths:
            raise UsageError("background-disks", "a background snapshot leaves disks out", hint="Take none.")
        return super().__enter__()

    def prepare(
        self,
        parameters: Parameters,
        show: Callable[[Outgoing, Statistics], None] = lambda outgoing, statistics: None,
        faults: Sequence[Fault] = (),
    ) -> Outgoing:
        outgoing = super().prepare(parameters, show, faults)
        assert isinstance(outgoing, BackgroundOutgoing)
        outgoing.taken_in = self._received
        return outgoing

    def _receive(self) -> None:
        receive(self.destination, self.link.destination, handover=Handover(), autostart=False)

    def _ask(self, machine: Machine) -> None:
        """A tick after the moment at least, so that ticks tell what was asked before it."""
        machine.advance(1)

    def _proof(self, statistics: Statistics, after: int) -> Proof:
        """The destination goes on from the moment, and is asked what the source was asked since."""
        self._begin_proof()
        assert isinstance(self.outgoing, BackgroundOutgoing)
        self.source.advance(after)
        tick, destination, taken = self.source.tick, None, self.outgoing.tick
        if statistics.status is Status.COMPLETED and taken is not None:
            asked = self.chosen
            self.chosen = [one for one in asked if one.tick > taken]
            self._advance(self.destination, tick)
            self.chosen = asked
            destination = self.destination.digest()
        return Proof(tick, self.source.digest(), destination, self._undisturbed(tick), taken)
