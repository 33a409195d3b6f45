"""One editor for each kind of setting; each applies at once, and can show a change from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from ui.shell.settings import Setting, Settings
from ui.theme import fonts
from ui.widgets.controls import ComboBox, Segmented, button, icon_button
from ui.widgets.labels import label
from ui.words import tr

Show = Callable[[], None]
"""Have an editor show the value in force."""


def editor(setting: Setting, settings: Settings) -> tuple[QWidget, Show]:
    """The widget that shows and changes a setting, and what makes it show the value anew."""
    if isinstance(setting.default, bool):
        switch = _Switch(setting, settings)
        return switch, lambda: switch.setChecked(settings[setting.id])
    if isinstance(setting.default, tuple):
        folders = _Folders(setting, settings)
        return folders, folders.fill
    if setting.choices:
        return _segmented(setting, settings) if len(setting.choices) <= 3 else _combo(setting, settings)
    number = _Number(setting, settings)
    return number, number.show_value


class _Switch(QCheckBox):
    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__()
        self.setAccessibleName(tr(setting.label))
        self.setChecked(settings[setting.id])
        self.toggled.connect(lambda on: settings.set(setting.id, on))
        self.toggled.connect(self._say)
        self._say(self.isChecked())

    def _say(self, on: bool) -> None:
        #: Beside a box that is ticked or not
        self.setText(tr("On") if on else tr("Off"))


def _segmented(setting: Setting, settings: Settings) -> tuple[QWidget, Show]:
    made = Segmented([(value, tr(text)) for value, text in setting.choices], tr(setting.label))
    made.set_chosen(settings[setting.id])
    made.chosen.connect(lambda value: settings.set(setting.id, value))
    return made, lambda: made.set_chosen(settings[setting.id])


def _combo(setting: Setting, settings: Settings) -> tuple[QWidget, Show]:
    made = ComboBox()
    made.setAccessibleName(tr(setting.label))
    for value, text in setting.choices:
        made.addItem(tr(text), value)
    made.setCurrentIndex(made.findData(settings[setting.id]))
    made.activated.connect(lambda _: settings.set(setting.id, made.currentData()))
    return made, lambda: made.setCurrentIndex(made.findData(settings[setting.id]))


class _Number(QWidget):
    """Less, the number, more; the arrow keys step it as well."""

    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__()
        self._setting, self._settings, name = setting, settings, tr(setting.label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.field = QLineEdit()
        self.field.setValidator(QIntValidator(setting.low, setting.high, self.field))
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setAccessibleName(f"{name}, {setting.unit}")
        self.field.setFixedWidth(fonts.px(56))
        self.field.editingFinished.connect(lambda: self._put(int(self.field.text())))
        self.field.installEventFilter(self)
        row.addWidget(icon_button("minus", tr("{setting}: less", setting=name), lambda: self._step(-1)))
        row.addWidget(self.field)
        row.addWidget(label(setting.unit, "secondary"))
        row.addWidget(icon_button("plus", tr("{setting}: more", setting=name), lambda: self._step(1)))
        self.show_value()

    def show_value(self) -> None:
        self.field.setText(str(self._settings[self._setting.id]))

    def _step(self, step: int) -> None:
        self._put(self._settings[self._setting.id] + step)

    def _put(self, value: int) -> None:
        self._settings.set(self._setting.id, max(self._setting.low, min(value, self._setting.high)))
        self.show_value()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
            if (step := steps.get(Qt.Key(event.key()))) is not None:
                self._step(step)
                return True
        return super().eventFilter(watched, event)


class _Folders(QWidget):
    """A list of folders, with one more and one less."""

    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__()
        self._setting, self._settings = setting, settings
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.list = QListWidget()
        self.list.setAccessibleName(tr(setting.label))
        self.list.setProperty("frame", "list")
        self.list.setMaximumHeight(fonts.px(104))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.list)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._remove = button(tr("Remove"), icon="minus", run=self._less)
        row.addWidget(button(tr("Add folder…"), icon="plus", run=self._more))
        row.addWidget(self._remove)
        row.addStretch()
        column.addLayout(row)
        self.list.currentRowChanged.connect(lambda _: self._tell())
        self.fill()

    def fill(self) -> None:
        self.list.clear()
        self.list.addItems(self._settings[self._setting.id])
        for number in range(self.list.count()):
            self.list.item(number).setToolTip(self.list.item(number).text())
        self.list.setVisible(self.list.count() > 0)
        self._tell()

    def _tell(self) -> None:
        chosen = self.list.currentRow() >= 0
        self._remove.setEnabled(chosen)
        self._remove.setToolTip("" if chosen else tr("Choose a folder of the list first"))

    def _more(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Allow backing files in this folder"))
        if folder:
            self.add(folder)

    def add(self, folder: str) -> None:
        """Allow one more folder; one that is there already is not listed twice."""
        folders = [*self._settings[self._setting.id]]
        if (resolved := str(Path(folder).resolve())) not in folders:
            self._settings.set(self._setting.id, (*folders, resolved))
            self.fill()

    def _less(self) -> None:
        folders = [*self._settings[self._setting.id]]
        del folders[self.list.currentRow()]
        self._settings.set(self._setting.id, tuple(folders))
        self.fill()
