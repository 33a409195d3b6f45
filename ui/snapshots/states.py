"""What stands in the middle of the view when there is no list: nothing opened, no snapshots, reading, why not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from snapmgr.names import visible_name
from snapmgr.snapshots.model import Snapshots
from ui.isolation import isolated
from ui.shell.actions import shown_keys
from ui.shell.failures import Failure
from ui.widgets.controls import button
from ui.widgets.empty_state import EmptyState
from ui.widgets.notice_box import NoticeBox
from ui.words import plural, tr

Run = Callable[[], object]


def nothing_opened(open_files: Run, start_demo: Run) -> EmptyState:
    return EmptyState(
        "clock-counter-clockwise",
        tr("Snapshots of a machine"),
        tr(
            "Open one qcow2 image, or all the disks of one machine together: its snapshots are joined by name, and "
            "you see which disk misses one. They are saved, loaded, renamed and deleted here while no machine runs; "
            "looking at them writes nothing."
        ),
        buttons=(
            button(tr("Open image…"), "primary", "folder-open", run=open_files),
            button(tr("Start demo machine"), icon="play", run=start_demo),
        ),
    )


def no_snapshots(save: QAction) -> EmptyState:
    """With the one next step."""
    go = button(tr("Save snapshot…"), "primary", "camera", run=save.trigger)

    def follow() -> None:
        go.setEnabled(save.isEnabled())
        go.setToolTip(save.toolTip())

    save.changed.connect(follow)
    follow()
    return EmptyState("camera", tr("No snapshots yet"), buttons=(go,))


def say_no_snapshots(state: EmptyState, found: Snapshots) -> None:
    """Why there is nothing to list, for this machine."""
    text = tr(
        "Save snapshot… keeps the disk as it is now. What QEMU or qemu-img save in this image appears here by itself."
    )
    if len(found.devices) > 1:
        text = tr(
            "Save snapshot… keeps the disks as they are now. What QEMU or qemu-img save on any of them appears here by "
            "itself."
        )
    if any(device.readable for device in found.devices):
        text = " ".join((text, tr("Export… writes the disk as it is now.")))
    state.say(tr("No snapshots yet"), text)


def no_match() -> EmptyState:
    return EmptyState("magnifying-glass", tr("Nothing matches"))


def reading() -> EmptyState:
    bar = QProgressBar()
    bar.setRange(0, 0)
    bar.setTextVisible(False)
    bar.setFixedWidth(280)
    bar.setAccessibleName(tr("Reading the images"))
    return EmptyState("hourglass-medium", tr("Reading"), body=bar)


class ErrorPane(QScrollArea):
    """Why a machine cannot be shown, and what to do."""

    def __init__(self, again: Run, remove: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._again, self._remove = again, remove
        self.failure: Failure | None = None

    def show_failure(self, failure: Failure, *, runs_here: bool = False) -> None:
        """``runs_here``: a machine of this window, which is without its disks and is made anew to have them."""
        self.failure = failure
        body = QWidget()
        body.setProperty("surface", "panel")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        across = QHBoxLayout(body)
        across.setContentsMargins(24, 24, 24, 24)
        column = QVBoxLayout()
        across.addStretch(1)
        across.addLayout(column, 6)
        across.addStretch(1)
        column.addStretch(2)
        text = " ".join(part for part in (failure.text, failure.hint) if part)
        copy = button(
            tr("Copy report"), "ghost", "copy", run=lambda: QGuiApplication.clipboard().setText(failure.report())
        )
        if runs_here:
            go = [button(tr("Start again"), run=self._again)]
        else:
            go = [button(tr("Try again"), run=self._again), button(tr("Remove from list"), run=self._remove)]
        box = NoticeBox(
            "danger",
            failure.title,
            text,
            quote=failure.qemu,
            buttons=(*go, copy),
        )
        box.setMaximumWidth(620)
        column.addWidget(box)
        column.addStretch(3)
        self.setWidget(body)


def no_match_text(words: str, total: int) -> tuple[str, str]:
    shown = isolated(visible_name(words.strip()))
    return tr("Nothing matches “{words}”", words=shown), plural(
        "The one name and id does not hold these words. {key} shows all again.",
        "None of the {n} names, ids and notes holds these words. {key} shows all again.",
        total,
        key=shown_keys("Esc"),
    )
