"""QMP's snapshot-save, snapshot-load and snapshot-delete, for a machine that runs and for images without one.

The machine's run state follows the start of the job: what ran runs on afterwards, what stood stands, whatever the
snapshot says (savevm.c: snapshot_load_job_bh).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from snapmgr.jobs.control import JobControl
from snapmgr.jobs.job import Job, JobType, JobView
from snapmgr.jobs.table import JobTable, Submit
from snapmgr.machine.machine import Machine
from snapmgr.machine.runstate import RunState
from snapmgr.snapshots import change, upkeep
from snapmgr.snapshots import machine as whole
from snapmgr.snapshots.live import save_snapshot_live
from snapmgr.snapshots.notes import note_what_was_saved
from snapmgr.snapshots.phase import Phase
from snapmgr.snapshots.plans import Tags
from snapmgr.snapshots.switched import Switched
from snapmgr.snapshots.transaction import Changed

Shown = Callable[[JobView], None]


def _unseen(view: JobView) -> None:
    """For whoever does not look."""


class MachineJobs:
    """Jobs on a machine; the table's ``submit`` must lead to the thread that owns it, ``beside`` to another one.

    Without ``beside`` nothing can be saved while the guest runs.
    """

    def __init__(self, machine: Machine, table: JobTable, *, beside: Submit | None = None) -> None:
        self._machine = machine
        self._beside = beside
        self.table = table

    def save(
        self,
        job_id: str,
        tag: str | None,
        *,
        vmstate: str | None = None,
        devices: Sequence[str] | None = None,
        overwrite: bool = False,
        live: bool = False,
        note: str = "",
        now: Callable[[], int] = time.time_ns,
        wait: bool = True,
        shown: Shown = _unseen,
    ) -> Job:
        """The job's result is a Saved; ``live``: the guest runs meanwhile.  Without ``devices`` it is on all disks.

        ``note`` is written on it.  Raises as ``JobTable.start``; the job fails as ``save_snapshot`` and
        ``note_what_was_saved``.
        """
        if live:
            assert self._beside is not None, "nobody to save it while its own thread goes on"

        save = partial(save_snapshot_live, order=self.table.order) if live else whole.save_snapshot

        def work(control: JobControl) -> whole.Saved:
            saved = save(
                self._machine,
                tag,
                overwrite=overwrite,
                vmstate=vmstate,
                devices=devices,
                now=now,
                progress=control.progress,
                stage=control.stage,
                cancel=control.cancel,
            )
            if note:
                note_what_was_saved(saved.devices, note)
            return saved

        submit = self._beside if live else None
        return self.table.start(job_id, JobType.SNAPSHOT_SAVE, work, wait=wait, shown=shown, submit=submit)

    def load(
        self,
        job_id: str,
        tags: Tags,
        *,
        vmstate: str | None = None,
        devices: Sequence[str] | None = None,
        wait: bool = True,
        shown: Shown = _unseen,
    ) -> Job:
        """The job's result is a list of Changed; it fails as ``load_snapshot``."""

        def work(control: JobControl) -> list[Changed]:
            machine = self._machine
            ran = machine.run_state is RunState.RUNNING
            changed = whole.load_snapshot(
                machine,
                tags,
                vmstate=vmstate,
                devices=devices,
                progress=control.progress,
                stage=control.stage,
                cancel=control.cancel,
            )
            if not ran:
                machine.stop()
            return changed

        return self.table.start(job_id, JobType.SNAPSHOT_LOAD, work, wait=wait, shown=shown)

    def delete(
        self,
        job_id: str,
        tags: Tags,
        *,
        devices: Sequence[str] | None = None,
        trim: bool = False,
        wait: bool = True,
        shown: Shown = _unseen,
    ) -> Job:
        """The job's result is a list of Changed; it fails as ``delete_snapshot``."""

        def work(control: JobControl) -> list[Changed]:
            return whole.delete_snapshot(
                self._machine,
                tags,
                devices=devices,
                trim=trim,
                progress=control.progress,
                stage=control.stage,
                cancel=control.cancel,
            )

        return self.table.start(job_id, JobType.SNAPSHOT_DELETE, work, wait=wait, shown=shown)

    def rename(self, job_id: str, tags: Tags, name: str, *, shown: Shown = _unseen) -> Job:
        """The job's result is a list of Changed; it fails as ``upkeep.rename_snapshot``."""
        devices = None if isinstance(tags, str) else tuple(tags)

        def work(control: JobControl) -> list[Changed]:
            control.stage(Phase.DISKS, 0)
            return upkeep.rename_snapshot(self._machine, tags, name, devices=devices, cancel=control.cancel)

        return self.table.start(job_id, JobType.SNAPSHOT_RENAME, work, shown=shown)

    def finish(self, job_id: str, tags: Tags, *, shown: Shown = _unseen) -> Job:
        """Keep the disks that lack the snapshot as they are then.  The job fails as ``upkeep.finish_snapshot``."""

        def work(control: JobControl) -> list[Changed]:
            control.stage(Phase.DISKS, 0)
            return upkeep.finish_snapshot(self._machine, tags, progress=control.progress, cancel=control.cancel)

        return self.table.start(job_id, JobType.SNAPSHOT_FINISH, work, shown=shown)

    def bring_back(self, job_id: str, changes: Sequence[Switched], *, shown: Shown = _unseen) -> Job:
        """Undo a deletion.  The job's result is an empty list; it fails as ``upkeep.bring_back``."""

        def work(control: JobControl) -> list[Changed]:
            control.stage(Phase.DISKS, 0)
            return upkeep.bring_back(self._machine, changes, progress=control.progress, cancel=control.cancel)

        return self.table.start(job_id, JobType.SNAPSHOT_UNDO, work, shown=shown)


class ImageJobs:
    """Jobs on the disks of a machine that does not run: snapshots without a VM state.  Results are lists of Changed."""

    def __init__(self, paths: Sequence[str | Path], table: JobTable) -> None:
        self._paths = tuple(paths)
        self.table = table

    def save(self, job_id: str, tag: str, *, wait: bool = True, shown: Shown = _unseen) -> Job:
        """The job fails as ``create_snapshot``."""
        return self._start(
            job_id,
            JobType.SNAPSHOT_SAVE,
            lambda control: change.create_snapshot(self._paths, tag, progress=control.progress, cancel=control.cancel),
            wait,
            shown,
        )

    def load(self, job_id: str, tag: str, *, wait: bool = True, shown: Shown = _unseen) -> Job:
        """The job fails as ``apply_snapshot``."""
        return self._start(
            job_id,
            JobType.SNAPSHOT_LOAD,
            lambda control: change.apply_snapshot(self._paths, tag, progress=control.progress, cancel=control.cancel),
            wait,
            shown,
        )

    def delete(self, job_id: str, tag: str, *, trim: bool = False, wait: bool = True, shown: Shown = _unseen) -> Job:
        """The job fails as ``delete_snapshot`` of a machine that stands."""
        return self._start(
            job_id,
            JobType.SNAPSHOT_DELETE,
            lambda control: change.delete_snapshot(
                self._paths, tag, trim=trim, progress=control.progress, cancel=control.cancel
            ),
            wait,
            shown,
        )

    def _start(
        self, job_id: str, kind: JobType, do: Callable[[JobControl], list[Changed]], wait: bool, shown: Shown
    ) -> Job:
        def work(control: JobControl) -> list[Changed]:
            control.stage(Phase.DISKS, 0)
            return do(control)

        return self.table.start(job_id, kind, work, wait=wait, shown=shown)
