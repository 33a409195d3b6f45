"""Both sides of a migration on the same RAM, which stays where it is (capability x-ignore-shared)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.both import TICKS_A_SECOND, Both, Proof, Seen, unseen
from snapmgr.migrate.model import Statistics


class SharedRam(Both):
    """As Both; demo.ram is a file that both machines map, of its own where ``options`` name none."""

    def __init__(
        self,
        options: MachineOptions,
        disks: Sequence[Path],
        *,
        rate: float = TICKS_A_SECOND,
        clock: Callable[[], float] = time.monotonic,
        seen: Seen = unseen,
    ) -> None:
        self._own = TemporaryDirectory(prefix="snapmgr-ram-") if options.shared_ram is None else None
        path = options.shared_ram if self._own is None else Path(self._own.name) / "ram"
        super().__init__(replace(options, shared_ram=path), disks, rate=rate, clock=clock, seen=seen)

    def __exit__(self, *what: object) -> None:
        super().__exit__(*what)
        if self._own is not None:
            self._own.cleanup()

    def _proof(self, statistics: Statistics, after: int) -> Proof:
        """The source cannot go on for comparison: it would write to the guest's RAM."""
        return self._proof_of_owner(after)

    def _undisturbed(self, tick: int) -> str:
        with_shared, self._options = self._options, replace(self._options, shared_ram=None)
        try:
            return super()._undisturbed(tick)
        finally:
            self._options = with_shared
