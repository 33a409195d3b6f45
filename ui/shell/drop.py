"""Dropping files anywhere: an outline over the window names what was recognised, by content."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from snapmgr.errors import SnapmgrError
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind, recognise
from ui.shell.failures import describe
from ui.shell.formats import middle
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import RADIUS_SMALL
from ui.words import tr

EDGE = 2
"""Px from the window's edge to the middle of the outline: further in it would strike out what is written there."""


def says(sources: list[str]) -> tuple[str, str, bool]:
    """What dropping these would do: a sentence, what stands under it, and whether anything would open.

    Reads a few KiB of each file.
    """
    try:
        document = recognise(sources)
    except (SnapmgrError, OSError) as error:
        return tr("Cannot be opened"), describe(error).text, False
    return opening(document), document.where, True


def opening(document: Document) -> str:
    """What opening it would do: ``Open demo.mig in Inspector``."""
    if document.kind is DocumentKind.STREAM:
        return tr("Open {file} in Inspector", file=document.label)
    if document.kind is DocumentKind.RECORDING:
        return tr("Open {file} in Migration", file=document.label)
    return tr("Open {file} in Snapshots", file=document.label)


class DropTarget(QWidget):
    """Shown while files are dragged over the window."""

    def __init__(self, window: QWidget, context: WindowContext) -> None:
        super().__init__(window)
        self._context = context
        self._words, self._under, self._good = "", "", False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Drop files here"))
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self.hide()

    def show_for(self, sources: list[str]) -> bool:
        """Name what these files are; False if they cannot be opened."""
        self._words, self._under, self._good = says(sources)
        self.setAccessibleDescription(self._words)
        self.setGeometry(self.parentWidget().rect())
        self.show()
        self.raise_()
        self.update()
        return self._good

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QDragEnterEvent) and kind == QEvent.Type.DragEnter:
            sources = _local_files(event)
            if sources:
                self.show_for(sources)
                event.acceptProposedAction()
                return True
        elif kind == QEvent.Type.DragLeave:
            self.hide()
        elif isinstance(event, QDropEvent) and kind == QEvent.Type.Drop:
            self.hide()
            sources = _local_files(event)
            if sources:
                event.acceptProposedAction()
                self._context.open(*sources)
                return True
        elif kind == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.parentWidget().rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color("scrim"))
        tint = "accent" if self._good else "danger"
        painter.setPen(QPen(color(tint), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE), RADIUS_SMALL, RADIUS_SMALL)
        self._card(painter, tint)

    def _card(self, painter: QPainter, tint: str) -> None:
        title, under = fonts.role("object"), fonts.ui(12)
        widest = self.width() - 160
        words = middle(self._words, title, widest)
        below = middle(self._under, under, widest)
        width = max(fonts.text_width(title, words), fonts.text_width(under, below)) + 96
        box = QRectF((self.width() - width) / 2, self.height() / 2 - fonts.px(40), width, fonts.px(80))
        painter.setPen(QPen(color("lineStrong"), 1))
        painter.setBrush(color("panel"))
        painter.drawRoundedRect(box, 12, 12)
        glyph = "download-simple" if self._good else "x-circle"
        icons.paint(painter, QRectF(box.left() + 24, box.center().y() - 12, 24, 24), glyph, tint)
        text = box.adjusted(64, fonts.px(16), -24, -fonts.px(16))
        painter.setPen(color("text"))
        painter.setFont(title)
        painter.drawText(text, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, words)
        painter.setPen(color("text2"))
        painter.setFont(under)
        painter.drawText(text, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, below)


def _local_files(event: QDropEvent) -> list[str]:
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
