"""Both sides of COLO in one process, one of which is lost after some checkpoints, and the proof that all else stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.both import TICKS_A_SECOND, Both, Proof
from snapmgr.migrate.colo.secondary import Secondary
from snapmgr.migrate.destination import receive
from snapmgr.migrate.handover import Side
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.source import Outgoing
from snapmgr.migrate.trouble import Fault
from snapmgr.savevm.status import MigrationStatus


class Replicated(Both):
    """As Both; the machines must have the capability x-colo.  ``survivor`` goes on after ``checkpoints`` of them."""

    def __init__(
        self,
        options: MachineOptions,
        disks: Sequence[Path],
        *,
        survivor: Side = Side.DESTINATION,
        checkpoints: int = 5,
        rate: float = TICKS_A_SECOND,
    ) -> None:
        super().__init__(options, disks, rate=rate)
        self._survivor, self._checkpoints = survivor, checkpoints
        self.secondary = Secondary(rate=rate, lost=self._taken_over)
        self.failover: int | None = None
        """Tick at which the secondary took over, if it did."""

    def _taken_over(self, machine: Machine) -> None:
        self.failover = machine.tick

    def prepare(
        self,
        parameters: Parameters,
        show: Callable[[Outgoing, Statistics], None] = lambda outgoing, statistics: None,
        faults: Sequence[Fault] = (),
    ) -> Outgoing:
        def shown(outgoing: Outgoing, statistics: Statistics) -> None:
            show(outgoing, statistics)
            if has_enough(statistics, self._checkpoints):
                self._lose()

        return super().prepare(parameters, shown, faults)

    def _lose(self) -> None:
        if self._survivor is Side.DESTINATION:
            self.secondary.lost_heartbeat()
        else:
            self.outgoing.x_colo_lost_heartbeat()

    def _stopped(self) -> None:
        self._switched = self.source.tick

    def _receive(self) -> None:
        receive(self.destination, self.link.destination, handover=self._handover, secondary=self.secondary)

    def _proof(self, statistics: Statistics, after: int) -> Proof:
        return self._proof_of_owner(after)


def has_enough(statistics: Statistics, checkpoints: int) -> bool:
    """Whether COLO is on and has made so many of them."""
    colo = statistics.colo
    return statistics.status is MigrationStatus.COLO and colo is not None and colo.checkpoints >= checkpoints
