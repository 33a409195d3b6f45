"""All jobs one under the other, at the bottom of a view: what runs and what has ended until somebody dismisses it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import fonts
from ui.theme.tokens import INSET
from ui.widgets.activity import Activity, ActivityState
from ui.widgets.controls import button, icon_button, line
from ui.widgets.fitted_area import FittedArea
from ui.widgets.job_row import JobRow
from ui.widgets.labels import ElidedLabel, label
from ui.words import plural, tr

HEADER = 40
MOST = 0.4
"""Part of the view's height that it takes at most."""


class JobsPanel(QWidget):
    """``hold_wanted``, ``verb_wanted``, ``cancel_wanted``, ``again_wanted`` and ``dismissed`` carry a job's number.

    ``all_dismissed``: those that do not run any more.
    """

    hold_wanted = Signal(int)
    verb_wanted = Signal(int)
    cancel_wanted = Signal(int)
    again_wanted = Signal(int)
    dismissed = Signal(int)
    all_dismissed = Signal()
    folded = Signal()

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.rows: dict[int, JobRow] = {}
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Jobs"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(line())
        self._header = QWidget()
        self._header.setFixedHeight(fonts.px(HEADER))
        row = QHBoxLayout(self._header)
        row.setContentsMargins(INSET, 0, INSET, 0)
        row.setSpacing(12)
        row.addWidget(label(tr("Jobs"), "strong"))
        self.summary = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        row.addWidget(self.summary, 1)
        self.dismiss_finished = button(tr("Dismiss finished"), "ghost", run=self.all_dismissed.emit)
        row.addWidget(self.dismiss_finished)
        self.fold = icon_button("caret-down", tr("Show the newest job only"), run=self.folded.emit)
        row.addWidget(self.fold)
        whole.addWidget(self._header)
        self.area = FittedArea()
        self.area.widget().setProperty("surface", "panel")
        self.area.widget().setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.area.column.setContentsMargins(0, 0, 0, 0)
        self.area.column.setSpacing(0)
        self.area.column.addStretch(1)
        self.area.setMinimumHeight(1)  # a scroll area wants more than a single job has
        whole.addWidget(self.area, 1)
        self.hide()

    def show_jobs(self, activities: Sequence[Activity]) -> None:
        """The newest first.  The keyboard stays in the panel, where a button of it is gone or off."""
        before = self.window().focusWidget()
        inside = before is not None and self.isAncestorOf(before)
        for number in set(self.rows) - {one.number for one in activities}:
            row = self.rows.pop(number)
            self.area.column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, one in enumerate(activities):
            if one.number in self.rows:
                self.rows[one.number].show_activity(one)
            else:
                self._add(place, one)
        self.summary.setText(summary(activities))
        self.dismiss_finished.setEnabled(any(not one.runs for one in activities))
        self.fit()
        after = self.window().focusWidget()
        if inside and (after is None or not self.isAncestorOf(after)):
            self.fold.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self, place: int, activity: Activity) -> None:
        row = self.rows[activity.number] = JobRow(activity)
        row.hold_wanted.connect(lambda: self.hold_wanted.emit(activity.number))
        row.verb_wanted.connect(lambda: self.verb_wanted.emit(activity.number))
        row.cancel_wanted.connect(lambda: self.cancel_wanted.emit(activity.number))
        row.again_wanted.connect(lambda: self.again_wanted.emit(activity.number))
        row.dismissed.connect(lambda: self.dismissed.emit(activity.number))
        self.area.column.insertWidget(place, row)
        row.show()  # at once: what is hidden needs no height

    def fit(self) -> None:
        """As high as its jobs need, up to a part of the view."""
        if self.isHidden():
            return
        needed = fonts.px(HEADER) + 1 + self.area.needed(self._view.width())
        self.setFixedHeight(max(fonts.px(HEADER), min(needed, int(self._view.height() * MOST))))
        self.area.lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


def summary(activities: Sequence[Activity]) -> str:
    """``1 running, 1 failed, 1 finished``."""
    running = sum(one.runs for one in activities)
    failed = sum(one.state is ActivityState.FAILED for one in activities)
    finished = len(activities) - running - failed
    parts = (
        plural("{n} running", "{n} running", running) if running else "",
        plural("{n} failed", "{n} failed", failed) if failed else "",
        plural("{n} finished", "{n} finished", finished) if finished else "",
    )
    return ", ".join(filter(None, parts))
