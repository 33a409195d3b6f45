"""Renaming in place: a field over the snapshot's name in the list, with what speaks against the name that is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from snapmgr.names import visible_name
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.isolation import isolated
from ui.models.names import disk_labels
from ui.models.snapshot_rows import Column, key_of
from ui.models.source_list import Paths
from ui.snapshots.change_request import Kind, about
from ui.snapshots.list_pane import ListPane
from ui.snapshots.name_field import NameField
from ui.snapshots.new_name import NameCheck, check_name
from ui.theme import fonts
from ui.widgets.labels import label
from ui.widgets.timeline import TimelineView
from ui.words import listed, tr

LEAST, MOST = 208, 460
"""Its width."""
_AIR = 8
_ELSEWHERE = (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
"""How the keyboard is taken on purpose."""
_STAYING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""Another window, or its own menu: it waits."""


class RenameCard(QFrame):
    """Enter, or going elsewhere, takes the name; Esc leaves the old one.  ``wanted`` carries the request."""

    wanted = Signal(object)

    def __init__(self, pane: ListPane, machine: Paths, row: SnapshotRow, found: Snapshots) -> None:
        super().__init__(pane)
        self.setProperty("frame", "card")
        self.setProperty("overlay", True)  # it lies over the list on purpose
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._pane, self._machine, self._row, self._found = pane, machine, row, found
        labels = disk_labels([device.path for device in found.devices])
        self._disks = {path: labels[path] for path in labels if path in row.entries}
        self._over = False
        column = QVBoxLayout(self)
        column.setContentsMargins(_AIR, _AIR, _AIR, _AIR)
        column.setSpacing(4)
        shown = row.name if visible_name(row.name) == row.name else ""
        self.name = NameField(shown, tr("New name"), self._check)
        disks = listed([isolated(name) for name in self._disks.values()])
        self.hint = label(tr("Enter renames it on {disks}, Esc does not", disks=disks), "secondary", wrap=True)
        column.addWidget(self.name)
        column.addWidget(self.hint)
        self.name.edit.installEventFilter(self)
        self.name.checked.connect(self._fit)
        pane.installEventFilter(self)
        pane.view.verticalScrollBar().valueChanged.connect(self._fit)
        pane.model.modelReset.connect(self._fit)
        pane.select(key_of(row))
        self._fit()
        self.show()
        self.raise_()
        self.name.edit.selectAll()
        self.name.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _check(self, text: str) -> NameCheck:
        return check_name(text, self._found.rows, self._disks, renamed=self._row)

    def take(self, *, keyboard: bool = True) -> None:
        """Rename it, unless something speaks against that; then it stays."""
        if self.name.said.refused:
            return
        same = self.name.text() == self._row.name
        request = about(Kind.RENAME, self._machine, [self._row], self._found, name=self.name.text())
        self.leave(keyboard=keyboard)
        if not same:
            self.wanted.emit(request)

    def leave(self, *, keyboard: bool = True) -> None:
        """It goes; the ``keyboard`` is in the list again."""
        if self._over:
            return
        self._over = True
        self._pane.removeEventFilter(self)
        self.hide()
        if keyboard:
            self._pane.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.deleteLater()

    # --- where it stands ---

    def _fit(self) -> None:
        """Over the name of its row, as far as there is room; it goes with the row."""
        place, view = self._pane.model.find(key_of(self._row)), self._pane.view
        if self._over:
            return
        if place is None:
            self.leave()
            return
        row = view.visualRect(self._pane.model.index(place, Column.NAME))
        inset = view.name_left() if isinstance(view, TimelineView) else _AIR
        shown = QRect(view.viewport().mapTo(self._pane, row.topLeft()), row.size())
        self.setVisible(view.viewport().rect().intersects(row))
        width = max(fonts.px(LEAST), min(row.width() - inset + _AIR, fonts.px(MOST)))
        width = min(width, self._pane.width() - 2 * _AIR)
        self.layout().activate()
        height = self.layout().totalHeightForWidth(width)
        right_to_left = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = shown.right() - inset + 2 * _AIR - width if right_to_left else shown.left() + inset - 2 * _AIR
        left = max(_AIR, min(left, self._pane.width() - width - _AIR))
        top = max(0, min(shown.top(), self._pane.height() - height))
        self.setGeometry(left, top, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._pane:
            if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
                self._fit()
            return False
        return self._typed(event)

    def _typed(self, event: QEvent) -> bool:
        """Keys of the field that mean something here, before any shortcut of the window has them."""
        if isinstance(event, QKeyEvent) and event.key() in _KEYS:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                _KEYS[Qt.Key(event.key())](self)
            return True
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent) and not self._over:
            if event.reason() in _ELSEWHERE and not self.name.said.refused:
                self.take(keyboard=False)
            elif event.reason() not in _STAYING:
                self.leave(keyboard=False)
        return False


_KEYS: dict[Qt.Key, Callable[[RenameCard], None]] = {
    Qt.Key.Key_Return: RenameCard.take,
    Qt.Key.Key_Enter: RenameCard.take,
    Qt.Key.Key_Escape: RenameCard.leave,
}


def rename_card(parent: QWidget) -> RenameCard | None:
    """The one that is open."""
    return next((card for card in parent.findChildren(RenameCard) if not card.isHidden()), None)
