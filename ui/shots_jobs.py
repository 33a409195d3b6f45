"""Pictures of jobs: one that runs, one that failed, one that is done."""

from __future__ import annotations

from typing import Any

from ui.shots import Stage
from ui.shots_changes import dialog
from ui.shots_snapshots import MINUTE, NOW, SECOND, devbox, open_devbox, page, select, shot
from ui.shots_tight import tight

MIB = 1 << 20


def running(stage: Stage, *, cancelling: bool = False, pending: bool = False) -> int:
    """A job as it is in the middle of its work, on another machine than that on show."""
    from snapmgr.jobs.job import JobType, JobView
    from snapmgr.jobs.meter import JobProgress
    from snapmgr.jobs.status import JobStatus, permitted
    from snapmgr.snapshots.phase import Phase
    from ui.models.source_list import DEMO

    jobs = page(stage).jobs
    number = jobs.add("Saving “before-nvme-test”", "Demo machine", "camera", DEMO, in_bytes=True)
    far = JobProgress(Phase.SAVING, 742 * MIB, 1341 * MIB, 182.0 * MIB, 3.3)
    steps: tuple[JobStatus, ...] = (JobStatus.CREATED, JobStatus.RUNNING)
    if pending:
        far = JobProgress(Phase.DISKS, 1341 * MIB, 1341 * MIB, None, None)
        steps = (*steps, JobStatus.WAITING, JobStatus.PENDING)
    view = JobView(
        f"save-{number}", JobType.SNAPSHOT_SAVE, steps[-1], far, None, None, steps,
        cancelling=cancelling, cancellable=not cancelling, verbs=permitted(steps[-1]),
    )  # fmt: skip
    jobs._show(number, view)
    return number


async def three(stage: Stage) -> None:
    """Deleted, failed, and one that runs."""
    from tests.ui.snapshots.made import held

    await open_devbox(stage)
    await select(stage, "after-first-boot")
    await stage.act("snapshot.delete")
    dialog(stage).accept()
    await stage.settled()
    await stage.act("snapshot.save")
    await stage.type("weekly-2026-47", dialog(stage).name.edit)
    with held(stage.folder / "devbox-vdb.qcow2", "qemu-system-x86"):
        dialog(stage).accept()
        await stage.settled()
    running(stage)
    await select(stage, "pre-upgrade")
    _same_times(stage)
    await stage.turn()


def _same_times(stage: Stage) -> None:
    """What took some milliseconds takes the same in every picture."""
    from dataclasses import replace

    jobs = page(stage).jobs
    notes = {"Not saved": "Failed after 41 s at 15:31:40", "Deleted": "Took 2.1 s"}
    for one in jobs.activities:
        for title, note in notes.items():
            if one.title.startswith(title):
                jobs._put(replace(one, note=note))


@shot("D2-jobs")
async def all_jobs(stage: Stage) -> None:
    """All of them."""
    await three(stage)
    await stage.act("jobs.panel")


@shot("jobs-narrow", size=(1024, 700))
async def all_jobs_narrow(stage: Stage) -> None:
    """All of them in a narrow window."""
    await three(stage)
    await stage.act("jobs.panel")


@shot("jobs-strip")
async def strip(stage: Stage) -> None:
    """The newest that runs, and how many more there are."""
    await three(stage)


@shot("jobs-cancelling")
async def cancelling(stage: Stage) -> None:
    """One that was asked to stop."""
    await open_devbox(stage)
    running(stage, cancelling=True)
    await stage.act("jobs.panel")


@shot("jobs-pending")
async def pending(stage: Stage) -> None:
    """One that is prepared and waits to be finalized, as the settings can ask for."""
    await open_devbox(stage)
    running(stage, pending=True)
    await stage.act("jobs.panel")


@shot("jobs-pending-strip", size=(800, 560))
async def pending_strip(stage: Stage) -> None:
    """The same in the strip of the smallest window."""
    await open_devbox(stage)
    running(stage, pending=True)


@shot("jobs-closing")
async def closing(stage: Stage) -> None:
    """What closing the window asks."""
    await open_devbox(stage)
    running(stage)
    stage.window.close()
    await stage.turn()


@shot("jobs-history")
async def history(stage: Stage) -> None:
    """What there was."""
    from snapmgr.jobs.history import JobHistory, JobRecord

    kept = JobHistory()
    now = int(NOW) * SECOND
    rows: list[Any] = [
        ("snapshot-save", "“weekly-2026-47”", "devbox", 300, 41.0, "No space left on device"),
        ("snapshot-delete", "12 snapshots", "devbox", 90, 2.1, None),
        ("snapshot-save", "“before-nvme-test”", "demo", 20, 6.0, "Operation canceled"),
        ("snapshot-save", "“before-nvme-test”", "demo", 3, 7.4, None),
    ]
    for number, (kind, about, machine, minutes, took, error) in enumerate(rows):
        start = now - minutes * MINUTE * SECOND
        end = start + int(took * SECOND)
        kept.append(JobRecord(kind, f"{kind}-{number}", machine, start, end, "concluded", error, about))
    await stage.open(*devbox(stage))
    await stage.act("jobs.history")


@tight("jobs")
async def jobs_tight(stage: Stage) -> None:
    """All of them in the smallest window."""
    stage.context.now = lambda: NOW
    await three(stage)
    await stage.act("jobs.panel")


@tight("pseudo-translated-jobs", pseudo=True)
async def jobs_translated(stage: Stage) -> None:
    stage.context.now = lambda: NOW
    await three(stage)
    await stage.act("jobs.panel")
