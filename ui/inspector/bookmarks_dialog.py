"""The bookmarks of the stream that is open: go to one, rename it, remove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout

from ui.inspector.bookmarks import Bookmark
from ui.models.texts import shown
from ui.shell import formats
from ui.theme import fonts
from ui.widgets.controls import button
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import ElidedLabel, label
from ui.words import tr

if TYPE_CHECKING:
    from ui.inspector.page import InspectorPage
    from ui.shell.context import WindowContext

_MARK = Qt.ItemDataRole.UserRole + 1


class BookmarksDialog(QDialog):
    def __init__(self, context: WindowContext, page: InspectorPage, source: str) -> None:
        super().__init__(context.window)
        self._page, self._source = page, source
        self._bookmarks = page.bookmarks()
        self._context = context
        self.setWindowTitle(tr("Bookmarks"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        document = page.document()
        name = document.label if document is not None else ""
        column.addWidget(ElidedLabel(tr("Bookmarks in {stream}", stream=name), "dialog"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Bookmarks"))
        self.list.setFont(fonts.ui(13, tabular=True))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QListWidget.EditTrigger.EditKeyPressed)
        self.none = EmptyState("bookmark-simple", tr("No bookmarks"), tr("Ctrl+M keeps the place that is selected."))
        column.addWidget(self.list, 1)
        column.addWidget(self.none, 1)
        self.about = label("", "secondary")
        column.addWidget(self.about)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.go = button(tr("Go to"), "primary", run=self._go)
        self.rename = button(tr("Rename"), run=lambda: self.list.editItem(self.list.currentItem()))
        self.remove = button(tr("Remove"), run=self._remove)
        row.addWidget(self.rename)
        row.addWidget(self.remove)
        row.addStretch(1)
        row.addWidget(button(tr("Close"), run=self.reject))
        row.addWidget(self.go)
        column.addLayout(row)
        self.list.itemActivated.connect(lambda _: self._go())
        self.list.itemChanged.connect(self._renamed)
        self.list.currentItemChanged.connect(lambda *_: self._say())
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list, self._remove,
                  context=Qt.ShortcutContext.WidgetShortcut)  # fmt: skip
        self._fill()
        self.resize(fonts.px(520), fonts.px(420))

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for bookmark in self._bookmarks.of(self._source):
            item = QListWidgetItem(shown(bookmark.name))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(_MARK, bookmark)
            item.setSizeHint(QSize(100, fonts.px(30)))
            self.list.addItem(item)
        self.list.blockSignals(False)
        some = self.list.count() > 0
        self.list.setVisible(some)
        self.none.setVisible(not some)
        if some:
            self.list.setCurrentRow(0)
            self.list.setFocus()
        for part in (self.go, self.rename, self.remove):
            part.setEnabled(some)
        self._say()

    def current(self) -> Bookmark | None:
        item = self.list.currentItem()
        return item.data(_MARK) if item is not None else None

    def _say(self) -> None:
        bookmark, loaded = self.current(), self._page.loaded
        if bookmark is None or loaded is None:
            self.about.setText("")
            return
        where = formats.offset(bookmark.offset, loaded.digits)
        self.about.setText(f"{formats.exact_bytes(bookmark.length)}, {where}")

    def _go(self) -> None:
        bookmark = self.current()
        if bookmark is not None:
            self.accept()
            self._page.links.go_to(bookmark.offset, bookmark.length)

    def _remove(self) -> None:
        bookmark = self.current()
        if bookmark is not None:
            self._bookmarks.remove(self._source, bookmark)
            self._fill()
            self._context.touch()

    def _renamed(self, item: QListWidgetItem) -> None:
        bookmark = item.data(_MARK)
        name = item.text().strip()
        if name and name != bookmark.name:
            self._bookmarks.rename(self._source, bookmark, name)
        row = self.list.row(item)
        self._fill()
        self.list.setCurrentRow(row)
