"""The button for the verb that a job waits for: what is prepared is finalized, what is ready is completed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton

from snapmgr.jobs.status import JobVerb
from ui.widgets.activity import Activity
from ui.widgets.controls import button
from ui.words import later, tr

#: Verbs of jobs
NAMES = {JobVerb.FINALIZE: later("Finalize"), JobVerb.COMPLETE: later("Complete")}
ABOUT = {
    JobVerb.FINALIZE: later(
        "Make the change that is prepared. Until then no disk is changed, and Cancel leaves nothing."
    ),
    JobVerb.COMPLETE: later("End the job, which is ready for it"),
}


def verb_button(run: Callable[[], object]) -> QAbstractButton:
    made = button(tr(NAMES[JobVerb.FINALIZE]), run=run)
    made.hide()
    return made


def show_verb(part: QAbstractButton, activity: Activity) -> None:
    """It is there while the job waits for that."""
    verb = activity.awaits
    part.setVisible(verb is not None)
    if verb is not None:
        part.setText(tr(NAMES[verb]))
        part.setToolTip(tr(ABOUT[verb]))
