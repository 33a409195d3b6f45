"""One side of a comparison: which one it is, its screen and name, and a menu of what else it may be."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui.compare.comparing import Compared
from ui.compare.offered import Offered
from ui.compare.side_menu import SideMenu
from ui.theme import fonts, icons
from ui.widgets.screen_paint import TILE, paint_tile
from ui.widgets.two_lines import mirrored, paint_line, upper_and_lower
from ui.words import tr

WIDTH, LEAST, HEIGHT = 348, 120, 56
_PADDING, _LETTER, _CARET, _GAP = 12, 16, 14, 8


class SidePicker(QPushButton):
    """``chosen`` carries a side that is to be compared instead, None: ask for a file."""

    chosen = Signal(object)

    def __init__(self, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter = letter
        self.side: Compared | None = None
        self._offered = Offered.of(())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(fonts.px(LEAST))
        self.setMaximumWidth(fonts.px(WIDTH))
        self.clicked.connect(self.open_menu)

    def show_side(self, side: Compared, offered: Offered) -> None:
        self.side, self._offered = side, offered
        #: One of two things that are compared: A or B, its name, its date or folder
        text = tr("{side} is {name}, {about}", side=self._letter, name=side.name, about=side.about)
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.update()

    def menu_of_others(self) -> SideMenu:
        """What else this side may be."""
        menu = SideMenu(self._offered, self.side, self)
        menu.chosen.connect(self.chosen)
        return menu

    def open_menu(self) -> None:
        menu = self.menu_of_others()
        menu.move(self.mapToGlobal(self.rect().bottomLeft()))
        menu.show()

    def sizeHint(self) -> QSize:
        """It grows up to its maximum, where there is room."""
        return QSize(fonts.px(LEAST), fonts.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: object) -> None:
        self.setFixedHeight(fonts.px(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.side is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        direction, whole = self.layoutDirection(), self.rect()
        box = whole.adjusted(_PADDING, 0, -_PADDING, 0)
        letter = QRect(box.left(), box.top(), fonts.px(_LETTER), box.height())
        font = fonts.ui(15, 600)
        paint_line(painter, mirrored(direction, whole, letter), self._letter, font, "text2", direction=direction)
        left, screen = letter.right() + _GAP, self.side.screen
        if isinstance(screen, QImage):
            tile = QRect(left, whole.center().y() - TILE.height() // 2, TILE.width(), TILE.height())
            paint_tile(painter, QRectF(mirrored(direction, whole, tile)), screen)
            left = tile.right() + _PADDING
        caret = QRect(box.right() - _CARET, whole.center().y() - _CARET // 2, _CARET, _CARET)
        icons.paint(painter, QRectF(mirrored(direction, whole, caret)), "caret-down", "text2")
        words = QRect(left, box.top(), caret.left() - _GAP - left, box.height())
        upper, lower = upper_and_lower(words, fonts.ui(13, 600), fonts.ui(12))
        end = Qt.TextElideMode.ElideRight
        paint_line(
            painter, mirrored(direction, whole, upper), self.side.name, fonts.ui(13, 600), "text", direction=direction
        )
        paint_line(painter, mirrored(direction, whole, lower), self.side.about, fonts.ui(12), "text2",
                   direction=direction, elide=end)  # fmt: skip
