"""What the Inspector shows while there is no stream: what the place is for, that one is being read, or why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QProgressBar, QVBoxLayout, QWidget

from ui.models.texts import shown
from ui.shell.failures import Failure
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.widgets.controls import button
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import label
from ui.widgets.notice_box import NoticeBox
from ui.words import tr


def empty_state(open_files: Callable[[], object], open_demo: Callable[[], object], parent: QWidget) -> EmptyState:
    """Nothing was opened yet."""
    return EmptyState(
        "tree-structure",
        tr("Look into a migration stream"),
        tr(
            "Every section, device, field and byte that QEMU wrote, and what keeps it from loading. Nothing is ever "
            "written to the file."
        ),
        buttons=(
            button(tr("Open stream…"), "primary", "folder-open", run=open_files),
            button(tr("Open demo stream"), run=open_demo),
        ),
        parent=parent,
    )


class LoadingState(EmptyState):
    """A stream is being opened and nothing of it can be shown yet."""

    def __init__(self, cancel: Callable[[], object], parent: QWidget) -> None:
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(280)
        self.bar.setAccessibleName(tr("Reading the stream"))
        stop = button(tr("Cancel"), run=cancel)
        super().__init__("hourglass-medium", tr("Reading"), body=self.bar, buttons=(stop,), parent=parent)

    def begin(self, name: str) -> None:
        self.say(tr("Reading {name}", name=name), "")
        self.bar.setRange(0, 0)

    def set_progress(self, done: int, total: int) -> None:
        if total > 0:
            self.bar.setRange(0, 1000)
            self.bar.setValue(1000 * done // total)


@dataclass(frozen=True, slots=True)
class InImage:
    """A snapshot of an image that was opened as if it were a stream: ``source`` opens its VM state, "" = it has
    none (disk only)."""

    name: str
    about: str
    source: str


class ErrorState(QWidget):
    """Why nothing is shown, and what to do.  ``open_source`` asks for a snapshot's VM state."""

    open_source = Signal(str)

    def __init__(
        self,
        failure: Failure,
        open_files: Callable[[], object],
        *,
        in_image: Sequence[InImage] = (),
        open_image: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        column = QVBoxLayout()
        column.setSpacing(12)
        outer.addStretch(1)
        outer.addLayout(column, 4)
        outer.addStretch(1)
        column.addStretch(1)
        text = " ".join(part for part in (failure.text, failure.hint) if part)
        buttons = [button(tr("Open another…"), run=open_files)]
        if open_image is not None:
            buttons.insert(0, button(tr("Open in Snapshots"), "primary", run=open_image))
        copy = button(
            tr("Copy report"), "ghost", "copy", run=lambda: QGuiApplication.clipboard().setText(failure.report())
        )
        box = NoticeBox(
            "info" if open_image is not None else "danger",
            failure.title,
            text,
            quote=failure.qemu,
            buttons=(*buttons, copy),
        )
        column.addWidget(box)
        if in_image:
            #: A title above a list of snapshots
            column.addWidget(label(tr("Inspect the VM state of"), "group"))
            column.addWidget(self._make_list(in_image), 8)
        column.addStretch(2)

    def _make_list(self, in_image: Sequence[InImage]) -> QListWidget:
        listed = self.snapshots = QListWidget()
        listed.setAccessibleName(tr("Snapshots in this image"))
        listed.setIconSize(QSize(16, 16))
        for snapshot in in_image:
            item = QListWidgetItem(f"{shown(snapshot.name)}    {snapshot.about}")
            item.setIcon(icons.icon("tree-structure" if snapshot.source else "hard-drive", "text2"))
            item.setSizeHint(QSize(200, fonts.px(34)))
            item.setData(Qt.ItemDataRole.UserRole, snapshot.source)
            if not snapshot.source:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                item.setForeground(color("text3"))
                item.setToolTip(tr("This snapshot holds disks only: there is no VM state to look into"))
            listed.addItem(item)
        listed.setMaximumHeight(fonts.px(34) * len(in_image) + 4)
        listed.itemActivated.connect(self._chosen)
        listed.itemClicked.connect(self._chosen)
        return listed

    def _chosen(self, item: QListWidgetItem) -> None:
        if source := item.data(Qt.ItemDataRole.UserRole):
            self.open_source.emit(source)
