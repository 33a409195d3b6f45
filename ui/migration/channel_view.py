"""The way between both machines: a lane for each direction, with what was really put on it last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.theme import fonts, icons, motion
from ui.theme.palette import color, tokens
from ui.words import plural

MOST = 12
"""Samples of traffic on a lane at most."""
TRAVEL = 1.2
"""Seconds that one takes to cross the lane, so that an eye can follow it; their order is the true one."""
APART = 0.09
"""Seconds between two that are shown: what comes faster would lie over each other."""


@dataclass(frozen=True, slots=True)
class Packet:
    """Something that was put on a lane at ``time``; ``tint`` is the token of its kind."""

    time: float
    tint: str
    words: str


class Lane(QWidget):
    """``back`` for one that goes from the destination to the source."""

    def __init__(self, name: str, about: str, *, back: bool = False, parent: QWidget | None = None) -> None:
        """Without ``about`` it is a low one."""
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so that nothing below it is painted
        self._name, self._about, self._back = name, about, back
        self._rate, self._now = "", 0.0
        self._dashed = True
        self._made_for: tuple[object, ...] = ()
        self._empty = QPixmap()
        self.packets: list[Packet] = []
        self._count = 0
        """What is on its way, with what has no room."""
        self.setAccessibleName(name)
        self.setToolTip(f"{name}: {about}" if about else name)

    @property
    def name(self) -> str:
        return self._name

    def rename(self, name: str, about: str) -> None:
        """Something else goes over it."""
        if (name, about) != (self._name, self._about):
            self._name, self._about = name, about
            self.setToolTip(f"{name}: {about}" if about else name)
            self.setAccessibleName(f"{name}: {self._rate}" if self._rate else name)
            self.updateGeometry()
            self.update()

    def move(self, packets: Sequence[Packet], now: float, *, connected: bool) -> None:
        """``now`` on the clock of the packets, which are in the order of time."""
        self.packets = thinned(packets)
        self._count = len(packets)
        self._now, self._dashed = now, not connected
        self.update(self._track())

    def say(self, rate: str) -> None:
        """How much goes over it, "" for nothing."""
        if rate != self._rate:
            self._rate = rate
            self.setAccessibleName(f"{self._name}: {rate}" if rate else self._name)
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            words = self.words(event.pos().x()) or self.toolTip()
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def words(self, x: int) -> str:
        """What the packet at this place is, "" where there is none."""
        side, near = self._side(), None
        if not self._dashed and not motion.reduced():
            near = min(self.packets, key=lambda one: abs(self._place(one) + side / 2 - x), default=None)
        return near.words if near is not None and abs(self._place(near) + side / 2 - x) <= side else ""

    def _side(self) -> float:
        """Px of a packet."""
        return min(14.0, self._track().height() - 8)

    def _place(self, packet: Packet) -> float:
        """Where it is on its way now: its left edge."""
        share, room = (self._now - packet.time) / TRAVEL, self.width() - self._side() - 28
        return 6 + room * (1 - share if self._back else share) + (14 if self._back else 0)

    def sizeHint(self) -> QSize:
        return QSize(200, self._least())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._least())

    def _least(self) -> int:
        return fonts.px(58 if self._about else 40)

    def _track(self) -> QRect:
        """Where packets move."""
        line = fonts.px(18)
        return QRect(0, line + 2, self.width(), self.height() - (2 if self._about else 1) * line - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = self._track()
        painter.fillRect(event.rect(), color("panel"))
        if not track.contains(event.rect()):  # words change less often than packets move
            self._paint_words(painter)
        self._paint_track(painter, QRectF(track))

    def _paint_words(self, painter: QPainter) -> None:
        line = fonts.px(18)
        head, foot = QRectF(4, 0, self.width() - 8, line), QRectF(4, self.height() - line + 2, self.width() - 8, line)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        middle = Qt.AlignmentFlag.AlignVCenter
        name, rate = fonts.ui(12, 600), fonts.ui(12, tabular=True)
        room = int(head.width()) - (fonts.text_width(rate, self._rate) + 8 if self._rate else 0)
        painter.setFont(name)
        painter.setPen(color("text"))
        words = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(head, left | middle, words)
        painter.setFont(rate)
        painter.setPen(color("text2"))
        painter.drawText(head, right | middle, self._rate)
        words = painter.fontMetrics().elidedText(self._about, Qt.TextElideMode.ElideRight, int(foot.width()))
        painter.drawText(foot, left | middle, words)

    def _paint_track(self, painter: QPainter, track: QRectF) -> None:
        painter.drawPixmap(track.topLeft(), self._ground(track.size().toSize()))
        if self._dashed:
            return
        if motion.reduced():
            self._paint_count(painter, track)
            return
        side = self._side()
        painter.setPen(Qt.PenStyle.NoPen)
        tint = ""
        for packet in self.packets:
            x = self._place(packet)
            if packet.tint != tint:
                tint = packet.tint
                painter.setBrush(color(tint))
            painter.drawRoundedRect(QRectF(x, track.center().y() - side / 2, side, side), 3, 3)

    def _ground(self, size: QSize) -> QPixmap:
        """The empty track: packets move over it in every frame."""
        made_for = (size, self._dashed, self.devicePixelRatioF(), tokens().name)
        if made_for == self._made_for:
            return self._empty
        self._made_for = made_for
        self._empty = QPixmap(size * self.devicePixelRatioF())
        self._empty.setDevicePixelRatio(self.devicePixelRatioF())
        self._empty.fill(color("panel"))
        painter = QPainter(self._empty)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("sunken"))
        painter.drawRoundedRect(QRectF(0, 0, size.width(), size.height()), 6, 6)
        middle = size.height() / 2
        if self._dashed:
            painter.setPen(QPen(color("lineStrong"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(8, middle), QPointF(size.width() - 8, middle))
        else:
            arrow = QRectF(4 if self._back else size.width() - 18, middle - 7, 14, 14)
            icons.paint(painter, arrow, "caret-left" if self._back else "caret-right", "text2")
        painter.end()
        return self._empty

    def _paint_count(self, painter: QPainter, track: QRectF) -> None:
        """How many are on their way, where they shall not move; the colour is that of the newest."""
        if not self.packets:
            return
        side = self._side()
        square = QRectF(24, track.center().y() - side / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.packets[-1].tint))
        painter.drawRoundedRect(square, 3, 3)
        painter.setFont(fonts.ui(11, 500, tabular=True))
        painter.setPen(color("text2"))
        words = plural("{n} on its way", "{n} on their way", self._count)
        painter.drawText(track.adjusted(24 + side + 6, 0, -24, 0), Qt.AlignmentFlag.AlignVCenter, words)


def thinned(packets: Sequence[Packet]) -> list[Packet]:
    """The newest, as many as have room beside each other."""
    kept: list[Packet] = []
    for packet in reversed(packets):
        if not kept or kept[-1].time - packet.time >= APART:
            kept.append(packet)
        if len(kept) == MOST:
            break
    return kept[::-1]
