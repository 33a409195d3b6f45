"""A guest's screen: its picture as large as fits, in its own proportions, every dot a square."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.palette import color
from ui.theme.tokens import RADIUS_CARD
from ui.widgets.date_mark import paint_date
from ui.words import tr

Picture = npt.NDArray[np.uint8]


class GuestScreen(QWidget):
    """Shows pictures of shape (height, width, 3), uint8; the last one is kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given: Picture | None = None
        self._picture: Picture | None = None
        self._image, self._said, self._still = QImage(), "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(tr("Screen of the guest"))

    def show_picture(self, picture: Picture) -> None:
        """Take a picture as it is: it must not change afterwards."""
        if picture is self._given:
            return
        self._given = picture
        self._picture, self._said = np.ascontiguousarray(picture), ""
        height, width, _ = self._picture.shape
        self._image = QImage(self._picture.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self.update()

    def show_saved(self, image: QImage, said: str) -> None:
        """A screen that was saved, until the next picture comes; ``said`` is written on it."""
        self._given, self._picture, self._image, self._said = None, None, image, said
        self.update()

    def set_still(self, said: str) -> None:
        """Why the picture does not change any more: it is dim then, with that on it; "" where it may."""
        if said != self._still:
            self._still = said
            self.update()

    def text(self) -> str:
        """What is written on it, "" for a live one."""
        return self._said or (self._still if not self._image.isNull() else "")

    @property
    def image(self) -> QImage:
        """What is shown, null before the first picture."""
        return self._image

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def place(self) -> QRect:
        """Where the picture is in the widget: a whole multiple of its size where it is enlarged."""
        size = self._image.size() if not self._image.isNull() else QSize(4, 3)
        scale = min(self.width() / size.width(), self.height() / size.height())
        ratio = self.devicePixelRatioF()
        if scale * ratio >= 1 and not self._image.isNull():
            scale = int(scale * ratio) / ratio
        width, height = int(size.width() * scale), int(size.height() * scale)
        return QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("sunken"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawRoundedRect(self.rect(), RADIUS_CARD, RADIUS_CARD)
        if not self._image.isNull():
            corners = QPainterPath()
            corners.addRoundedRect(QRectF(self.rect()), RADIUS_CARD, RADIUS_CARD)
            painter.setClipPath(corners)
            place = self.place()
            small = place.width() < self._image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, small)
            painter.drawImage(place, self._image)
            if self._still:
                painter.fillRect(self.rect(), color("panel", 0.6))
        if self.text():
            paint_date(painter, self.place(), self.text(), self.layoutDirection())
