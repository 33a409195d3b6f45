"""The list of opened machines: a mark, two lines, and the number of snapshots."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.models.source_list import SourceEntry, SourceRoles, SourceState
from ui.shell.formats import grouped
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import RADIUS, ROW_SOURCE
from ui.widgets.two_lines import mirrored, paint_line, upper_and_lower
from ui.words import tr

Index = QModelIndex | QPersistentModelIndex
MARGIN, MARK, GAP = 6, 12, 8
_HEADING = 30


def paint_mark(painter: QPainter, box: QRectF, state: SourceState) -> None:
    """Disc: running. Bars: paused. Ring: not in use. Padlock: open elsewhere. Triangle: cannot be shown.
    Hourglass: being read."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if state is SourceState.FREE:
        painter.setPen(QPen(color("text2"), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.center(), 3.8, 3.8)
    elif state is SourceState.RUNNING:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("ok"))
        painter.drawEllipse(box.center(), 4.2, 4.2)
    elif state is SourceState.PAUSED:
        for left in (-3.6, 0.9):
            painter.fillRect(QRectF(box.center().x() + left, box.center().y() - 4, 2.7, 8), color("warn"))
    elif state is SourceState.ERROR:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("danger"))
        middle = box.center()
        painter.drawPolygon(
            [
                QPointF(middle.x(), middle.y() - 5),
                QPointF(middle.x() + 5.5, middle.y() + 4.5),
                QPointF(middle.x() - 5.5, middle.y() + 4.5),
            ]
        )
    else:
        name = "lock-simple-fill" if state is SourceState.IN_USE else "hourglass-medium"
        icons.paint(painter, box, name, "text2")
    painter.restore()


class SourceDelegate(QStyledItemDelegate):
    """Headings and machines."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = ROW_SOURCE if index.data(SourceRoles.SOURCE) is not None else _HEADING
        return QSize(120, fonts.px(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: SourceEntry | None = index.data(SourceRoles.SOURCE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell = QRect(option.rect)
        if entry is None:
            box = cell.adjusted(MARGIN * 2, 6, -MARGIN * 2, 0)
            paint_line(painter, box, str(index.data()), fonts.ui(12, 600), "text2", direction=option.direction)
        else:
            self._paint_entry(painter, option, cell.adjusted(MARGIN, 1, -MARGIN, -1), entry)
        painter.restore()

    def _paint_entry(self, painter: QPainter, option: QStyleOptionViewItem, card: QRect, entry: SourceEntry) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focus = option.widget is not None and option.widget.hasFocus()
        if selected or card.contains(_pointer(option.widget)):
            painter.setBrush(color("sel" if selected else "hover"))
            ring = selected and focus
            painter.setPen(QPen(color("accent"), 2) if ring else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(card).adjusted(1, 1, -1, -1) if ring else QRectF(card), RADIUS, RADIUS)
        direction = option.direction
        name_font, small = fonts.role("strong"), fonts.role("secondary")
        inner = QRect(card.left() + MARGIN + MARK + GAP + 4, card.top(), 0, card.height())
        badge = self._paint_badge(painter, card, entry, direction)
        inner.setRight(card.right() - MARGIN)
        upper, lower = upper_and_lower(inner, name_font, small)
        mark = QRect(card.left() + MARGIN, upper.center().y() - MARK // 2 + 1, MARK, MARK)
        paint_mark(painter, QRectF(mirrored(direction, card, mark)), entry.state)
        upper.setRight(upper.right() - badge)
        tint = "danger" if entry.state is SourceState.ERROR else "text2"
        paint_line(painter, mirrored(direction, card, upper), entry.name, name_font, "text", direction=direction)
        paint_line(
            painter,
            mirrored(direction, card, lower),
            entry.about,
            small,
            tint,
            direction=direction,
            elide=Qt.TextElideMode.ElideRight,
        )

    def _paint_badge(self, painter: QPainter, card: QRect, entry: SourceEntry, direction: Qt.LayoutDirection) -> int:
        """The number of snapshots; returns the room that it takes."""
        if not entry.count:
            return 0
        text, font = grouped(entry.count), fonts.ui(12, 500, tabular=True)
        width, height = fonts.text_width(font, text) + 14, fonts.px(19)
        box = QRect(card.right() - MARGIN - width, card.top() + 4, width, height)
        box = mirrored(direction, card, box)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("neutralBg"))
        painter.drawRoundedRect(QRectF(box), height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(color("text2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return width + 6


def _pointer(widget: QWidget | None) -> QPoint:
    viewport = widget.viewport() if isinstance(widget, QListView) else None
    if viewport is None or not viewport.underMouse():
        return QPoint(-1, -1)
    return viewport.mapFromGlobal(viewport.cursor().pos())


class SourceView(QListView):
    """Machines, one chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(SourceDelegate(self))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Opened images"))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.MouseMove, QEvent.Type.Leave):
            self.viewport().update()
        return super().viewportEvent(event)
