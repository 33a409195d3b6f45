"""A check box with a name of several words, which takes two lines where one is too short."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QStyleOptionButton


class NameBox(QCheckBox):
    """``name`` has hyphens between its words; it is never cut."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._name = name
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # may be narrower than its name

    def minimumSizeHint(self) -> QSize:
        """Room for the longest word: what is longer goes on in another line."""
        longest = max((self._wide(word) for word in self._name.split("-")), default=0)
        return QSize(longest + self._mark(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - self._mark()
        words = self._name.split("-")
        lines = [words[0]]
        for word in words[1:]:
            whole = f"{lines[-1]}-{word}"
            lines[-1:] = [whole] if self._wide(whole) <= room else [f"{lines[-1]}-", word]
        if (text := "\n".join(lines)) != self.text():
            self.setText(text)

    def _wide(self, words: str) -> int:
        return self.fontMetrics().horizontalAdvance(f"{words}-")

    def _mark(self) -> int:
        """Px that the mark takes, with the room between it and the name."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        contents = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, self)
        return max(0, self.width() - contents.width()) if self.width() else 24
