"""Buttons, fields and switches in the window's own look."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)

from ui.theme import icons
from ui.words import tr

ICON_BESIDE_TEXT = QSize(20, 16)
"""An icon of 16 with 2 px of air at each side, as Qt leaves too little between icon and text."""


def button(
    text: str, variant: str = "", icon: str = "", run: Callable[[], object] | None = None, tint: str = ""
) -> QPushButton:
    """A button with a word.  ``variant`` is primary (one per view), danger, ghost, link or "" (plain)."""
    made = QPushButton(text)
    made.setCursor(Qt.CursorShape.ArrowCursor)
    made.setProperty("variant", variant)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    if icon:
        made.setIcon(icons.icon(icon, tint or {"primary": "onPrimary", "danger": "onDanger"}.get(variant, "text2")))
        made.setIconSize(ICON_BESIDE_TEXT)
    if run is not None:
        made.clicked.connect(lambda *_: run())
    return made


def icon_button(icon: str, name: str, run: Callable[[], object] | None = None) -> QToolButton:
    """A small button of one icon; ``name`` is its tooltip and accessible name."""
    made = QToolButton()
    made.setProperty("variant", "small")
    made.setIcon(icons.icon(icon))
    made.setIconSize(QSize(16, 16))
    made.setToolTip(name)
    made.setAccessibleName(name)
    if run is not None:
        made.clicked.connect(lambda *_: run())
    return made


def action_button(action: QAction, variant: str = "", *, icon_only: bool = False) -> QToolButton:
    """A tool button of an action: text beside the icon, off and on with it, the reason in its tooltip."""
    made = QToolButton()
    made.setDefaultAction(action)
    made.setProperty("variant", variant)
    made.setIconSize(QSize(16, 16) if icon_only else ICON_BESIDE_TEXT)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    style = Qt.ToolButtonStyle.ToolButtonIconOnly if icon_only else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    made.setToolButtonStyle(style)
    made.setAccessibleName(action.text().replace("&", ""))
    return made


def fit_buttons(buttons: Sequence[QToolButton], room: int, spacing: int = 8) -> int:
    """Leave out words, from the last button on, where all of them are wider than ``room``; returns what is taken."""
    for part in buttons:
        part.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    taken = sum(part.sizeHint().width() for part in buttons) + spacing * (len(buttons) - 1)
    for part in reversed(buttons):
        if taken <= room:
            break
        taken -= part.sizeHint().width()
        part.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        taken += part.sizeHint().width()
    return taken


def line(vertical: bool = False) -> QFrame:
    """A hairline between two parts."""
    made = QFrame()
    made.setProperty("frame", "column" if vertical else "line")
    return made


class ComboBox(QComboBox):
    """A combo box with the window's own arrow; texts too long for it are shortened in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideMiddle, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        left = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = 9 if left else self.width() - 9 - 14
        icons.paint(painter, QRect(x, self.height() // 2 - 7, 14, 14), "caret-down", "text2")


class Segmented(QFrame):
    """Two or more views of the same thing, one of them shown.  ``chosen`` carries the key."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("frame", "segmented")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for key, text in choices:
            part = QToolButton()
            part.setText(text)
            part.setAccessibleName(f"{name}: {text}")
            part.setCheckable(True)
            part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            part.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
            part.clicked.connect(lambda *_, key=key: self.chosen.emit(key))
            part.installEventFilter(self)
            self._group.addButton(part)
            self._buttons[key] = part
            row.addWidget(part)
        self.set_chosen(choices[0][0])

    def set_chosen(self, key: str) -> None:
        """Show a choice without emitting ``chosen``."""
        self._buttons[key].setChecked(True)
        for other, part in self._buttons.items():
            part.setFocusPolicy(Qt.FocusPolicy.TabFocus if other == key else Qt.FocusPolicy.NoFocus)

    def current(self) -> str:
        return next(key for key, part in self._buttons.items() if part.isChecked())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A word that had to be shortened is whole in its tooltip."""
        super().resizeEvent(event)
        for part in self._buttons.values():
            part.setToolTip(part.text() if self.width() < self.sizeHint().width() else "")

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Arrows go through the choices: one Tab stop for all of them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
            if (step := steps.get(Qt.Key(event.key()))) is not None:
                keys = list(self._buttons)
                key = keys[(keys.index(self.current()) + step) % len(keys)]
                self.set_chosen(key)
                self._buttons[key].setFocus(Qt.FocusReason.TabFocusReason)
                self.chosen.emit(key)
                return True
        return super().eventFilter(watched, event)


class SearchField(QLineEdit):
    """A field that narrows what is below it.  Esc clears it; ``escaped`` says that it was empty already."""

    escaped = Signal()
    down = Signal()

    def __init__(self, placeholder: str, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        self.setClearButtonEnabled(False)
        self.addAction(icons.icon("magnifying-glass", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        self._clear = self.addAction(icons.icon("x", "text2"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip(tr("Clear"))
        self._clear.triggered.connect(self.clear)
        self._clear.setVisible(False)
        self.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))
        self.setAcceptDrops(False)  # a file that is dropped here is to be opened, not searched for
        for part in self.findChildren(QToolButton):
            part.setAccessibleName(tr("Clear") if part.defaultAction() is self._clear else tr("Search"))
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.escaped.emit()
            return
        if event.key() == Qt.Key.Key_Down:
            self.down.emit()
            return
        super().keyPressEvent(event)
