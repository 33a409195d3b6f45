"""What is said of a job, and the statuses that are drawn for it."""

from __future__ import annotations

import pytest

from snapmgr.jobs.meter import JobProgress
from snapmgr.jobs.status import MOVES, JobStatus
from snapmgr.snapshots.phase import Phase
from ui.snapshots import job_texts
from ui.widgets.job_stepper import steps_of

MIB = 1 << 20


def far(current: int, total: int, rate: float | None = None, remaining: float | None = None) -> JobProgress:
    return JobProgress(Phase.SAVING, current, total, rate, remaining)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (far(0, 0), ""),
        (far(742 * MIB, 1341 * MIB, 182.0 * MIB, 3.3), "742 MiB of 1.31 GiB, 182 MiB/s, about 3 s left"),
        (far(742 * MIB, 1341 * MIB, 182.0 * MIB, 1.9), "742 MiB of 1.31 GiB, 182 MiB/s"),
        (far(742 * MIB, 1341 * MIB), "742 MiB of 1.31 GiB"),
        (far(MIB, 1341 * MIB, 1.0 * MIB, 1340.0), "1.00 MiB of 1.31 GiB, 1.00 MiB/s, about 22 min 20 s left"),
    ],
)
def test_how_far(now: JobProgress, text: str) -> None:
    assert job_texts.progress(now, "binary", in_bytes=True) == text


def test_steps_are_no_bytes() -> None:
    assert job_texts.progress(far(410, 1000, 100.0, 5.9), "binary", in_bytes=False) == "about 6 s left"


def test_every_phase_has_its_words() -> None:
    assert set(job_texts.PHASES) == set(Phase)
    assert job_texts.phase("saving the VM state") == "saving the VM state" and job_texts.phase("odd") == "odd"


def test_how_long() -> None:
    assert job_texts.took(2.1, failed=False, at="10:58:12") == "Took 2.1 s"
    assert job_texts.took(41.0, failed=True, at="10:58:12") == "Failed after 41 s at 10:58:12"


def marks(*had: str) -> str:
    return " ".join(f"{step.name}:{step.mark}" for step in steps_of(had))


def test_statuses() -> None:
    later = "waiting:later pending:later concluded:later"
    assert marks() == f"created:later running:later {later}"
    assert marks("created", "running") == f"created:done running:now {later}"
    assert marks("created", "running", "paused") == f"created:done paused:now {later}"
    assert marks("created", "running", "paused", "running") == f"created:done running:now {later}"
    all_done = "created:done running:done waiting:done pending:done concluded:done"
    assert marks("created", "running", "waiting", "pending", "concluded") == all_done
    failed = "created:done running:done aborting:failed"
    assert marks("created", "running", "aborting") == f"{failed} concluded:later"
    assert marks("created", "running", "aborting", "concluded") == f"{failed} concluded:done"


def test_every_way_that_a_job_can_go_is_drawn() -> None:
    ways: list[list[JobStatus]] = [[JobStatus.CREATED]]
    seen = set()
    while ways:
        way = ways.pop()
        steps = steps_of(way)
        assert sum(step.mark == "now" for step in steps) <= 1 and steps[0].mark in ("now", "done")
        present = [step.name for step in steps if step.mark in ("now", "failed")] or ["concluded"]
        assert way[-1] in present or (way[-1] is JobStatus.CONCLUDED and steps[-1].mark == "done")
        for following in MOVES[way[-1]] - {JobStatus.NULL}:
            if (way[-1], following) not in seen:
                seen.add((way[-1], following))
                ways.append([*way, following])
