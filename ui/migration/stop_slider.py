"""A slider over values that were chosen beforehand, with what it stands at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from ui.theme import fonts
from ui.widgets.labels import ElidedLabel


class Value(QLabel):
    """Its figures are all as wide, whatever the size of text is."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setFont(fonts.ui(12, 600, tabular=True))


class StopSlider(QWidget):
    """``stops`` are in rising order; ``words`` says one.  ``chosen`` carries the value that somebody moved it to."""

    chosen = Signal(object)

    def __init__(self, title: str, stops: Sequence[int], words: Callable[[int], str], hint: str = "") -> None:
        super().__init__()
        self._stops, self._words, self._title = list(stops), words, title
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(ElidedLabel(title, "secondary", Qt.TextElideMode.ElideRight), 1)
        self._said = Value()
        self._said.setFont(fonts.ui(12, 600, tabular=True))
        row.addWidget(self._said)
        column.addLayout(row)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(self._stops) - 1)
        self.slider.setPageStep(1)
        self.slider.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # a scale, as those of the plots
        self.slider.setToolTip(hint)
        self.slider.valueChanged.connect(self._moved)
        column.addWidget(self.slider)
        self._say()

    def value(self) -> int:
        return self._stops[self.slider.value()]

    def set_value(self, value: int) -> None:
        """Stand at the stop that is nearest, without a signal."""
        nearest = min(range(len(self._stops)), key=lambda place: abs(self._stops[place] - value))
        with QSignalBlocker(self.slider):
            self.slider.setValue(nearest)
        self._say()

    def say_again(self) -> None:
        """What it stands for has become another thing."""
        self._say()

    def _moved(self, place: int) -> None:
        self._say()
        self.chosen.emit(self._stops[place])

    def _say(self) -> None:
        words = self._words(self.value())
        self._said.setText(words)
        self.slider.setAccessibleName(f"{self._title}: {words}")
