"""The jobs that there were, the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from snapmgr.jobs.history import JobRecord
from snapmgr.jobs.job import CANCELLED
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.theme import fonts
from ui.theme.tokens import ROW_TREE
from ui.widgets.controls import button
from ui.widgets.labels import label
from ui.words import tr

SIZE = (760, 480)
_NS = 1_000_000_000
_LONGEST = 32
"""Letters of a snapshot's name in its column."""


class HistoryDialog(QDialog):
    """``table`` has a row for each job: what, about which snapshots, on which machine, when, how long, how it ended."""

    def __init__(self, context: WindowContext, records: Sequence[JobRecord]) -> None:
        super().__init__(context.window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Job history"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 16)
        whole.setSpacing(12)
        whole.addWidget(label(tr("Job history"), "dialog"))
        self.nothing = label(tr("No job has ended yet."), "body2")
        self.nothing.setVisible(not records)
        whole.addWidget(self.nothing)
        self.table = QTreeWidget()
        self.table.setProperty("frame", "list")
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAccessibleName(tr("Job history"))
        self.table.setHeaderLabels([tr("Job"), tr("Snapshot"), tr("Machine"), tr("When"), tr("Took"), tr("Ended")])
        self.table.setVisible(bool(records))
        for record in reversed(records):
            self.table.addTopLevelItem(row(record, context.now()))
        self.table.setCurrentItem(self.table.topLevelItem(0))  # by its ground it says where the keyboard is
        header = self.table.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        whole.addWidget(self.table, 1)
        if not records:
            whole.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.close_button = button(tr("Close"), run=self.accept)
        buttons.addWidget(self.close_button)
        whole.addLayout(buttons)
        room = QSize(context.window.width() - 32, context.window.height() - 32)
        self.resize(QSize(*(fonts.px(side) for side in SIZE)).boundedTo(room))


def row(record: JobRecord, now: float) -> QTreeWidgetItem:
    """Texts of a job; what went wrong is in QEMU's words."""
    started = record.start / _NS
    if record.error is None:
        ended = tr("done")
    elif record.error == CANCELLED:
        ended = tr("cancelled")
    else:
        ended = tr("failed: {why}", why=" ".join(record.error.split()))
    texts = [
        record.type,
        formats.shortened(record.about, _LONGEST),
        record.machine,
        formats.short_time(started, now),
        formats.duration(max(0, record.end - record.start) / _NS),
        ended,
    ]
    made = QTreeWidgetItem(texts)
    made.setSizeHint(len(texts) - 1, QSize(0, fonts.px(ROW_TREE)))  # the column that takes what is left
    made.setToolTip(3, formats.iso_time(started))
    for column, text in ((1, record.about), (2, record.machine), (5, ended)):
        made.setToolTip(column, text)
    made.setToolTip(0, record.id)
    return made
