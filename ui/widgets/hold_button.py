"""The button that lets a job stand still and go on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QToolButton

from snapmgr.jobs.status import JobVerb
from ui.theme import icons
from ui.widgets.activity import Activity, ActivityState
from ui.widgets.controls import icon_button
from ui.words import tr


def hold_button(run: Callable[[], object]) -> QToolButton:
    return icon_button("pause", tr("Pause"), run)


def show_hold(part: QToolButton, activity: Activity) -> None:
    """What it would do now; it is there while the job runs, and off where that could not stand still any more."""
    name = tr("Resume") if activity.paused else tr("Pause")
    late = tr("It is being finished and cannot be paused any more")
    part.setVisible(activity.runs and activity.awaits is not JobVerb.FINALIZE)
    part.setEnabled(activity.holdable)
    if part.accessibleName() != name:
        part.setIcon(icons.icon("play" if activity.paused else "pause"))
        part.setAccessibleName(name)
    part.setToolTip(name if activity.holdable or activity.state is ActivityState.CANCELLING else late)
