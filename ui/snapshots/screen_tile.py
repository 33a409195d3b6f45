"""The screen of a snapshot beside what a question says of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from snapmgr.snapshots.model import SnapshotRow, Snapshots
from ui.shell.context import WindowContext
from ui.snapshots.actions import page_of
from ui.widgets.screen_paint import paint_tile
from ui.words import tr

WIDTH, HEIGHT = 120, 77


class ScreenTile(QWidget):
    """A picture of fixed size."""

    def __init__(self, image: QImage) -> None:
        super().__init__()
        self._image = image
        self.setFixedSize(QSize(WIDTH, HEIGHT))
        self.setAccessibleName(tr("Screen of the guest"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_tile(painter, QRectF(self.rect()), self._image)


def beside_screen(context: WindowContext, found: Snapshots, row: SnapshotRow, facts: QWidget) -> QHBoxLayout:
    """``facts``, with the snapshot's screen before them where it has one; the details have loaded it."""
    line = QHBoxLayout()
    line.setSpacing(16)
    page, key = page_of(context), found.beside.screens.get(found.place(row))
    image = page.beside.screens.whole(key) if page is not None and key is not None else None
    if image is not None:
        line.addWidget(ScreenTile(image), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(facts, 1)
    return line
