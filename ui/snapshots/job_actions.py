"""What can be done with jobs: see all of them, and those that there were."""

from __future__ import annotations

from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.snapshots.actions import VIEW, page_of
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
