"""Who runs a machine in this window and has its disks open: what is done with its snapshots goes through it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol

from snapmgr.snapshots.model import Snapshots
from ui.models.source_list import Paths
from ui.shell.failures import Failure
from ui.snapshots.change_request import ChangeRequest

if TYPE_CHECKING:
    from snapmgr.jobs.snapshots import MachineJobs
    from snapmgr.snapshots.space import MachineSpace
    from ui.models.now_row import Now
    from ui.snapshots.about import State


class Owner(Protocol):
    """One machine."""

    @property
    def files(self) -> Paths:
        """Its disks, by path."""

    @property
    def runs(self) -> bool:
        """Whether its guest runs now."""

    @property
    def ram(self) -> int:
        """Bytes of RAM: what its VM state takes at most, about."""

    @property
    def now(self) -> Now | None:
        """What it is at this moment, None before that is known."""

    def facts(self) -> Sequence[str]:
        """What is said of it beside its name."""

    def state(self) -> State:
        """The chip there."""

    async def snapshots(self) -> Snapshots:
        """What there is on its disks.  Raises SnapmgrError, OSError where it has none of them."""

    def failure(self, error: Exception) -> Failure:
        """What ``snapshots`` raised, and what the machine is like without."""

    async def space(self) -> MachineSpace:
        """What its snapshots take up.  Raises SnapmgrError."""

    async def jobs(self) -> MachineJobs:
        """What changes its snapshots."""

    def doing(self, request: ChangeRequest) -> AbstractAsyncContextManager[None]:
        """Entered as long as a change is made."""
