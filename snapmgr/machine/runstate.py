"""Run states: QEMU's names (qapi/run-state.json) and the moves that it allows (softmmu/runstate.c)."""

from __future__ import annotations

from enum import StrEnum

from snapmgr.errors import SnapmgrError


class RunState(StrEnum):
    """Values are QAPI's names, which also travel in the ``globalstate`` section."""

    DEBUG = "debug"
    INMIGRATE = "inmigrate"
    INTERNAL_ERROR = "internal-error"
    IO_ERROR = "io-error"
    PAUSED = "paused"
    POSTMIGRATE = "postmigrate"
    PRELAUNCH = "prelaunch"
    FINISH_MIGRATE = "finish-migrate"
    RESTORE_VM = "restore-vm"
    RUNNING = "running"
    SAVE_VM = "save-vm"
    SHUTDOWN = "shutdown"
    SUSPENDED = "suspended"
    WATCHDOG = "watchdog"
    GUEST_PANICKED = "guest-panicked"
    COLO = "colo"


def _moves(start: RunState, *ends: RunState) -> dict[tuple[RunState, RunState], RunState]:
    return {(start, end): end for end in ends}


_S = RunState
TRANSITIONS: dict[tuple[RunState, RunState], RunState] = {
    **_moves(_S.DEBUG, _S.RUNNING, _S.FINISH_MIGRATE, _S.PRELAUNCH, _S.SUSPENDED),
    **_moves(
        _S.INMIGRATE,
        _S.INTERNAL_ERROR,
        _S.IO_ERROR,
        _S.PAUSED,
        _S.RUNNING,
        _S.SHUTDOWN,
        _S.SUSPENDED,
        _S.WATCHDOG,
        _S.GUEST_PANICKED,
        _S.FINISH_MIGRATE,
        _S.PRELAUNCH,
        _S.POSTMIGRATE,
        _S.COLO,
    ),
    **_moves(_S.INTERNAL_ERROR, _S.PAUSED, _S.FINISH_MIGRATE, _S.PRELAUNCH),
    **_moves(_S.IO_ERROR, _S.RUNNING, _S.FINISH_MIGRATE, _S.PRELAUNCH),
    **_moves(_S.PAUSED, _S.RUNNING, _S.FINISH_MIGRATE, _S.POSTMIGRATE, _S.PRELAUNCH, _S.COLO),
    **_moves(_S.POSTMIGRATE, _S.RUNNING, _S.FINISH_MIGRATE, _S.PRELAUNCH),
    **_moves(_S.PRELAUNCH, _S.INMIGRATE, _S.RUNNING, _S.FINISH_MIGRATE),
    **_moves(_S.FINISH_MIGRATE, _S.RUNNING, _S.PAUSED, _S.POSTMIGRATE, _S.PRELAUNCH, _S.COLO),
    **_moves(_S.RESTORE_VM, _S.RUNNING, _S.PRELAUNCH),
    **_moves(_S.COLO, _S.RUNNING, _S.PRELAUNCH, _S.SHUTDOWN),
    **_moves(
        _S.RUNNING,
        _S.DEBUG,
        _S.INTERNAL_ERROR,
        _S.IO_ERROR,
        _S.PAUSED,
        _S.FINISH_MIGRATE,
        _S.RESTORE_VM,
        _S.SAVE_VM,
        _S.SHUTDOWN,
        _S.WATCHDOG,
        _S.GUEST_PANICKED,
        _S.COLO,
        _S.SUSPENDED,
    ),
    **_moves(_S.SAVE_VM, _S.RUNNING),
    **_moves(_S.SHUTDOWN, _S.PAUSED, _S.FINISH_MIGRATE, _S.PRELAUNCH, _S.COLO),
    **_moves(_S.SUSPENDED, _S.RUNNING, _S.FINISH_MIGRATE, _S.PRELAUNCH, _S.COLO),
    **_moves(_S.WATCHDOG, _S.RUNNING, _S.FINISH_MIGRATE, _S.PRELAUNCH, _S.COLO),
    **_moves(_S.GUEST_PANICKED, _S.RUNNING, _S.FINISH_MIGRATE, _S.PRELAUNCH),
}
"""(from, to) → to; what is not here is not allowed (runstate_transitions_def)."""


class IllegalRunState(SnapmgrError):
    """A move that the table does not have; QEMU aborts on it."""

    def __init__(self, start: RunState, end: RunState) -> None:
        text = f"invalid runstate transition: '{start}' -> '{end}'"
        super().__init__("run-state", text, qemu=text)


def move(start: RunState, end: RunState) -> RunState:
    """The state after the move; a state may always stay (runstate_set).  Raises IllegalRunState."""
    if start is end:
        return end
    try:
        return TRANSITIONS[start, end]
    except KeyError:
        raise IllegalRunState(start, end) from None


def needs_reset(state: RunState) -> bool:
    """Whether the machine cannot go on from here without a reset (runstate_needs_reset)."""
    return state in (RunState.INTERNAL_ERROR, RunState.SHUTDOWN)
