"""Both sides of COLO in one process, one of which is lost after some checkpoints, and the proof that all else stays."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from snapmgr.errors import SnapmgrError
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.both import TICKS_A_SECOND, Both, Proof, Seen, unseen
from snapmgr.migrate.colo.secondary import Secondary
from snapmgr.migrate.destination import receive
from snapmgr.migrate.handover import Side
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.source import Outgoing
from snapmgr.migrate.trouble import Fault
from snapmgr.savevm.status import MigrationStatus


class Replicated(Both):
    """As Both; the machines must have the capability x-colo.

    ``survivor`` goes on after ``checkpoints`` of them; where that is 0 somebody else calls ``fail_over``.
    """

    mirrors = False

    def __init__(
        self,
        options: MachineOptions,
        disks: Sequence[Path],
        *,
        survivor: Side = Side.DESTINATION,
        checkpoints: int = 5,
        rate: float = TICKS_A_SECOND,
        clock: Callable[[], float] = time.monotonic,
        seen: Seen = unseen,
    ) -> None:
        super().__init__(options, disks, rate=rate, clock=clock, seen=seen)
        self._survivor, self._checkpoints = survivor, checkpoints
        there = partial(seen, Side.DESTINATION)
        self.secondary = Secondary(rate=rate, clock=clock, lost=self._taken_over, seen=there)
        self.failover: int | None = None
        """Tick at which the secondary took over, if it did."""

    def _taken_over(self, machine: Machine) -> None:
        self.failover = machine.tick

    def _ask(self, machine: Machine) -> None:
        """A tick after the last checkpoint at least, so that ticks tell which choice belongs to which checkpoint."""
        if machine.colo:
            machine.advance(1)

    def fail_over(self, survivor: Side) -> None:
        """The other side is lost, this one goes on; from any thread.  Raises SnapmgrError where COLO is not on."""
        if self.outgoing.statistics.status is not MigrationStatus.COLO:
            raise SnapmgrError("no-colo", "COLO is not on", qemu="Couldn't find the related COLO state")
        if survivor is Side.DESTINATION:
            self.secondary.lost_heartbeat()
        else:
            self.outgoing.x_colo_lost_heartbeat()

    def prepare(
        self,
        parameters: Parameters,
        show: Callable[[Outgoing, Statistics], None] = lambda outgoing, statistics: None,
        faults: Sequence[Fault] = (),
    ) -> Outgoing:
        def shown(outgoing: Outgoing, statistics: Statistics) -> None:
            show(outgoing, statistics)
            if self._checkpoints and has_enough(statistics, self._checkpoints):
                self.fail_over(self._survivor)

        return super().prepare(parameters, shown, faults)

    def _stopped(self) -> None:
        self._switched = self.source.tick

    def _receive(self) -> None:
        receive(self.destination, self.link.destination, handover=self._handover, secondary=self.secondary)

    def _proof(self, statistics: Statistics, after: int) -> Proof:
        self._begin_proof()
        if self.failover is not None:  # what was asked of the source later than that never was
            had = self.secondary.status.tick
            self.chosen = [one for one in self.chosen if one.side is Side.DESTINATION or one.tick <= had]
        return self._proof_of_owner(after)


def has_enough(statistics: Statistics, checkpoints: int) -> bool:
    """Whether COLO is on and has made so many of them."""
    colo = statistics.colo
    return statistics.status is MigrationStatus.COLO and colo is not None and colo.checkpoints >= checkpoints
