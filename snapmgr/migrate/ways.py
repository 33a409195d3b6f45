"""Which kind of Both the capabilities of a machine ask for: a channel, a file, RAM that stays, a copy."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.background import CAPABILITY as BACKGROUND
from snapmgr.migrate.background import Snapshotted
from snapmgr.migrate.both import TICKS_A_SECOND, Both, Seen, unseen
from snapmgr.migrate.mapped import CAPABILITY as MAPPED
from snapmgr.migrate.shared_ram import SharedRam
from snapmgr.migrate.through_file import ThroughFile

SHARED = "x-ignore-shared"


class SharedThroughFile(SharedRam, ThroughFile):
    """RAM stays, and all else goes by way of a file."""


def both_of(
    options: MachineOptions,
    disks: Sequence[Path],
    *,
    file: Path | None = None,
    rate: float = TICKS_A_SECOND,
    clock: Callable[[], float] = time.monotonic,
    seen: Seen = unseen,
) -> Both:
    """Not COLO, which wants to know more.  ``file`` is what mapped-ram writes; one of its own goes with the Both."""
    names = options.capabilities
    if BACKGROUND in names:
        return Snapshotted(options, disks, rate=rate, clock=clock, seen=seen)
    if MAPPED not in names:
        kind = SharedRam if SHARED in names else Both
        return kind(options, disks, rate=rate, clock=clock, seen=seen)
    through = SharedThroughFile if SHARED in names else ThroughFile
    made = through(options, disks, rate=rate, clock=clock, seen=seen)
    made.keeps = file
    return made
