"""The jobs at the bottom of the view: the newest in a strip, or all of them in a panel."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.shell.context import WindowContext
from ui.shell.desktop import DesktopNotices, system_tray
from ui.shell.notices import Tone
from ui.snapshots.jobs import Jobs
from ui.widgets.activity import Activity
from ui.widgets.activity_strip import ActivityStrip
from ui.widgets.jobs_panel import JobsPanel


class JobStrip(QObject):
    """``strip`` and ``panel`` lie in ``column``, the layout of ``view``; at most one of them is seen."""

    def __init__(self, context: WindowContext, jobs: Jobs, view: QWidget, column: QVBoxLayout) -> None:
        super().__init__(view)
        self._context, self._jobs, self._view = context, jobs, view
        self._looks: list[tuple[object, ...]] = []
        self.strip = ActivityStrip()
        self.panel = JobsPanel(view)
        column.addWidget(self.panel)
        column.addWidget(self.strip)
        self.strip.hold_wanted.connect(self.hold)
        self.strip.verb_wanted.connect(self.go_on)
        self.strip.cancel_wanted.connect(self.cancel)
        self.strip.dismissed.connect(self._dismissed)
        self.strip.unfold_wanted.connect(lambda: self.unfold(True))
        self.panel.hold_wanted.connect(jobs.hold)
        self.panel.verb_wanted.connect(jobs.go_on)
        self.panel.cancel_wanted.connect(jobs.cancel)
        self.panel.again_wanted.connect(self._again)
        self.panel.dismissed.connect(self._dismiss)
        self.panel.all_dismissed.connect(jobs.dismiss_finished)
        self.panel.folded.connect(lambda: self.unfold(False))
        self.desktop = DesktopNotices(context.window, lambda: bool(context.settings["jobs.notify"]), system_tray)
        jobs.changed.connect(self._show)
        jobs.ended.connect(self._tell)

    @property
    def unfolded(self) -> bool:
        """Whether all jobs are to be seen."""
        return not self.panel.isHidden()

    def unfold(self, all_of_them: bool) -> None:
        """Show all jobs, or the newest alone; the keyboard goes along."""
        if all_of_them == self.unfolded or not self._jobs.activities:
            return
        self.panel.setVisible(all_of_them)
        if all_of_them:
            self.strip.put_away()
        self._show()
        part: QWidget = self.panel.fold if all_of_them else self.strip.all_jobs
        part.setFocus(Qt.FocusReason.OtherFocusReason)

    def cancel(self) -> None:
        """Cancel what the strip shows, else the newest that runs."""
        newest = self._jobs.newest()
        if newest is not None and newest.runs:
            self._jobs.cancel(newest.number)

    def go_on(self) -> None:
        """Finalize or complete what the strip shows."""
        newest = self._jobs.newest()
        if newest is not None:
            self._jobs.go_on(newest.number)

    def hold(self) -> None:
        """Pause that one, or let it go on."""
        newest = self._jobs.newest()
        if newest is not None and newest.runs:
            self._jobs.hold(newest.number)

    def _show(self) -> None:
        found = self._jobs.activities
        if not found:
            self.panel.hide()
            self.panel.show_jobs(())
        if self.unfolded:
            self.panel.show_jobs(found)
        else:
            newest = self._jobs.newest()
            if newest is not None:
                self.strip.show_activity(newest, others=len(found) - 1)
            else:
                self.strip.put_away()
        looks = [(one.number, one.state, one.cancellable, one.paused, one.awaits) for one in found]
        if looks != self._looks:
            self._looks = looks
            self._context.touch()

    def _dismissed(self, activity: Activity) -> None:
        self._jobs.dismiss(activity.number)

    def _dismiss(self, number: int) -> None:
        """The keyboard was on its button: it goes on in what is left of the panel."""
        self.panel.fold.setFocus(Qt.FocusReason.OtherFocusReason)
        self._jobs.dismiss(number)
        if not self._jobs.activities:
            self.strip.gone.emit()

    def _again(self, number: int) -> None:
        self.panel.fold.setFocus(Qt.FocusReason.OtherFocusReason)
        self._jobs.again(number)

    def _tell(self, activity: Activity, seconds: float) -> None:
        """Where somebody looks at another view, or at another window."""
        self.desktop.tell(activity.title, activity.about, seconds)
        if self._view.isVisible():
            return
        if activity.failure is not None:
            self._context.fail(activity.failure)
        else:
            self._context.notify(activity.title, tone=Tone.DONE)
