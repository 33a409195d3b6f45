"""What can be done with jobs: their verbs, see all of them, and those that there were."""

from __future__ import annotations

from collections.abc import Callable

from snapmgr.jobs.status import JobVerb
from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.snapshots.actions import VIEW, page_of
from ui.widgets.activity import Activity, ActivityState
from ui.words import later, tr

ACTIONS = Actions()


def _some(context: WindowContext) -> str:
    page = page_of(context)
    return "" if page is not None and page.jobs.activities else tr("There are no jobs")


@ACTIONS.add("jobs.panel", later("Jobs"), keys="Ctrl+J", icon="list-dashes", menu=Menu.VIEW, group=3, enabled=_some)
def panel(context: WindowContext) -> None:
    """Show all jobs that run or have ended, or the newest alone."""
    context.show_view(VIEW)
    page = page_of(context)
    if page is not None:
        page.job_strip.unfold(not page.job_strip.unfolded)


@ACTIONS.add("jobs.history", later("Job history"), icon="clock-counter-clockwise", menu=Menu.TOOLS, group=2)
async def history(context: WindowContext) -> None:
    """What was saved, loaded, renamed and deleted, and how it ended, also before Snapmgr was started."""
    from snapmgr.jobs.history import JobHistory
    from ui.snapshots.job_history import HistoryDialog

    records = await context.tasks.run_in_worker(JobHistory().read)
    HistoryDialog(context, records).open()


def _not_running(context: WindowContext) -> str:
    running = _newest(context)
    if running is None:
        return tr("Nothing is being done")
    if running.state is ActivityState.CANCELLING:
        return tr("It is being cancelled")
    return "" if running.cancellable else tr("It is being finished and cannot be stopped any more")


def _not_held(context: WindowContext) -> str:
    running = _newest(context)
    if running is None:
        return tr("Nothing is being done")
    return "" if running.holdable else tr("It is being finished and cannot be paused any more")


def _newest(context: WindowContext) -> Activity | None:
    """Of what runs."""
    page = page_of(context)
    return page.jobs.running() if page is not None else None


@ACTIONS.add("snapshot.hold", later("Pause what runs, or resume it"), icon="pause", menu=Menu.SNAPSHOT, view=VIEW,
             group=4, enabled=_not_held)  # fmt: skip
def hold(context: WindowContext) -> None:
    """Let a job stand still, and go on."""
    page = page_of(context)
    if page is not None:
        page.job_strip.hold()


@ACTIONS.add("snapshot.cancel", later("Cancel what runs"), keys="Ctrl+.", icon="x", menu=Menu.SNAPSHOT, view=VIEW,
             group=4, enabled=_not_running)  # fmt: skip
def cancel(context: WindowContext) -> None:
    """Stop saving, loading, renaming or deleting; the disks stay as they were."""
    page = page_of(context)
    if page is not None:
        page.job_strip.cancel()


def _not_awaiting(verb: JobVerb, reason: str) -> Callable[[WindowContext], str]:
    def why_not(context: WindowContext) -> str:
        page = page_of(context)
        waits = page.jobs.awaiting(verb) if page is not None else None
        return tr(reason) if waits is None else ""

    return why_not


@ACTIONS.add("snapshot.finalize", later("Finalize what is prepared"), icon="check", menu=Menu.SNAPSHOT, view=VIEW,
             group=4, enabled=_not_awaiting(JobVerb.FINALIZE, later("No job waits to be finalized")))  # fmt: skip
def finalize(context: WindowContext) -> None:
    """Let a job that is pending change the disks; in the settings jobs can be told to wait for that."""
    _go_on(context, JobVerb.FINALIZE)


@ACTIONS.add("snapshot.complete", later("Complete what is ready"), icon="flag", menu=Menu.SNAPSHOT,
             view=VIEW, group=4,
             enabled=_not_awaiting(JobVerb.COMPLETE, later("No job is ready to be completed")))  # fmt: skip
def complete(context: WindowContext) -> None:
    """End a job that goes on until somebody completes it."""
    _go_on(context, JobVerb.COMPLETE)


def _go_on(context: WindowContext, verb: JobVerb) -> None:
    page = page_of(context)
    waits = page.jobs.awaiting(verb) if page is not None else None
    if page is not None and waits is not None:
        page.jobs.go_on(waits.number)


def _none_ended(context: WindowContext) -> str:
    page = page_of(context)
    ended = page is not None and any(not one.runs for one in page.jobs.activities)
    return "" if ended else tr("No job has ended")


@ACTIONS.add("jobs.dismiss", later("Dismiss finished jobs"), icon="checks", menu=Menu.SNAPSHOT, view=VIEW, group=4,
             enabled=_none_ended)  # fmt: skip
def dismiss(context: WindowContext) -> None:
    """Forget the jobs that have ended; the job history keeps them."""
    page = page_of(context)
    if page is not None:
        page.jobs.dismiss_finished()
