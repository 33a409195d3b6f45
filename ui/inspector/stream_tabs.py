"""Several streams that are open: a tab for each, and what is kept of those that are not in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTabBar, QWidget

from ui.models.texts import shown
from ui.shell.documents import Document
from ui.widgets.controls import icon_button
from ui.words import tr

if TYPE_CHECKING:
    from ui.inspector.place import Place
    from ui.inspector.presenter import Loaded

_CROSS = QTabBar.ButtonPosition.RightSide
MOST = 12
"""Streams that are open at once; the one that was opened first goes."""


@dataclass(frozen=True)
class OpenStream:
    """One that is not in front: where somebody was in it, which part was seen, and the words of the filter."""

    document: Document
    loaded: Loaded
    place: Place | None
    part: str
    words: str


class TabRow(QTabBar):
    """``closed(number)``: the middle button, or the cross of a tab."""

    closed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUsesScrollButtons(True)
        self.setAccessibleName(tr("Streams that are open"))
        self.hide()

    def _crossed(self, cross: QWidget) -> None:
        number = next((place for place in range(self.count()) if self.tabButton(place, _CROSS) is cross), -1)
        if number >= 0:
            QTimer.singleShot(0, self, lambda: self.closed.emit(number))  # the button goes with its tab

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        number = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton and number >= 0:
            self.closed.emit(number)

    def show_names(self, documents: list[Document], current: Document | None) -> None:
        """A tab for each, seen where there is more than one."""
        self.blockSignals(True)
        while self.count() > len(documents):
            self.removeTab(self.count() - 1)
        for number, document in enumerate(documents):
            if number == self.count():
                self.addTab("")
            self.setTabText(number, document.label.replace("&", "&&"))
            self.setTabToolTip(number, shown(document.sources[0]))
            cross = self.tabButton(number, _CROSS)
            if cross is None:
                cross = icon_button("x", "", lambda: None)
                cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W closes the one in front
                cross.clicked.connect(lambda *_, cross=cross: self._crossed(cross))
                self.setTabButton(number, _CROSS, cross)
            cross.setToolTip(tr("Close {stream}", stream=document.label))
            cross.setAccessibleName(cross.toolTip())
        if current in documents:
            self.setCurrentIndex(documents.index(current))
        self.blockSignals(False)
        self.setVisible(len(documents) > 1)


class StreamTabs(QObject):
    """``chosen(document)`` is wanted in front, ``closed(document)`` is to be closed, ``dropped(loaded)`` is let go."""

    chosen = Signal(object)
    closed = Signal(object)
    dropped = Signal(object)

    def __init__(self, row: TabRow, parent: QObject) -> None:
        super().__init__(parent)
        self._row = row
        self._order: list[Document] = []
        self._behind: dict[Document, OpenStream] = {}
        row.currentChanged.connect(lambda number: self._emit(self.chosen, number))
        row.closed.connect(lambda number: self._emit(self.closed, number))

    def _emit(self, signal: object, number: int) -> None:
        if 0 <= number < len(self._order):
            getattr(signal, "emit")(self._order[number])  # noqa: B009  (the stubs know signals of an instance only)

    def documents(self) -> list[Document]:
        """All, in the order of their tabs."""
        return list(self._order)

    def behind(self, document: Document) -> OpenStream | None:
        return self._behind.get(document)

    def put_behind(self, stream: OpenStream) -> None:
        """Keep one that another comes in front of."""
        self._behind[stream.document] = stream

    def take(self, document: Document) -> OpenStream | None:
        """What was kept of one that comes to the front again."""
        return self._behind.pop(document, None)

    def in_front(self, document: Document) -> None:
        """This one is shown."""
        if document in self._order:
            self._order[self._order.index(document)] = document
        else:
            self._order.append(document)
        while len(self._order) > MOST:
            oldest = next(one for one in self._order if one != document)
            self._order.remove(oldest)
            if (stream := self.take(oldest)) is not None:
                self.dropped.emit(stream.loaded)
        self._row.show_names(self._order, document)

    def close(self, document: Document) -> OpenStream | None:
        """Forget one; returns what comes to the front instead: its neighbour."""
        if document not in self._order:
            return None
        place = self._order.index(document)
        self._order.remove(document)
        if (stream := self.take(document)) is not None:
            self.dropped.emit(stream.loaded)
        following = self._order[min(place, len(self._order) - 1)] if self._order else None
        self._row.show_names(self._order, following)
        return self._behind.get(following) if following is not None else None

    def close_behind(self) -> None:
        """Let go of all that are not in front."""
        for stream in self._behind.values():
            self.dropped.emit(stream.loaded)
        self._order = [one for one in self._order if one not in self._behind]
        self._behind.clear()
        self._row.show_names(self._order, None)

    def beside(self, document: Document | None, step: int) -> Document | None:
        """The next or the one before, around the end."""
        if document not in self._order or len(self._order) < 2:
            return None
        return self._order[(self._order.index(document) + step) % len(self._order)]

    def set_enabled(self, enabled: bool) -> None:
        """Off while a stream is being read."""
        self._row.setEnabled(enabled)
