"""The two tables of jobs, as QEMU has them."""

from __future__ import annotations

import pytest

from snapmgr.errors import UsageError
from snapmgr.jobs.names import check_id
from snapmgr.jobs.status import IllegalMove, JobStatus, JobVerb, VerbRefused, check_move, check_verb

ORDER = [
    "undefined",
    "created",
    "running",
    "paused",
    "ready",
    "standby",
    "waiting",
    "pending",
    "aborting",
    "concluded",
    "null",
]

MOVES = {
    "undefined": "created",
    "created": "running aborting null",
    "running": "paused ready waiting aborting",
    "paused": "running",
    "ready": "standby waiting aborting",
    "standby": "ready",
    "waiting": "pending aborting",
    "pending": "aborting concluded",
    "aborting": "aborting concluded",
    "concluded": "null",
    "null": "",
}
VERBS = {
    "cancel": "created running paused ready standby waiting pending",
    "pause": "created running paused ready standby",
    "resume": "created running paused ready standby",
    "set-speed": "created running paused ready standby",
    "complete": "ready standby",
    "finalize": "pending",
    "dismiss": "concluded",
    "change": "created running paused ready standby",
}


def test_there_are_eleven_statuses_and_eight_verbs() -> None:
    assert [status.value for status in JobStatus] == ORDER
    assert {verb.value for verb in JobVerb} == set(VERBS)


@pytest.mark.parametrize("start", JobStatus)
def test_only_these_moves_are_possible(start: JobStatus) -> None:
    for end in JobStatus:
        if end in MOVES[start].split():
            check_move("j", start, end)
        else:
            with pytest.raises(IllegalMove, match=f"from {start} to {end}"):
                check_move("j", start, end)


@pytest.mark.parametrize("verb", JobVerb)
def test_only_these_verbs_are_taken(verb: JobVerb) -> None:
    for status in JobStatus:
        if status in VERBS[verb].split():
            check_verb("j", status, verb)
        else:
            with pytest.raises(VerbRefused) as refused:
                check_verb("j", status, verb)
            assert refused.value.qemu == f"Job 'j' in state '{status}' cannot accept command verb '{verb}'"


@pytest.mark.parametrize("name", ["a", "Z9", "snap-1_2.x", "a" * 300])
def test_ids_that_qemu_takes(name: str) -> None:
    check_id(name, ())


@pytest.mark.parametrize("name", ["", "1a", "-a", "_a", "#block1", "a b", "ä", "aä", "a\n", "a/b"])
def test_ids_that_qemu_refuses(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_id(name, ())
    assert refused.value.qemu == f"Invalid job ID '{name}'"
