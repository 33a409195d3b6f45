"""What stands in the middle of the view when there is no list: nothing opened, no snapshots, reading, why not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
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
        tr("Look at the snapshots of a machine"),
        tr(
            "Open one qcow2 image, or all the disks of one machine together: its snapshots are joined by name, and "
            "you see which disk misses one. Nothing is ever written to the images."
        ),
        buttons=(
            button(tr("Open image…"), "primary", "folder-open", run=open_files),
            button(tr("Start demo machine"), icon="play", run=start_demo),
        ),
    )


def no_snapshots() -> EmptyState:
    return EmptyState("camera", tr("No snapshots yet"))


def say_no_snapshots(state: EmptyState, found: Snapshots) -> None:
    """Why there is nothing to list, for this machine."""
    text = tr(
        "QEMU’s savevm and snapshot-save, or qemu-img snapshot -c, put them in this image; they appear here by "
        "themselves."
    )
    if len(found.devices) > 1:
        text = tr(
            "QEMU’s savevm and snapshot-save, or qemu-img snapshot -c, put them on any of its disks; they appear here "
            "by themselves."
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

    def show_failure(self, failure: Failure) -> None:
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
        box = NoticeBox(
            "danger",
            failure.title,
            text,
            quote=failure.qemu,
            buttons=(button(tr("Try again"), run=self._again), button(tr("Remove from list"), run=self._remove), copy),
        )
        box.setMaximumWidth(620)
        column.addWidget(box)
        column.addStretch(3)
        self.setWidget(body)


def no_match_text(words: str, total: int) -> tuple[str, str]:
    shown = isolated(visible_name(words.strip()))
    return tr("Nothing matches “{words}”", words=shown), plural(
        "The one name and id does not hold these words. {key} shows all again.",
        "None of the {n} names and ids holds these words. {key} shows all again.",
        total,
        key=shown_keys("Esc"),
    )
