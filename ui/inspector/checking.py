"""Check against…: the stream that is open, judged by a machine that would load it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout

from snapmgr.names import visible_text
from ui.models.texts import shown
from ui.shell.failures import describe
from ui.theme import fonts
from ui.widgets.controls import button
from ui.widgets.labels import label
from ui.words import tr

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex
    from snapmgr.work import CancelToken
    from ui.inspector.page import InspectorPage
    from ui.inspector.presenter import Loaded
    from ui.shell.context import WindowContext

_KEPT = "check_target"


def check(
    loaded: Loaded,
    target: str,
    dry_run: bool,
    allow_roots: Sequence[Path],
    *,
    progress: Callable[[int, int], None],
    cancel: CancelToken,
) -> Loaded:
    """The same stream with the problems that the target has with it.  Runs in a worker; raises as ``resolve_target``,
    ``try_load``."""
    from snapmgr.inspect.against.judge import judge
    from snapmgr.inspect.against.resolve import resolve_target
    from snapmgr.inspect.against.trial import tried
    from ui.inspector.presenter import prepare

    found = resolve_target(target, allow_roots=allow_roots, progress=progress, cancel=cancel)
    alone = loaded.alone or loaded.index
    verdict = judge(alone, found, cancel=cancel)
    if dry_run:
        verdict = tried(verdict, alone.source, target, found)
    index: StreamIndex = replace(alone, problems=verdict.problems)
    return replace(prepare(index, loaded.stamp), against=target, verdict=verdict, alone=alone)


class CheckDialog(QDialog):
    """Which machine; stays open until it has answered."""

    def __init__(self, context: WindowContext, page: InspectorPage) -> None:
        super().__init__(context.window)
        self._context, self._page = context, page
        self._task: asyncio.Task[None] | None = None
        self.setWindowTitle(tr("Check against"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        column.addWidget(label(tr("Which machine would load this stream?"), "dialog", wrap=True))
        about = tr(
            "Another stream of that machine, a file that -dump-vmstate wrote, or a QEMU command line. QEMU is started "
            "without a shell, stopped, and ended when it has answered."
        )
        column.addWidget(label(about, "secondary", wrap=True))
        self._add_target(column)
        self.trial = QCheckBox(tr("Also let that QEMU load the stream, and see what it says"))
        column.addWidget(self.trial)
        self.message = label("", "danger", wrap=True)
        self.message.setVisible(False)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setVisible(False)
        self.progress.setAccessibleName(tr("Checking"))
        column.addWidget(self.message)
        column.addWidget(self.progress)
        column.addStretch(1)
        self._add_buttons(column)
        self._look()
        self.resize(600, self.layout().totalHeightForWidth(600))

    def _add_target(self, column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.target = QLineEdit(str(self._context.settings.state.get(_KEPT) or ""))
        #: An example of a command line
        self.target.setPlaceholderText(tr("qemu-system-x86_64 -M q35 -m 2G"))
        self.target.setAccessibleName(tr("Stream, dump or QEMU command line"))
        self.target.setMinimumWidth(fonts.px(320))
        self.target.textChanged.connect(lambda _: self._look())
        row.addWidget(self.target, 1)
        row.addWidget(button(tr("Choose…"), run=self._browse))
        column.addLayout(row)

    def _add_buttons(self, column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.go = button(tr("Check"), "primary", run=self._begin)
        self.go.setDefault(True)
        row.addWidget(button(tr("Cancel"), run=self.reject))
        row.addWidget(self.go)
        column.addLayout(row)

    def _look(self) -> None:
        """Only a command line can be let load."""
        text = self.target.text().strip()
        self.go.setEnabled(bool(text))
        self.go.setToolTip("" if text else tr("Name a stream, a dump or a command line."))
        is_command = bool(text) and " " in text
        self.trial.setEnabled(is_command)
        self.trial.setToolTip("" if is_command else tr("Only a QEMU command line can load it."))

    def _browse(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Check against"), "", tr("All files (*)"))
        if name:
            self.target.setText(name)

    def _begin(self) -> None:
        if self._task is None:
            self._task = self._context.tasks.start(self._check(), tr("Check against"))

    async def _check(self) -> None:
        loaded, target = self._page.loaded, self.target.text().strip()
        if loaded is None:
            self.reject()
            return
        self.go.setEnabled(False)
        self.message.setVisible(False)
        self.progress.setRange(0, 0)
        self.progress.setVisible(True)
        roots = [Path(folder) for folder in self._context.settings["files.allow_roots"]]
        trial = self.trial.isEnabled() and self.trial.isChecked()
        try:
            checked = await self._page.presenter.check(check, loaded, target, trial, roots)
        except Exception as error:  # whatever it is: the dialog does not stay with a bar that never moves
            failure = describe(error, tr("Not checked"), target)
            named = bool(failure.path) and visible_text(failure.path) in failure.text  # once is enough
            title = tr("Not checked") if named else failure.title
            self.message.setText(" ".join(part for part in (title + ".", failure.text, failure.hint) if part))
            self.message.setVisible(True)
            self.progress.setVisible(False)
            self.go.setEnabled(True)
            self._task = None
            return
        self._context.settings.state[_KEPT] = target
        self._task = None
        self.accept()
        if self._page.loaded is loaded:
            self._page.show_checked(checked)
            self._context.notify(tr("Checked against {target}; Reload shows the stream alone", target=shown(target)))

    def reject(self) -> None:
        """Cancel: what runs is stopped."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        super().reject()
