"""The parts of the work on a snapshot, as words."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """What is being done; a snapshot goes through some of them, in whatever order its work has."""

    WAITING = "waiting"
    """Somebody else works on the machine."""
    SAVING = "saving the VM state"
    TRYING = "trying the VM state"
    """Before anything is changed, on a machine that nobody sees."""
    DISKS = "preparing the disks"
    LOADING = "loading the VM state"
    """The disks have gone back already."""
