"""What can be done with the demo machine's snapshots, as jobs: how each begins, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from snapmgr.jobs.job import Job, JobView
from snapmgr.jobs.snapshots import MachineJobs
from snapmgr.snapshots.machine import Saved
from snapmgr.snapshots.model import SnapshotRow
from ui.models.names import quoted
from ui.shell import formats
from ui.snapshots.change_request import Kind
from ui.snapshots.change_texts import freed_text
from ui.snapshots.demo_where import Where
from ui.words import grouped, tr

Shown = Callable[[JobView], None]


@dataclass(frozen=True, slots=True)
class DemoJob:
    """``begin(jobs, job_id, shown)`` starts it; ``ended(result)`` is what is said then: (title, about)."""

    kind: Kind
    title: str
    begin: Callable[[MachineJobs, str, Shown], Job]
    ended: Callable[[Any], tuple[str, str]]


def save(name: str, live: bool, where: Where, ended: Callable[[Saved], tuple[str, str]]) -> DemoJob:
    """Without a ``name`` it gets one of date and time; ``live``: the guest runs meanwhile."""
    title = tr("Saving {snapshot}", snapshot=quoted(name)) if name else tr("Saving a snapshot")

    def begin(jobs: MachineJobs, job_id: str, shown: Shown) -> Job:
        kept = {"devices": where.devices, "vmstate": where.vmstate}
        return jobs.save(job_id, name or None, live=live, shown=shown, **kept)

    return DemoJob(Kind.SAVE, title, begin, ended)


def saved(result: Saved, units: formats.Units) -> tuple[str, str]:
    """What it is called, how large it is, and how long the guest stood still."""
    stood = grouped(-(-(result.stood + result.waited) // 1_000_000))
    size = formats.size(result.vm_state_size, units)
    about = tr("VM state {size}, the guest stood still for {ms} ms", size=size, ms=stood)
    return tr("Saved {snapshot}", snapshot=quoted(result.name)), about


def load(row: SnapshotRow) -> DemoJob:
    """On the disks that have it."""
    name, devices = quoted(row.name, row.id), tuple(row.entries)
    return DemoJob(
        Kind.LOAD,
        tr("Loading {snapshot}", snapshot=name),
        lambda jobs, job_id, shown: jobs.load(job_id, f"id:{row.id}", devices=devices, shown=shown),
        lambda _: (tr("Loaded {snapshot}", snapshot=name), tr("The machine is what it was then")),
    )


def delete(row: SnapshotRow, units: formats.Units) -> DemoJob:
    name, devices = quoted(row.name, row.id), tuple(row.entries)
    return DemoJob(
        Kind.DELETE,
        tr("Deleting {snapshot}", snapshot=name),
        lambda jobs, job_id, shown: jobs.delete(job_id, f"id:{row.id}", devices=devices, shown=shown),
        lambda changed: (tr("Deleted {snapshot}", snapshot=name), freed_text(changed, units)),
    )
