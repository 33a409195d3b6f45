"""What the page of a comparison shows while it is made."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QProgressBar

from ui.theme import fonts
from ui.widgets.controls import button
from ui.widgets.empty_state import EmptyState
from ui.words import tr


class Waiting(EmptyState):
    def __init__(self, cancel: Callable[[], object]) -> None:
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(fonts.px(280))
        self.bar.setAccessibleName(tr("Comparing"))
        self.cancel = button(tr("Cancel"), run=cancel)
        super().__init__("git-diff", tr("Reading and comparing…"), body=self.bar, buttons=(self.cancel,))

    def begin(self) -> None:
        self.bar.setRange(0, 0)

    def set_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
