"""A field for a snapshot's name that says while somebody types what speaks against it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.snapshots.new_name import NameCheck
from ui.widgets.labels import label


class NameField(QWidget):
    """``checked`` follows every check; ``said`` is its outcome."""

    checked = Signal()

    def __init__(self, name: str, accessible: str, check: Callable[[str], NameCheck]) -> None:
        super().__init__()
        self._check = check
        self.said = NameCheck()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.edit = QLineEdit(name)
        self.edit.setAccessibleName(accessible)
        self.message = label("", "danger", wrap=True)
        column.addWidget(self.edit)
        self.quote = label("", "mono", wrap=True, selectable=True)
        column.addWidget(self.message)
        column.addWidget(self.quote)
        self.edit.textChanged.connect(lambda _: self.check())
        self.setFocusProxy(self.edit)
        self.check()

    def text(self) -> str:
        return self.edit.text()

    def check(self) -> None:
        """Ask again, e.g. because other disks were chosen."""
        self.said = said = self._check(self.text()) if self.isEnabled() else NameCheck()
        _restyle(self.message, "role", "danger" if said.refused else "warn")
        _restyle(self.edit, "fault", "true" if said.refused else "false")
        self.message.setText(said.refused or said.warning)
        self.message.setVisible(bool(self.message.text()))
        self.quote.setText(said.qemu)
        self.quote.setVisible(bool(said.qemu))
        self.edit.setAccessibleDescription(self.message.text())
        self.checked.emit()


def _restyle(part: QWidget, key: str, value: str) -> None:
    if part.property(key) != value:
        part.setProperty(key, value)
        part.style().unpolish(part)
        part.style().polish(part)
