"""Sections on their way, a lane for each idstr: solid while one is put, hollow until the destination has taken it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.migration.section_lanes import COMMANDS, HEADER, Lane, Piece, SectionLanes
from ui.shell import formats
from ui.theme import fonts
from ui.theme.palette import color
from ui.words import tr

LANE, GUTTER = 20, 132
LEAST = 3.0
"""Px that a piece is wide at least."""
NEAR = 6
"""Px beside a piece that still point at it."""


class SectionView(QWidget):
    """``chosen`` carries the moment of a piece that was clicked or gone to, ``opened`` one whose bytes are wanted."""

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Sections"))
        self._lanes: list[Lane] = []
        self._end, self._at = 1.0, 0.0
        self._lane, self._piece = 0, -1

    def show_lanes(self, sections: SectionLanes, end: float, at: float) -> None:
        """From 0 to ``end`` seconds, of which ``at`` is looked at: what comes later is faint."""
        lanes = list(sections.lanes.values())
        if len(lanes) != len(self._lanes):
            self._lanes = lanes
            self.setMinimumHeight(self.sizeHint().height())
            self.updateGeometry()
        self._lanes, self._end, self._at = lanes, max(end, 1e-9), at
        if self._lane >= len(lanes):
            self._lane, self._piece = 0, -1
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, max(1, len(self._lanes)) * fonts.px(LANE) + 4)

    # -- painting --------------------------------------------------------------------------------------------------

    def _gutter(self) -> float:
        return min(float(fonts.px(GUTTER)), self.width() / 3)

    def _x(self, seconds: float) -> float:
        gutter = self._gutter()
        return gutter + seconds / self._end * (self.width() - gutter - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        height = fonts.px(LANE)
        if not self._lanes:
            painter.setPen(color("text2"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, tr("No section has been put yet"))
        shown = event.rect()
        for row, lane in enumerate(self._lanes):
            top = row * height
            if top <= shown.bottom() and top + height >= shown.top():
                self._paint_lane(painter, lane, QRectF(0, top, self.width(), height), chosen=row == self._lane)
        x = self._x(self._at)
        painter.setPen(QPen(color("text"), 1.5))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _paint_lane(self, painter: QPainter, lane: Lane, box: QRectF, *, chosen: bool) -> None:
        gutter = self._gutter()
        framing = lane.name in (HEADER, COMMANDS)
        font = fonts.ui(12) if framing else fonts.mono(12)
        painter.setFont(font)
        painter.setPen(color("text" if chosen and self.hasFocus() else "text2"))
        name = tr(lane.name) if framing else lane.name
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(gutter) - 8)
        painter.drawText(QRectF(0, box.top(), gutter - 8, box.height()), Qt.AlignmentFlag.AlignVCenter, name)
        track = QRectF(gutter, box.top() + 2, box.width() - gutter, box.height() - 4)
        painter.fillRect(track, color("sunken"))
        solid = on_way = -1.0
        for number, piece in enumerate(lane.pieces):
            focus = chosen and self.hasFocus() and number == self._piece
            left, right = self._x(piece.begin), self._x(piece.end if piece.end is not None else self._at)
            right = max(right, left + LEAST)
            there = piece.arrived if piece.arrived is not None else piece.lost
            until = self._x(there) if there is not None else max(right, self._x(self._at))
            if until > max(on_way, right):
                self._paint_on_way(painter, piece, QRectF(right, track.top() + 4, until - right, track.height() - 8))
                on_way = until
            if right > solid + 0.5 or focus:
                part = QRectF(max(left, solid), track.top() + 1, right - max(left, solid), track.height() - 2)
                painter.fillRect(part, color(lane.tint, 1.0 if piece.begin <= self._at else 0.4))
                solid = right
            if focus:
                painter.setPen(QPen(color("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(left - 1, track.top(), right - left + 2, track.height()))

    def _paint_on_way(self, painter: QPainter, piece: Piece, box: QRectF) -> None:
        """Put, and not taken yet; a hatch for what never came."""
        if piece.lost is not None:
            painter.fillRect(box, QBrush(color("danger"), Qt.BrushStyle.BDiagPattern))
            return
        painter.setPen(QPen(color("lineStrong"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0, 0, -1, 0))

    # -- words -----------------------------------------------------------------------------------------------------

    def words(self, piece: Piece) -> str:
        """What is known of a piece."""
        parts = [piece.title]
        if piece.end is not None and piece.end > piece.begin:
            parts.append(tr("put in {number} ms", number=formats.decimal((piece.end - piece.begin) * 1000, 1)))
        if piece.arrived is not None:
            way = piece.arrived - (piece.end if piece.end is not None else piece.begin)
            if way > 0:
                number = formats.decimal(way * 1000, 1)
                parts.append(tr("taken by the destination {number} ms later", number=number))
            else:
                parts.append(tr("the destination takes it while it is put"))
        elif piece.lost is not None:
            parts.append(tr("never came"))
        else:
            parts.append(tr("on its way"))
        offset = piece.moment.event.offset
        if offset is not None:
            parts.append(tr("begins at {offset}", offset=formats.offset(offset)))
        return ", ".join(parts)

    def _piece_at(self, point: QPoint) -> tuple[int, int] | None:
        row = point.y() // fonts.px(LANE)
        if not 0 <= row < len(self._lanes):
            return None
        gutter = self._gutter()
        seconds = (point.x() - gutter) / max(1.0, self.width() - gutter - 1) * self._end
        lane = self._lanes[row]
        place = lane.at(seconds)
        near = [number for number in (place, place + 1) if 0 <= number < len(lane.pieces)]
        if not near or point.x() < gutter - NEAR:
            return None
        return row, min(near, key=lambda number: self._distance(lane.pieces[number], point.x()))

    def _distance(self, piece: Piece, x: int) -> float:
        left, right = self._x(piece.begin), self._x(piece.end if piece.end is not None else self._at)
        return max(0.0, left - x, x - max(right, left + LEAST))

    # -- pointer and keys ------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self._piece_at(event.pos())
            words = self.words(self._lanes[found[0]].pieces[found[1]]) if found is not None else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (found := self._piece_at(event.position().toPoint())) is not None:
            self._go_to(*found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (found := self._piece_at(event.position().toPoint())) is not None:
            self.opened.emit(self._lanes[found[0]].pieces[found[1]].moment)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        lane = self._lanes[self._lane] if self._lanes else None
        if lane is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key is Qt.Key.Key_Right else -1
            self._go_to(self._lane, max(0, min(len(lane.pieces) - 1, self._piece + step)))
        elif lane is not None and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            row = max(0, min(len(self._lanes) - 1, self._lane + (1 if key is Qt.Key.Key_Down else -1)))
            time = lane.pieces[self._piece].begin if 0 <= self._piece < len(lane.pieces) else self._at
            self._go_to(row, max(0, self._lanes[row].at(time)))
        elif lane is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._piece < len(lane.pieces):
            self.opened.emit(lane.pieces[self._piece].moment)
        else:
            super().keyPressEvent(event)

    def _go_to(self, row: int, number: int) -> None:
        self._lane, self._piece = row, number
        piece = self._lanes[row].pieces[number]
        self.setAccessibleDescription(self.words(piece))
        self.chosen.emit(piece.moment)
        self.update()
