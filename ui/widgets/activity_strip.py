"""A strip at the bottom of a view: what runs and how far it is, or how it ended until somebody dismisses that."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ui.shell import formats
from ui.shell.failures import Failure
from ui.theme import fonts
from ui.theme.tokens import INSET
from ui.widgets.activity import Activity, ActivityState
from ui.widgets.controls import button, icon_button, line
from ui.widgets.fitted_area import FittedArea
from ui.widgets.hold_button import hold_button, show_hold
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.notice_box import Glyph
from ui.widgets.verb_button import show_verb, verb_button
from ui.words import tr

HEIGHT = 48
SHOWN_MS = 10_000
"""What went well goes by itself; what did not waits."""
LEAST_BAR = 480
"""Below this width a strip has no room for the bar: its number says the same."""
_STEPS = 1000
"""Of the bar."""
_MOST = 0.4
"""Part of the view's height that the details of a failure may take."""
_ENDS = {
    ActivityState.DONE: ("check-circle-fill", "ok"),
    ActivityState.CANCELLED: ("prohibit", "text2"),
    ActivityState.FAILED: ("x-circle-fill", "danger"),
}


class ActivityStrip(QWidget):
    """Hidden while there is nothing to show.  ``hold_wanted``, ``verb_wanted``, ``cancel_wanted`` and ``undo_wanted``
    are its buttons, ``dismissed`` carries what was shown, ``gone`` follows; ``unfold_wanted``: somebody wants all."""

    hold_wanted = Signal()
    verb_wanted = Signal()
    cancel_wanted = Signal()
    undo_wanted = Signal()
    dismissed = Signal(object)
    gone = Signal()
    unfold_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("What is being done"))
        self.activity: Activity | None = None
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.dismiss)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line())
        self.details = _Details()
        column.addWidget(self.details)
        self._row = QWidget()
        column.addWidget(self._row)
        self._fill(self._row)
        self.hide()

    def _fill(self, place: QWidget) -> None:
        row = QHBoxLayout(place)
        row.setContentsMargins(INSET, 0, INSET, 0)
        row.setSpacing(12)
        self._glyph = Glyph("camera", "text2")
        row.addWidget(self._glyph)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.title = ElidedLabel("", "strong")
        self.about = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, keeps=True)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.about)
        words.addStretch(1)
        row.addLayout(words, 4)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMinimumWidth(80)
        row.addWidget(self.bar, 4)
        self.number = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight, keeps=True)
        row.addWidget(self.number)
        self.hold = hold_button(self.hold_wanted.emit)
        self.verb = verb_button(self.verb_wanted.emit)
        self.cancel = button(tr("Cancel"), run=self.cancel_wanted.emit)
        self.undo = button(tr("Undo"), run=self.undo_wanted.emit)
        self.more = button(tr("Details"), "ghost", run=lambda: self.expand(self.details.isHidden()))
        self.dismissal = button(tr("Dismiss"), run=self.dismiss)
        self._buttons = (self.hold, self.verb, self.cancel, self.undo, self.more, self.dismissal)
        for part in self._buttons:
            row.addWidget(part)
        self.all_jobs = icon_button("caret-up", tr("Show all jobs"), run=self.unfold_wanted.emit)
        self.all_jobs.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row.addWidget(self.all_jobs)
        self._size_row()

    def show_activity(self, activity: Activity, *, others: int = 0) -> None:
        """Show how it stands now; there are ``others`` that are not shown."""
        before, self.activity = self.activity, activity
        news = before is None or (before.number, before.state) != (activity.number, activity.state)
        if news:
            self.about.setText("")
        self.title.setText(activity.title)
        parts = (activity.about, activity.phase, activity.note) if activity.runs else (activity.about,)
        self.about.setText(", ".join(filter(None, parts)))
        self.all_jobs.setText(tr("{number} more", number=others) if others else "")
        icon, tint = _ENDS.get(activity.state, (activity.icon, "accent"))
        self._glyph.set_look(icon, tint)
        self._show_progress(activity)
        keyboard = any(part.hasFocus() for part in self._buttons)
        show_hold(self.hold, activity)
        show_verb(self.verb, activity)
        self.cancel.setVisible(activity.runs)
        self.cancel.setEnabled(activity.cancellable and activity.state is ActivityState.RUNNING)
        late = tr("It is being finished and cannot be stopped any more")
        self.cancel.setToolTip("" if activity.cancellable else late)
        self.undo.setVisible(activity.undo)
        self.more.setVisible(activity.failure is not None)
        self.dismissal.setVisible(not activity.runs)
        if keyboard and not activity.runs:
            self.dismissal.setFocus(Qt.FocusReason.OtherFocusReason)
        elif keyboard and not any(part.hasFocus() for part in self._buttons):
            self.all_jobs.setFocus(Qt.FocusReason.OtherFocusReason)
        if news:
            self._announce(activity)

    def _show_progress(self, activity: Activity) -> None:
        self.number.setVisible(activity.runs)
        known = activity.total > 0 or activity.paused  # nothing moves then
        self.bar.setRange(0, _STEPS if known else 0)  # a QProgressBar counts in ints: no room for many bytes
        self.bar.setValue(_STEPS * activity.done // max(activity.total, 1) if known else 0)
        self.bar.setAccessibleName(activity.title)
        self.number.setText(formats.percent(activity.done, activity.total))
        if activity.state is ActivityState.CANCELLING:
            self.number.setText(tr("Cancelling…"))
        self._choose_bar()

    def _choose_bar(self) -> None:
        self.bar.setVisible(self.activity is not None and self.activity.runs and self.width() >= fonts.px(LEAST_BAR))

    def _announce(self, activity: Activity) -> None:
        """Something began or ended: for those who do not see too."""
        self._timer.stop()
        if activity.failure is not None:
            self.details.show_failure(activity.failure)
        self.expand(activity.failure is not None)
        if activity.state in (ActivityState.DONE, ActivityState.CANCELLED):
            self._timer.start()
        self.setAccessibleName(f"{activity.title}. {activity.about}")
        self.show()
        if not activity.runs:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def expand(self, shown: bool) -> None:
        """Show or hide the details of a failure; what they say is not said twice."""
        self.details.setVisible(shown)
        self.about.setVisible(not shown)
        self.more.setText(tr("Hide details") if shown else tr("Details"))
        self._fit_details()

    def dismiss(self) -> None:
        """Nothing is shown any more; what runs stays."""
        shown = self.activity
        if shown is None or shown.runs:
            return
        self.put_away()
        self.dismissed.emit(shown)
        if self.activity is None:  # nobody had anything else to show
            self.gone.emit()

    def put_away(self) -> None:
        """Nothing is shown, and nobody is told."""
        self.activity = None
        self._timer.stop()
        self.hide()

    def _fit_details(self) -> None:
        view = self.parentWidget()
        if view is not None and not self.details.isHidden():
            self.details.fit(self.width(), max(fonts.px(HEIGHT), min(int(view.height() * _MOST), self._room(view))))

    def _room(self, view: QWidget) -> int:
        """What the rest of the view leaves over when it is as low as it can be."""
        layout = view.layout()
        items = [layout.itemAt(place) for place in range(layout.count())] if layout is not None else []
        others = sum(item.minimumSize().height() for item in items if item is not None and item.widget() is not self)
        return view.height() - others - self._row.height() - 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose_bar()
        self._fit_details()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._size_row()

    def _size_row(self) -> None:
        self._row.setFixedHeight(fonts.px(HEIGHT))


class _Details(FittedArea):
    """Why something failed, what to do, and what QEMU says."""

    def __init__(self) -> None:
        super().__init__()
        self.widget().setProperty("surface", "panel")
        self.widget().setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._report = ""
        self.column.setContentsMargins(INSET + 28, 12, INSET, 0)
        self.column.setSpacing(4)
        self.why = label("", wrap=True, selectable=True)
        self.hint = label("", "body2", wrap=True, selectable=True)
        self.quote = label("", "mono", wrap=True, selectable=True)
        self.copy = button(tr("Copy report"), "link", run=lambda: QGuiApplication.clipboard().setText(self._report))
        for part in (self.why, self.hint, self.quote, self.copy):
            self.column.addWidget(part)
        self.column.addStretch(1)

    def show_failure(self, failure: Failure) -> None:
        self._report = failure.report()
        for part, text in ((self.why, failure.text), (self.hint, failure.hint), (self.quote, failure.qemu)):
            part.setText(text)
            part.setVisible(bool(text))

    def fit(self, width: int, most: int) -> None:
        """As high as what is said needs, up to ``most``."""
        self.setFixedHeight(max(1, min(self.needed(width), most)))
        self.lay_out()
