"""Changes of snapshots of a machine that runs in this window: each is one of its own jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ui.snapshots.change_request import ChangeRequest, Kind

if TYPE_CHECKING:
    from snapmgr.jobs.job import Job, JobView
    from snapmgr.jobs.snapshots import MachineJobs

IN_BYTES = frozenset({Kind.SAVE, Kind.LOAD})
"""Whose progress is told in bytes."""


def saving_now(request: ChangeRequest) -> ChangeRequest:
    """What keeps the machine as it is before another snapshot is loaded: on all of its disks."""
    return ChangeRequest(
        Kind.SAVE, request.machine, (), name=request.keep_first, date=request.date, owned=True, live=request.live
    )


def loading_then(request: ChangeRequest) -> ChangeRequest:
    """The load itself."""
    return replace(request, keep_first="")


def begin(
    jobs: MachineJobs, request: ChangeRequest, now: Callable[[], int], job_id: str, shown: Callable[[JobView], None]
) -> Job:
    """Start it; ``now`` is the clock for the date of what is saved, in ns since 1970."""
    tags, devices = request.tags, request.paths or None
    if request.kind is Kind.SAVE:
        return jobs.save(
            job_id,
            request.name,
            vmstate=request.vmstate,
            devices=devices,
            overwrite=request.overwrite,
            live=bool(request.live),
            note=request.note,
            now=now,
            shown=shown,
        )
    if request.kind is Kind.LOAD:
        return jobs.load(job_id, tags, devices=devices, shown=shown)
    if request.kind is Kind.DELETE:
        return jobs.delete(job_id, tags, devices=devices, trim=request.trim, shown=shown)
    if request.kind is Kind.RENAME:
        return jobs.rename(job_id, tags, request.name, shown=shown)
    if request.kind is Kind.FINISH:
        return jobs.finish(job_id, tags, shown=shown)
    return jobs.bring_back(job_id, request.switched, shown=shown)
