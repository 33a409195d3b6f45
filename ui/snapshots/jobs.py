"""The jobs of the window: what runs and what has ended, of all machines, each until it is dismissed.

A machine has a table of its own, so that jobs of different machines run at once and those of one machine in turn.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.jobs.history import JobHistory
from snapmgr.jobs.job import Job, JobView
from snapmgr.jobs.status import JobVerb
from snapmgr.jobs.table import JobTable
from ui.models.source_list import Paths
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.failures import Failure
from ui.shell.notices import Tone
from ui.snapshots import job_texts
from ui.snapshots.time_left import TimeLeft
from ui.widgets.activity import Activity, ActivityState

Begin = Callable[[str, Callable[[JobView], None]], Job]
"""``begin(job_id, shown)`` starts a job."""


class Jobs(QObject):
    """``changed``: one of them is another or at another place; ``ended`` carries the Activity of one that is over, and
    the seconds that it took."""

    changed = Signal()
    ended = Signal(object, float)

    def __init__(self, context: WindowContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = JobHistory()
        self._context = context
        self._numbers = itertools.count(1)
        self._tables: dict[Paths, JobTable] = {}
        self._shown: dict[int, Activity] = {}
        self._jobs: dict[int, Job] = {}
        self._left: dict[int, TimeLeft] = {}
        self._again: dict[int, Callable[[], bool]] = {}
        self._followed: set[int] = set()
        """Those after which another one begins; whoever cancels them in time does not want that one either."""
        self._called_off: set[int] = set()
        """Those that were cancelled before they had a job, or before the one that follows had."""
        self._about: dict[int, tuple[Paths, bool, float]] = {}
        """What files it is about, whether its progress is in bytes, and when it began."""

    # --- looking ---

    @property
    def activities(self) -> list[Activity]:
        """The newest first."""
        return list(reversed(self._shown.values()))

    def newest(self) -> Activity | None:
        """The newest of those that run, else the newest."""
        found = self.activities
        return next((one for one in found if one.runs), found[0] if found else None)

    def running(self, paths: Paths | None = None) -> Activity | None:
        """The newest that runs, with ``paths`` one of those on these files."""
        return next(
            (one for one in self.activities if one.runs and (paths is None or self._concerns(one, paths))), None
        )

    def _concerns(self, one: Activity, paths: Paths) -> bool:
        return bool(set(self._about[one.number][0]) & set(paths))

    # --- what a job does ---

    def table(self, machine: Paths, name: str) -> JobTable:
        """The jobs of a machine that does not run; their work is done in the window's workers."""
        if machine not in self._tables:
            self._tables[machine] = JobTable(name, self._context.tasks.submit, history=self.history)
        return self._tables[machine]

    def add(
        self,
        title: str,
        about: str,
        icon: str,
        paths: Paths,
        *,
        in_bytes: bool = False,
        again: Callable[[], bool] | None = None,
        followed: bool = False,
    ) -> int:
        """Show something as begun; returns its number.  ``paths`` are the files that nothing else may change now.

        ``again`` begins the same once more, where it fails; it says whether it did.  ``followed``: something else
        begins after it, unless it is ``called_off``.
        """
        number = next(self._numbers)
        if followed:
            self._followed.add(number)
        self._left[number] = TimeLeft()
        if again is not None:
            self._again[number] = again
        self._about[number] = (paths, in_bytes, time.monotonic())
        self._put(Activity(title, about, icon, number=number))
        return number

    async def run(self, number: int, kind: str, table: JobTable, begin: Begin) -> Any:
        """The job of that number from its start to its end.  Raises what it raises, and Cancelled where it was called
        off before it began; it is cancelled with this task."""
        if number in self._called_off:
            raise Cancelled
        table.auto_finalize = not self._context.settings["jobs.finalize"]
        job = begin(f"{kind}-{number}", lambda view: self._show(number, view))
        self._jobs[number] = job
        self._show(number, job.view())
        gone = table.subscribe(lambda event: self._show(number, job.view()) if event.id == job.id else None)
        try:
            return await job.wait()
        finally:
            if not job.over:  # this task was cancelled
                job.stop()
                with suppress(Exception):
                    await job.wait()
            self._show(number, job.view())
            gone()

    def end(
        self,
        number: int,
        state: ActivityState,
        title: str,
        about: str,
        failure: Failure | None = None,
        *,
        undo: bool = False,
    ) -> Activity | None:
        """Say how it ended, and whether it can be undone.  Returns what is shown of it, None where it was forgotten."""
        shown = self._shown.get(number)
        if shown is None:
            return None
        seconds = time.monotonic() - self._about[number][2]
        at = formats.clock_time(self._context.now())
        note = job_texts.took(seconds, failed=state is ActivityState.FAILED, at=at)
        ended = shown.ended(state, title, about, failure, undo=undo)
        ended = replace(ended, note=note, repeatable=number in self._again)
        self._put(ended)
        self.ended.emit(ended, seconds)
        return ended

    # --- what is done with jobs ---

    def cancel(self, number: int) -> None:
        """Stop it, or what follows it: whether it waits to begin or runs, it says itself how it ended.  Where all that
        comes too late, that is told."""
        shown, job = self._shown.get(number), self._jobs.get(number)
        if shown is None or not shown.runs:
            return
        stopped = job is not None and _stopped(job)
        if job is None or (not stopped and number in self._followed):
            self._called_off.add(number)
        elif not stopped:
            self._context.notify(job_texts.too_late(shown.title), tone=Tone.WARNING)
        if job is None:
            self._put(replace(shown, state=ActivityState.CANCELLING, cancellable=False))
        else:
            self._show(number, job.view())

    def called_off(self, number: int) -> bool:
        """Whether what follows it is not wanted any more."""
        return number in self._called_off

    def hold(self, number: int) -> None:
        """Let it stand still, or go on where it does."""
        job = self._jobs.get(number)
        if job is not None:
            with suppress(SnapmgrError):  # it is over just now
                if job.paused:
                    job.resume()
                else:
                    job.pause()
            self._show(number, job.view())

    def go_on(self, number: int) -> None:
        """What it waits for: finalize what is prepared, complete what is ready."""
        shown, job = self._shown.get(number), self._jobs.get(number)
        if shown is None or job is None or shown.awaits is None:
            return
        with suppress(SnapmgrError):  # it is over just now
            if shown.awaits is JobVerb.FINALIZE:
                job.finalize()
            else:
                job.complete()
        self._show(number, job.view())

    def awaiting(self, verb: JobVerb) -> Activity | None:
        """The newest that waits to be finalized, or completed."""
        return next((one for one in self.activities if one.awaits is verb), None)

    def dismiss(self, number: int) -> None:
        """Forget it; what runs stays."""
        shown = self._shown.get(number)
        if shown is None or shown.runs:
            return
        job = self._jobs.pop(number, None)
        if job is not None:
            with suppress(SnapmgrError):
                job.dismiss()
        del self._shown[number], self._about[number], self._left[number]
        self._followed.discard(number)
        self._called_off.discard(number)
        self._again.pop(number, None)
        self.changed.emit()

    def again(self, number: int) -> None:
        """Begin anew what failed, in its place; it stays where that cannot be."""
        again = self._again.get(number)
        if again is not None and again():
            self.dismiss(number)

    def dismiss_finished(self) -> None:
        """All that do not run any more."""
        for one in self.activities:
            self.dismiss(one.number)

    # --- showing ---

    def _show(self, number: int, view: JobView) -> None:
        shown = self._shown.get(number)
        if shown is None or not shown.runs:
            return
        now, (_, in_bytes, _) = view.progress, self._about[number]
        left = None if view.paused else self._left[number].show(now.remaining, time.monotonic())
        now = replace(now, remaining=left, rate=None if view.paused else now.rate)
        prepared = JobVerb.FINALIZE in view.verbs
        units = self._context.settings["appearance.units"]
        note = job_texts.progress(now, units, in_bytes=in_bytes, prepared=prepared)
        called_off = number in self._called_off
        state = ActivityState.CANCELLING if view.cancelling or called_off else ActivityState.RUNNING
        cancellable = not called_off and (view.cancellable or (number in self._followed and not view.cancelling))
        self._put(
            replace(
                shown,
                state=state,
                done=now.current,
                total=now.total,
                cancellable=cancellable,
                paused=view.paused,
                verbs=view.verbs,
                job=view.id,
                steps=tuple(status.value for status in view.passed),
                note=note,
                phase=job_texts.phase(now.phase, paused=view.paused, prepared=prepared),
            )
        )

    def _put(self, activity: Activity) -> None:
        if self._shown.get(activity.number) != activity:
            self._shown[activity.number] = activity
            self.changed.emit()


def _stopped(job: Job) -> bool:
    """Ask it to stop; False where that comes too late."""
    try:
        return job.cancel()
    except SnapmgrError:  # it is over just now
        return False
