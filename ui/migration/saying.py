"""The sentence above both machines, and its being said to those who do not see it."""

from __future__ import annotations

from snapmgr.savevm.status import MigrationStatus as Status
from ui.migration import told
from ui.migration.captions import caption
from ui.migration.panes import Panes
from ui.migration.run import Run
from ui.migration.showing import Showing
from ui.widgets.announcing import announce


class Saying:
    """``say`` whenever something may have changed."""

    def __init__(self, panes: Panes, showing: Showing) -> None:
        self._panes, self._showing = panes, showing
        self._announced: tuple[Status, bool] = Status.NONE, True

    def say(self, run: Run | None, now: float, *, past: bool) -> None:
        """What happens now, or how it ended; the ``past`` of what is over has a sentence of its own (captions)."""
        showing = self._showing
        said = ("", "info") if past else told.now(run, showing.recording, showing.story, now, showing.missing())
        self._panes.notice.tell(*said)
        self._panes.fit_caption()
        if run is not None and not past:
            self._announce(run, now, said[0])

    def _announce(self, run: Run, now: float, said: str) -> None:
        """Once for each state that it comes to, and when all is compared."""
        state = run.status, run.is_over
        if state == self._announced or run.status is Status.NONE:
            return
        self._announced = state
        story = self._showing.story
        announce(self._panes.notice, f"{run.status.value}. {said or caption(story, now, copies=story.copies)}")
