"""What the dialogs before a change have in common: a question, what to know, two buttons that name both outcomes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout

from ui.shell.context import WindowContext
from ui.snapshots.change_request import ChangeRequest
from ui.theme import fonts
from ui.widgets.controls import button
from ui.widgets.fitted_area import FittedArea
from ui.widgets.labels import label

WIDTH = 520


class ChangeDialog(QDialog):
    """``column`` takes the parts; ``stop`` changes nothing, and closing the dialog means the same; ``go`` accepts."""

    def __init__(self, context: WindowContext, name: str, title: str, text: str, *, whole: str = "") -> None:
        """``whole`` is the name of which the title shows the ends alone where it is long."""
        super().__init__(context.window)
        self.context = context
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 20, 0, 16)
        column.setSpacing(12)
        self._area = FittedArea()
        column.addWidget(self._area, 1)
        self.column = self._area.column
        self.column.setContentsMargins(24, 0, 24, 0)
        self.column.setSpacing(12)
        self.heading = label(title, "dialog", wrap=True)
        self.heading.setToolTip(whole)
        self.text = label(text, "body2", wrap=True)
        self.column.addWidget(self.heading)
        self.column.addWidget(self.text)
        self._buttons = QHBoxLayout()
        self._buttons.setContentsMargins(24, 0, 24, 0)
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        column.addLayout(self._buttons)

    def request(self) -> ChangeRequest:
        """What was asked for."""
        raise NotImplementedError

    def date(self) -> int:
        """The date of what is saved, in ns since 1970."""
        return int(self.context.now() * 1_000_000_000)

    def finish(self, stop: str, go: str, variant: str) -> None:
        """Add the buttons, and make the dialog as high as what is said needs."""
        self.column.addStretch(1)
        self.stop = button(stop, run=self.reject)
        self.go = button(go, variant, run=self.accept)
        self._buttons.addWidget(self.stop)
        self._buttons.addWidget(self.go)
        self.fit()

    def beside(self, other: QPushButton) -> None:
        """A button that answers nothing, at the other end; the keyboard comes to it last."""
        self._buttons.insertWidget(0, other)
        self.setTabOrder(self.go, other)

    def fit(self) -> None:
        """As high as what is said needs, within the window."""
        window = self.context.window
        width = min(fonts.px(WIDTH), window.width() - 32)
        self.ensurePolished()
        rest = 20 + 16 + 12 + self._buttons.sizeHint().height()
        self.resize(width, min(self._area.needed(width) + rest, window.height() - 32))
        self._area.lay_out()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Polish, QEvent.Type.Show):
            QTimer.singleShot(0, self, self.fit)
        return super().event(event)

    def tick(self, text: str, about: str = "", *, checked: bool = False) -> QCheckBox:
        """A box to tick, with what it means under it."""
        made = QCheckBox(text)
        made.setChecked(checked)
        place = QVBoxLayout()
        place.setSpacing(0)
        place.addWidget(made)
        if about:
            made.setAccessibleDescription(about)
            words = label(about, "secondary", wrap=True)
            words.setContentsMargins(26, 0, 0, 0)
            place.addWidget(words)
        self.column.addLayout(place)
        return made
