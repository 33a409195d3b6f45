"""Statuses of a job, the moves between them, and which verb each of them takes (qapi/job.json; job.c).

Statuses and verbs are QAPI's; the two tables agree with QEMU 8.2 and later, the verb ``change`` included.
"""

from __future__ import annotations

from enum import StrEnum

from snapmgr.errors import SnapmgrError


class JobStatus(StrEnum):
    """QAPI's names."""

    UNDEFINED = "undefined"
    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    READY = "ready"
    STANDBY = "standby"
    WAITING = "waiting"
    PENDING = "pending"
    ABORTING = "aborting"
    CONCLUDED = "concluded"
    NULL = "null"


class JobVerb(StrEnum):
    """QAPI's names, as they stand in QEMU's messages."""

    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    SET_SPEED = "set-speed"
    COMPLETE = "complete"
    FINALIZE = "finalize"
    DISMISS = "dismiss"
    CHANGE = "change"


_S = JobStatus

MOVES: dict[JobStatus, frozenset[JobStatus]] = {
    _S.UNDEFINED: frozenset({_S.CREATED}),
    _S.CREATED: frozenset({_S.RUNNING, _S.ABORTING, _S.NULL}),
    _S.RUNNING: frozenset({_S.PAUSED, _S.READY, _S.WAITING, _S.ABORTING}),
    _S.PAUSED: frozenset({_S.RUNNING}),
    _S.READY: frozenset({_S.STANDBY, _S.WAITING, _S.ABORTING}),
    _S.STANDBY: frozenset({_S.READY}),
    _S.WAITING: frozenset({_S.PENDING, _S.ABORTING}),
    _S.PENDING: frozenset({_S.ABORTING, _S.CONCLUDED}),
    _S.ABORTING: frozenset({_S.ABORTING, _S.CONCLUDED}),
    _S.CONCLUDED: frozenset({_S.NULL}),
    _S.NULL: frozenset(),
}
"""Where a job may go from each status (JobSTT)."""

_BEGUN = frozenset({_S.CREATED, _S.RUNNING, _S.PAUSED, _S.READY, _S.STANDBY})

TAKES: dict[JobVerb, frozenset[JobStatus]] = {
    JobVerb.CANCEL: _BEGUN | {_S.WAITING, _S.PENDING},
    JobVerb.PAUSE: _BEGUN,
    JobVerb.RESUME: _BEGUN,
    JobVerb.SET_SPEED: _BEGUN,
    JobVerb.COMPLETE: frozenset({_S.READY, _S.STANDBY}),
    JobVerb.FINALIZE: frozenset({_S.PENDING}),
    JobVerb.DISMISS: frozenset({_S.CONCLUDED}),
    JobVerb.CHANGE: _BEGUN,
}
"""In which statuses a verb is taken (JobVerbTable)."""


def permitted(status: JobStatus) -> frozenset[JobVerb]:
    """The verbs that a status takes."""
    return frozenset(verb for verb, statuses in TAKES.items() if status in statuses)


class IllegalMove(SnapmgrError):
    """A move that the table does not have; QEMU aborts on it."""

    def __init__(self, job_id: str, start: JobStatus, end: JobStatus) -> None:
        super().__init__("job-status", f"job {job_id} cannot go from {start} to {end}")


class VerbRefused(SnapmgrError):
    """The job takes no such verb in its status; or never, where ``qemu`` says so."""

    def __init__(self, job_id: str, status: JobStatus, verb: JobVerb, qemu: str | None = None) -> None:
        super().__init__(
            "job-verb",
            f"job {job_id} is {status}: {verb} is not possible",
            qemu=qemu or f"Job '{job_id}' in state '{status}' cannot accept command verb '{verb}'",
        )


def check_move(job_id: str, start: JobStatus, end: JobStatus) -> None:
    """Raise IllegalMove unless the table has it."""
    if end not in MOVES[start]:
        raise IllegalMove(job_id, start, end)


def check_verb(job_id: str, status: JobStatus, verb: JobVerb) -> None:
    """Raise VerbRefused unless the table has it (job_apply_verb)."""
    if status not in TAKES[verb]:
        raise VerbRefused(job_id, status, verb)
