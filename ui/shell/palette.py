"""The command palette: one field over the window that finds everything the application can do or show."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from ui.isolation import isolated
from ui.shell.actions import shown_keys
from ui.shell.context import WindowContext
from ui.shell.palette_list import PaletteDelegate, PaletteModel, Row
from ui.shell.palette_sources import PaletteSources
from ui.theme import fonts
from ui.theme.palette import color
from ui.widgets.controls import line
from ui.widgets.labels import label
from ui.widgets.notice_box import Glyph
from ui.words import tr

WIDTH, TOP = 640, 96
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
}


class Palette(QWidget):
    """Covers the window with a scrim; ``closed`` comes when it has gone."""

    closed = Signal()

    def __init__(self, window: QWidget, context: WindowContext, show_setting: Callable[[str], None]) -> None:
        super().__init__(window)
        self._context, self._show_setting = context, show_setting
        self._sources = PaletteSources(context, show_setting)
        self._before: QWidget | None = None
        self.setAccessibleName(tr("Command palette"))
        self.frame = QFrame(self)
        self.frame.setObjectName("palette")
        self.field = QLineEdit()
        self.field.setProperty("look", "bare")
        self.field.setPlaceholderText(tr("Search or run a command"))
        self.field.setAccessibleName(self.field.placeholderText())
        self.list = QListView()
        self.model = PaletteModel(self)
        self._none = label("", "body2", wrap=True)
        self._signs: list[QLabel] = []
        self._build()
        self.field.textChanged.connect(self._query)
        context.changed.connect(self._ask_again)
        self.field.installEventFilter(self)
        window.installEventFilter(self)
        self.hide()

    def _build(self) -> None:
        column = QVBoxLayout(self.frame)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(9, 0, 16, 0)
        top.setSpacing(12)
        top.addWidget(Glyph("magnifying-glass", "text2", 16))
        top.addWidget(self.field)
        column.addLayout(top)
        column.addWidget(line())
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(self.list))
        self.list.setAccessibleName(tr("Results"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setViewportMargins(0, 4, 0, 6)
        self.list.clicked.connect(self._choose)
        column.addWidget(self.list, 1)
        self._none.setContentsMargins(20, 16, 20, 16)
        column.addWidget(self._none)
        column.addWidget(line())
        column.addLayout(self._legend())
        shadow = QGraphicsDropShadowEffect(self.frame)
        shadow.setBlurRadius(40)
        shadow.setOffset(0, 12)
        shadow.setColor(color("scrim"))
        self.frame.setGraphicsEffect(shadow)

    def _legend(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(20, 7, 20, 8)
        row.setSpacing(8)
        #: What a key does here
        for key, word in (("↑ ↓", tr("choose")), (shown_keys("Enter"), tr("run")), (shown_keys("Esc"), tr("close"))):
            row.addWidget(label(key, "key"))
            row.addWidget(label(word, "secondary"))
            row.addSpacing(4)
        row.addStretch()
        #: The sign is typed and stays as it is
        for word in (tr("> commands"), tr("@ offset"), tr("# snapshot"), tr("? help")):
            sign = label(word, "secondary")
            self._signs.append(sign)
            row.addWidget(sign)
        self._foot = row
        return row

    def _fold(self, width: int) -> None:
        """The signs that can be typed: as many as there is room for beside the keys."""
        items = [self._foot.itemAt(place) for place in range(self._foot.count())]
        parts = [part for item in items if (part := item.widget()) is not None]
        taken = 40 + sum(
            part.sizeHint().width() + self._foot.spacing() + 2 for part in parts if part not in self._signs
        )
        for sign in self._signs:
            taken += sign.sizeHint().width() + self._foot.spacing()
            sign.setVisible(taken <= width)

    def open(self, query: str = "") -> None:
        """Show it over the window, with ``query`` typed already."""
        self._before = self.window().focusWidget()
        self._sources = PaletteSources(self._context, self._show_setting)
        self.setGeometry(self.parentWidget().rect())
        self.field.setText(query)
        self._query(query)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close it, and give the keyboard back."""
        if not self.isVisible():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def _query(self, text: str) -> None:
        rows = self._sources.rows(text)
        self.model.show_rows(rows)
        self._none.setVisible(not rows)
        self._none.setText(self._nothing(text))
        self.list.setVisible(bool(rows))
        self._select(self.model.first())
        self._place()

    def _ask_again(self) -> None:
        """What was off may be on by now, or the other way round; the row that was chosen stays it."""
        if not self.isVisible():
            return
        actions = self._context.actions
        shown = [row.entry for row in self.model.rows if row.entry is not None and row.entry.key in actions]
        if all(bool(entry.reason) == bool(actions.reason(entry.key)) for entry in shown):
            return
        at: Row | None = self.list.currentIndex().data(Qt.ItemDataRole.UserRole)
        key = at.entry.key if at is not None and at.entry is not None else ""
        self._query(self.field.text())
        same = (place for place, row in enumerate(self.model.rows) if row.entry is not None and row.entry.key == key)
        self._select(next(same, self.model.first()))

    def _nothing(self, text: str) -> str:
        if text.startswith("#"):
            short = tr("Open a disk image to find its snapshots here.")
            return short if len(text) == 1 else tr("No snapshot of that name.")
        if text.startswith("@"):
            return tr("Open a stream to find its sections here.") if len(text) == 1 else tr("No section of that name.")
        return tr("Nothing matches “{words}”.", words=isolated(text.strip()))

    def _place(self) -> None:
        wanted = sum(self.list.sizeHintForRow(row) for row in range(min(len(self.model.rows), 40))) + 12
        top = min(TOP, self.height() // 8)
        chrome = self.field.sizeHint().height() + fonts.px(38) + 6
        room = self.height() - top - 48 - chrome
        width = min(round(WIDTH * max(fonts.scale(), 1)), self.width() - 32)
        self._fold(width)
        nothing = self._none.heightForWidth(width - 2)
        body = min(wanted, room, fonts.px(420)) if self.model.rows else nothing
        self.frame.setGeometry((self.width() - width) // 2, top, width, chrome + body)

    def _select(self, row: int) -> None:
        index = self.model.index(row, 0) if row >= 0 else QModelIndex()
        self.list.setCurrentIndex(index)
        if index.isValid():
            self.list.scrollTo(index)
            if row == self.model.first():
                self.list.scrollToTop()
            QAccessible.updateAccessibility(QAccessibleEvent(self.list, QAccessible.Event.Selection))

    def _move(self, step: int) -> None:
        """Up or down over the titles of groups; past the end it begins again."""
        rows, at = self.model.rows, self.list.currentIndex().row()
        choices = [number for number, row in enumerate(rows) if row.entry is not None]
        if choices:
            place = choices.index(at) if at in choices else 0
            far = place + step
            wrapped = far % len(choices) if abs(step) == 1 else max(0, min(far, len(choices) - 1))
            self._select(choices[wrapped])

    def _choose(self, index: QModelIndex) -> None:
        row: Row | None = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        if row is None or row.entry is None or row.entry.reason:
            return
        self._sources.used(row.entry)
        self.dismiss()
        row.entry.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _STEPS:
                self._move(_STEPS[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.list.currentIndex())
                return True
            if key == Qt.Key.Key_Escape:
                self.dismiss()
                return True
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.parentWidget().rect())
            self._place()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.frame.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color("scrim"))

    def sizeHint(self) -> QSize:
        return self.parentWidget().size()
