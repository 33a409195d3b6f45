"""The guest's screen as it was saved with a snapshot; where none was, a disk."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import RADIUS_CARD
from ui.widgets.date_mark import paint_date
from ui.words import tr

BARE, MOST = 96, 240
"""Px of height: without a screen, and with one at most."""


class SavedScreen(QWidget):
    """Shows one picture with the date of its snapshot written on it, so that nobody takes it for live."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._image: QImage | None = None
        self._size, self._said = QSize(), ""
        self._missing = ""
        self.show_none()

    def show_none(self) -> None:
        """None was recorded."""
        self._miss(tr("no screen recorded"), tr("No screen was recorded with this snapshot"))

    def show_coming(self) -> None:
        """None was recorded; one is being made from the VM state."""
        self._miss(tr("the screen is being drawn"), tr("The screen is being drawn from the VM state"))

    def _miss(self, said: str, name: str) -> None:
        self._image, self._size, self._said, self._missing = None, QSize(), "", said
        self.setAccessibleName(name)
        self._fit()

    def show_image(self, image: QImage | None, date: str) -> None:
        """``image`` None: it is there, and comes when it is loaded.  ``date`` is that of the snapshot."""
        self._image = image
        #: On the picture of a guest's screen; {date} is something like 19 Nov 09:05
        self._said = tr("as saved, {date}", date=date)
        self._size = image.size() if image is not None else QSize(4, 3)
        self.setAccessibleName(tr("Screen of the guest, {saved}", saved=self._said))
        self._fit()

    def text(self) -> str:
        """What is written on it, or in its place."""
        return self._said or self._missing

    @property
    def image(self) -> QImage | None:
        return self._image

    def sizeHint(self) -> QSize:
        return QSize(272, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def _fit(self) -> None:
        height = BARE
        if self._size.width() > 0:
            height = max(BARE, min(MOST, round(self.width() * self._size.height() / self._size.width())))
        if self.height() != height or self.minimumHeight() != height:
            self.setFixedHeight(height)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(color("line"), 1))
        painter.setBrush(color("sunken" if self._said else "raised"))
        painter.drawRoundedRect(box, RADIUS_CARD, RADIUS_CARD)
        if not self._said:
            self._paint_none(painter)
            return
        if self._image is not None:
            path = QPainterPath()
            path.addRoundedRect(box, RADIUS_CARD, RADIUS_CARD)
            painter.save()
            painter.setClipPath(path)
            painter.drawImage(self._place(), self._image)
            painter.restore()
        paint_date(painter, self._place().toRect(), self._said, self.layoutDirection())

    def _place(self) -> QRectF:
        size = self._size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )

    def _paint_none(self, painter: QPainter) -> None:
        middle = QRectF(self.rect()).center()
        icons.paint(painter, QRectF(middle.x() - 16, middle.y() - 24, 32, 32), "hard-drive", "text3")
        painter.setFont(fonts.role("axis"))
        painter.setPen(color("text3"))
        box = QRectF(0, middle.y() + 14, self.width(), fonts.px(18))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._missing)
