"""The list under the palette's field: groups, matched letters in accent, shortcuts at the end of the row."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.shell.palette_entry import PaletteEntry
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import ROW_PALETTE

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: an entry with its matched letters, or the title of a group (``entry`` None)."""

    text: str
    entry: PaletteEntry | None = None
    found: tuple[int, ...] = ()


class PaletteModel(QAbstractListModel):
    """The rows shown; replaced as a whole with every letter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show_rows(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole and row.entry is not None:
            entry = row.entry
            return ", ".join(part for part in (entry.text, entry.subject, entry.keys, entry.reason) if part)
        if role == Qt.ItemDataRole.ToolTipRole and row.entry is not None:
            return row.entry.reason or None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.rows[index.row()].entry is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def first(self) -> int:
        """The first row that can be chosen, -1 for none."""
        return next((number for number, row in enumerate(self.rows) if row.entry is not None), -1)


class PaletteDelegate(QStyledItemDelegate):
    """Paints rows 38 high, group titles 32."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(Qt.ItemDataRole.UserRole)
        return QSize(200, fonts.px(ROW_PALETTE if row.entry is not None else 30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right_to_left = option.direction == Qt.LayoutDirection.RightToLeft
        if row.entry is None:
            area = option.rect.adjusted(20, 4, -20, 0)
            painter.setPen(color("text2"))
            painter.setFont(fonts.ui(12, 600))
            painter.drawText(QStyle.visualRect(option.direction, option.rect, area), _leading(right_to_left), row.text)
        else:
            self._paint_entry(painter, option, row, row.entry)
        painter.restore()

    def _paint_entry(self, painter: QPainter, option: QStyleOptionViewItem, row: Row, entry: PaletteEntry) -> None:
        box = option.rect.adjusted(8, 1, -8, -1)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("sel" if selected else "hover"))
            painter.drawRoundedRect(box, 6, 6)
        place = _Places(option, box)
        tint = "lineStrong" if entry.reason else "text2"
        icons.paint(painter, place.take(16, gap=12, before=14), entry.icon, tint)
        keys_font = fonts.ui(11, 600)
        if entry.keys:
            width = fonts.text_width(keys_font, entry.keys) + 14
            self._paint_keys(painter, place.take_end(width), entry.keys, keys_font)
        if entry.reason:
            small = fonts.ui(12)
            width = min(fonts.text_width(small, entry.reason) + 2, place.left_over() * 3 // 5)
            self._words(painter, place.take_end(width), entry.reason, small, "text2" if selected else "text3")
        font = fonts.ui(13, 500)
        width = min(fonts.text_width(font, entry.text) + 2, place.left_over())
        self._matched(painter, place.take(width, gap=10), row, font, "text2" if entry.reason else "text")
        if entry.subject and place.left_over() > 40:
            small = fonts.ui(12)
            self._words(painter, place.take(place.left_over(), gap=0), entry.subject, small, "text2")

    def _paint_keys(self, painter: QPainter, box: QRect, keys: str, font: QFont) -> None:
        cap = QRect(box.left(), box.center().y() - fonts.px(18) // 2, box.width(), fonts.px(18))
        painter.setPen(color("line"))
        painter.setBrush(color("panel"))
        painter.drawRoundedRect(cap.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(color("text2"))
        painter.setFont(font)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, keys)

    def _words(self, painter: QPainter, box: QRect, text: str, font: QFont, tint: str) -> None:
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, box.width())
        painter.setFont(font)
        painter.setPen(color(tint))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _matched(self, painter: QPainter, box: QRect, row: Row, font: QFont, tint: str) -> None:
        """The text with its matched letters in accent; a text that was shortened shows none."""
        shown = QFontMetrics(font).elidedText(row.text, Qt.TextElideMode.ElideMiddle, box.width())
        layout = QTextLayout(shown, font)
        if shown == row.text:
            accent = QTextCharFormat()
            accent.setForeground(color("accent"))
            layout.setFormats([_span(index, accent) for index in row.found])
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        painter.setPen(color(tint))
        layout.draw(painter, QRect(box).toRectF().topLeft() + _down(box.height(), line.height()))


def _span(index: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    span = QTextLayout.FormatRange()
    span.start, span.length, span.format = index, 1, look
    return span


def _down(height: float, text: float) -> QPointF:
    return QPointF(0, (height - text) / 2)


def _leading(right_to_left: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if right_to_left else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class _Places:
    """Hands out the parts of a row from its beginning and its end, mirrored where the writing is."""

    def __init__(self, option: QStyleOptionViewItem, box: QRect) -> None:
        self._direction, self._box = option.direction, box
        self._from, self._to = box.left(), box.right() - 12

    def left_over(self) -> int:
        return max(0, self._to - self._from)

    def take(self, width: int, *, gap: int, before: int = 0) -> QRect:
        height = 16 if width == 16 else self._box.height()
        top = self._box.center().y() - height // 2 + (0 if height != 16 else 1)
        part = QRect(self._from + before, top, width, height)
        self._from += before + width + gap
        return QStyle.visualRect(self._direction, self._box, part)

    def take_end(self, width: int) -> QRect:
        part = QRect(self._to - width, self._box.top(), width, self._box.height())
        self._to -= width + 12
        return QStyle.visualRect(self._direction, self._box, part)
