"""What a dialog has that writes disks out: the format, and how far it is until it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from snapmgr.work import CancelToken
from ui.shell.context import WindowContext
from ui.theme import fonts
from ui.widgets.controls import button
from ui.widgets.labels import ElidedLabel, label
from ui.words import later, tr

FORMS = (
    ("raw", later("Raw image"), later("The disk byte for byte; empty parts take no space. Every tool reads it.")),
    ("qcow2", later("qcow2 image"), later("Smaller to copy. Stands alone: no snapshots and no backing file.")),
)


class WritingDialog(QDialog):
    """Stays open until what it writes is written; Cancel stops the writing and leaves no half file behind."""

    def __init__(self, context: WindowContext, title: str) -> None:
        super().__init__(context.window)
        self._context = context
        self._task: asyncio.Task[None] | None = None
        self._cancel = CancelToken()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Export"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 20, 24, 16)
        self._column.setSpacing(12)
        self._column.addWidget(ElidedLabel(title, "dialog"))

    # --- layout ---

    def _make_grid(self, rows: Sequence[tuple[str, QWidget]], where: str, place: QLayout) -> QGridLayout:
        """Fields with their words, the format, and ``place``, which says ``where`` it is written."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for number, (text, field) in enumerate(rows):
            grid.addWidget(label(text, "body2"), number, 0)
            grid.addWidget(field, number, 1)
        form = label(tr("Format"), "body2")
        form.setContentsMargins(0, 6, 0, 0)
        grid.addWidget(form, len(rows), 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(self._make_forms(), len(rows), 1)
        grid.addWidget(label(where, "body2"), len(rows) + 1, 0)
        grid.addLayout(place, len(rows) + 1, 1)
        self.space = label("", "secondary", wrap=True)
        grid.addWidget(self.space, len(rows) + 2, 1)
        return grid

    def _make_path(self, name: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.path = QLineEdit()
        self.path.setAccessibleName(name)
        self.path.setMinimumWidth(fonts.px(240))
        self.path.textChanged.connect(lambda _: self._check())
        self._choose = button(tr("Choose…"), run=self._browse)
        row.addWidget(self.path, 1)
        row.addWidget(self._choose)
        return row

    def _make_forms(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        self._forms = QButtonGroup(self)
        for number, (_key, title, about) in enumerate(FORMS):
            choice = QRadioButton(tr(title))
            choice.setAccessibleDescription(tr(about))
            choice.setChecked(number == 0)
            self._forms.addButton(choice, number)
            column.addWidget(choice)
            words = label(tr(about), "secondary", wrap=True)
            words.setContentsMargins(26, 0, 0, 4)
            column.addWidget(words)
        self._forms.idClicked.connect(lambda _: self._suggest())
        return column

    def _make_end(self, column: QVBoxLayout) -> None:
        self.message = label("", "warn", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Writing the file"))
        self.state = label("", "secondary")
        for part in (self.message, self.progress, self.state):
            part.setVisible(False)
            column.addWidget(part)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.stop = button(tr("Cancel"), run=self.reject)
        self.go = button(tr("Export"), "primary", run=self.begin)
        self.go.setDefault(True)
        row.addWidget(self.stop)
        row.addWidget(self.go)
        column.addLayout(row)

    def _fit(self, width: int) -> None:
        """Exactly as high as what is said needs."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(width, max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height()))

    # --- what is asked ---

    def form(self) -> str:
        return FORMS[self._forms.checkedId()][0]

    def choose_form(self, form: str) -> None:
        """Choose ``raw`` or ``qcow2``."""
        self._forms.button([key for key, _, _ in FORMS].index(form)).click()

    def _browse(self) -> None:
        """Ask where to write."""
        raise NotImplementedError

    def _suggest(self) -> None:
        """Offer where to write, in another format."""
        raise NotImplementedError

    def _check(self) -> None:
        """Say before the click what would go wrong."""
        raise NotImplementedError

    def _fields(self) -> list[QWidget]:
        """What cannot be changed while it is written."""
        raise NotImplementedError

    def _say(self, text: str, role: str) -> None:
        self.message.setProperty("role", role)
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)
        self.message.setText(text)
        self.message.setVisible(bool(text))
        if self.isVisible():
            self._fit(self.width())

    # --- doing it ---

    async def _write(self) -> None:
        """Write what is asked for.  Raises nothing."""
        raise NotImplementedError

    def begin(self) -> None:
        if self._task is None and self.go.isEnabled():
            self._cancel = CancelToken()
            self._task = self._context.tasks.start(self._write(), tr("Export"))

    def _running(self, running: bool) -> None:
        for part in (self.progress, self.state):
            part.setVisible(running)
        for field in (*self._fields(), self.go, *self._forms.buttons()):
            field.setEnabled(not running)
        self.progress.setRange(0, 0)
        self.state.setText(tr("Starting"))
        self.stop.setText(tr("Cancel"))
        self.stop.setEnabled(True)

    def _progressed(self, done: int, total: int) -> None:
        if total and not self._cancel.cancelled:
            self.progress.setRange(0, 1000)
            self.progress.setValue(1000 * done // total)
            size = self._context.size
            self.state.setText(tr("{done} of {total} written", done=size(done), total=size(total)))

    def _stopped(self, words: str, role: str) -> None:
        self._task = None
        self._running(False)
        self._check()
        self._say(words, role)
        self.stop.setText(tr("Close"))

    def reject(self) -> None:
        """Cancel what runs, and stay to say how it ended; else close."""
        if self._task is None:
            super().reject()
            return
        self._cancel.cancel()
        self.stop.setEnabled(False)
        self.state.setText(tr("Cancelling…"))
