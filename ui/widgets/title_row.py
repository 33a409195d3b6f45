"""Column titles of the snapshots, in line with what stands below them."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from ui.models.snapshot_table import HEADERS, RIGHT, Column
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.widgets.two_lines import mirrored, paint_line
from ui.words import tr

PADDING, ARROW = 8, 12


class TitleRow(QHeaderView):
    """``sorted`` is the column that carries an arrow and whether it points down, None for no arrow; ``insets`` moves
    the title of a column to where its content begins."""

    def __init__(self, parent: QWidget | None = None, *, clickable: bool) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(clickable)
        self.setSectionsMovable(False)
        self.setSortIndicatorShown(False)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(40)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sorted: tuple[Column, bool] | None = None
        self.insets: dict[Column, int] = {}

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        painter.fillRect(rect, color("panel"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), color("line"))
        column, direction = Column(section), self.layoutDirection()
        title = tr(HEADERS[column])
        by = self.sorted is not None and self.sorted[0] == column
        box = rect.adjusted(self.insets.get(column, PADDING), 0, -PADDING, 0)
        at_end, font = column in RIGHT, fonts.ui(12, 600 if by else 500)
        if by and self.sorted is not None:
            box = box.adjusted(0, 0, -ARROW - 4, 0)
            width = min(fonts.text_width(font, title), box.width())
            start = box.right() - width if at_end else box.left()
            arrow = QRect(start + width + 4, rect.center().y() - ARROW // 2 + 1, ARROW, ARROW)
            name = "arrow-down" if self.sorted[1] else "arrow-up"
            icons.paint(painter, QRectF(mirrored(direction, rect, arrow)), name, "text2")
        paint_line(
            painter,
            mirrored(direction, rect, box),
            title,
            font,
            "text" if by else "text2",
            direction=direction,
            at_end=at_end,
            elide=Qt.TextElideMode.ElideRight,
        )
        painter.restore()
