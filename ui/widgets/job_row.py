"""One job of several: what it is, its statuses, how far it is, and why it failed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from snapmgr.jobs.status import JobVerb
from ui.shell import formats
from ui.shell.failures import Failure
from ui.theme import fonts
from ui.theme.tokens import INSET, ROW_JOB
from ui.widgets.activity import Activity, ActivityState
from ui.widgets.controls import button, line
from ui.widgets.hold_button import hold_button, show_hold
from ui.widgets.job_stepper import JobStepper
from ui.widgets.labels import ElidedLabel
from ui.widgets.notice_box import Glyph, NoticeBox
from ui.widgets.verb_button import show_verb, verb_button
from ui.words import tr

LEAST_STEPS, LEAST_BAR = 860, 560
"""Widths below which there is no room for the statuses, and for the bar."""
_TINTS = {ActivityState.DONE: "ok", ActivityState.FAILED: "danger", ActivityState.CANCELLED: "text2"}


class JobRow(QWidget):
    """``hold_wanted``, ``verb_wanted``, ``cancel_wanted``, ``again_wanted`` and ``dismissed`` are its buttons."""

    hold_wanted = Signal()
    verb_wanted = Signal()
    cancel_wanted = Signal()
    again_wanted = Signal()
    dismissed = Signal()

    def __init__(self, activity: Activity, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.activity = activity
        self._box: QFrame | None = None
        self.again = button(tr("Try again"), icon="arrow-clockwise", run=self.again_wanted.emit)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._row = QWidget()
        whole.addWidget(self._row)
        self._below = QVBoxLayout()
        self._below.setContentsMargins(INSET, 0, INSET, 0)
        whole.addLayout(self._below)
        whole.addWidget(line())
        self._fill(self._row)
        self.show_activity(activity)

    def _fill(self, place: QWidget) -> None:
        row = QHBoxLayout(place)
        row.setContentsMargins(INSET, 0, INSET, 0)
        row.setSpacing(12)
        self.glyph = Glyph(self.activity.icon, "accent")
        row.addWidget(self.glyph)
        self.title = ElidedLabel("", "strong", steady=True)
        self.about = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, steady=True)
        row.addWidget(_column(_two(self.title, self.about)), 3)
        self.stepper = JobStepper()
        row.addWidget(self.stepper, 2)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.note = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, steady=True)
        far = _two(self.bar, self.note)
        far.setSpacing(4)
        self._far = _column(far)
        self.verb = verb_button(self.verb_wanted.emit)
        share = QHBoxLayout()  # so that a button more moves no other column
        share.setContentsMargins(0, 0, 0, 0)
        share.setSpacing(12)
        share.addWidget(self._far, 1)
        share.addWidget(self.verb)
        row.addWidget(_column(share), 3)
        self.hold = hold_button(self.hold_wanted.emit)
        room = self.hold.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.hold.setSizePolicy(room)
        row.addWidget(self.hold)
        self.cancel = button(tr("Cancel"), run=self.cancel_wanted.emit)
        self.dismissal = button(tr("Dismiss"), run=self.dismissed.emit)
        widest = max(part.sizeHint().width() for part in (self.cancel, self.dismissal))
        for part in (self.cancel, self.dismissal):  # so that the columns of all rows stand below each other
            part.setMinimumWidth(widest)
            row.addWidget(part)
        place.setFixedHeight(fonts.px(ROW_JOB))

    def show_activity(self, activity: Activity) -> None:
        """Show how it stands now."""
        before, self.activity = self.activity, activity
        self.title.setText(activity.begun[0] if activity.failure is not None else activity.title)
        self.glyph.set_look(activity.icon, _TINTS.get(activity.state, "accent"))
        self.stepper.show_steps(activity.steps)
        known = activity.total > 0 or activity.paused
        self.bar.setVisible(activity.runs)
        self.bar.setRange(0, 1000 if known else 0)
        self.bar.setValue(1000 * activity.done // max(activity.total, 1) if known else 0)
        self.bar.setAccessibleName(activity.title)
        cancelling = activity.state is ActivityState.CANCELLING
        self.note.setText(tr("Cancelling…") if cancelling else _note(activity))
        self._say_where()
        show_hold(self.hold, activity)
        show_verb(self.verb, activity)
        self.cancel.setVisible(activity.runs)
        self.cancel.setEnabled(activity.cancellable and not cancelling)
        late = tr("It is being finished and cannot be stopped any more")
        self.cancel.setToolTip("" if activity.cancellable or cancelling else late)
        self.dismissal.setVisible(not activity.runs)
        self.setAccessibleName(f"{activity.title}. {activity.about}")
        if activity.failure is not None and (before is activity or before.failure is not activity.failure):
            self._show_failure(activity.failure)

    def _say_where(self) -> None:
        """On which machine; where there is no room for the bar, how far it is, too."""
        activity = self.activity
        job = tr("job {id}", id=activity.job) if activity.job else ""
        far = self.note.full_text() if self._far.isHidden() else job
        phase = activity.phase if activity.runs else ""
        self.about.setText(", ".join(filter(None, (activity.begun[1] or activity.about, phase, far))))

    def _show_failure(self, failure: Failure) -> None:
        if self._box is not None:
            return
        copy: Callable[[], None] = lambda: QGuiApplication.clipboard().setText(failure.report())  # noqa: E731
        text = " ".join(filter(None, (failure.text, failure.hint)))
        self.again.setVisible(self.activity.repeatable)
        buttons = (self.again, button(tr("Copy details"), "link", "copy", run=copy))
        self._box = NoticeBox("danger", failure.title, text, quote=failure.qemu, buttons=buttons)
        self._below.addWidget(self._box)
        self._below.addSpacing(8)
        self._box.show()  # at once: what is hidden needs no height, and the panel is fitted now

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.stepper.setVisible(self.width() >= fonts.px(LEAST_STEPS))
        self._far.setVisible(self.width() >= fonts.px(LEAST_BAR))
        self._say_where()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._row.setFixedHeight(fonts.px(ROW_JOB))


def _column(layout: QBoxLayout) -> QWidget:
    """As wide as its share of the row, whatever it holds."""
    made = QWidget()
    made.setLayout(layout)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return made


def _note(activity: Activity) -> str:
    """How far it is, or how it ended and how long it took."""
    if activity.awaits is JobVerb.FINALIZE:
        return activity.note
    if activity.runs:
        return ", ".join(filter(None, (formats.percent(activity.done, activity.total), activity.note)))
    if activity.failure is not None:
        return activity.note
    #: {how} is what was done, {took} how long that took
    return tr("{took}. {how}", how=activity.about, took=activity.note) if activity.about else activity.note


def _two(upper: QWidget, lower: QWidget) -> QVBoxLayout:
    """One above the other, in the middle of a row."""
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addStretch(1)
    column.addWidget(upper)
    column.addWidget(lower)
    column.addStretch(1)
    return column
