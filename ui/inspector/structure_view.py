"""The structure tree on screen: kind swatches, fault marks, values in monospace, arrows painted by us."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from snapmgr.inspect.model import Node, NodeKind
from ui.models.field_columns import BYTES, NAME, OFFSET, TYPE, VALUE
from ui.models.field_tree import MATCH_ROLE, NODE_ROLE
from ui.models.texts import shown
from ui.shell import formats
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import ROW_TREE
from ui.widgets.mirroring import placed
from ui.widgets.shared_columns import Need, share
from ui.words import tr

SWATCH, PADDING, INDENT = 10, 8, 16
_SHARES = {NAME: 45, VALUE: 35, TYPE: 20}
"""Percent of what is left over when every column has what it needs."""
FAULTS = {
    "error": ("warning-circle", "danger"),
    "warning": ("warning", "warn"),
    "note": ("info", "accent"),
}
"""Icon and tint of a node whose worst problem is of a severity."""
_LEAST = {NAME: 110, VALUE: 100, TYPE: 84}
_AMPLE = {NAME: 240, VALUE: 170}
"""Px that names and values get, where they need as much, before any other column is shown."""
_IMPORTANCE = (NAME, VALUE, OFFSET, BYTES, TYPE)
"""What is left out first comes last."""
_MEASURED = 200
"""Rows that are measured: all that are open would be felt."""


def paint_kind(painter: QPainter, box: QRectF, kind: NodeKind) -> None:
    """The swatch of a section kind; fault is hatched, so that it does not need its colour."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if kind is NodeKind.FAULT:
        painter.setBrush(color("onPrimary"))
        painter.drawRoundedRect(box, 2, 2)
        painter.setBrush(QBrush(color("k_fault"), Qt.BrushStyle.Dense4Pattern))
        painter.setClipRect(box)
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setColor(color("k_fault"))
        pen.setWidthF(2.2)
        painter.setPen(pen)
        step = box.width() / 2
        for shift in range(-1, 4):
            x = box.left() + shift * step
            painter.drawLine(QPoint(round(x - step), round(box.bottom())), QPoint(round(x + step), round(box.top())))
    else:
        painter.setBrush(color(kind.value))
        painter.drawRoundedRect(box, 2, 2)
        if kind is NodeKind.SUBSECTION:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(color("lineStrong"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    painter.restore()


class Looks:
    """Fonts and colours of one painting: looked up once, not for every cell."""

    def __init__(self) -> None:
        self.name, self.strong = fonts.ui(13), fonts.ui(13, 600)
        self.mono, self.small, self.count = fonts.mono(12), fonts.ui(12), fonts.ui(13, tabular=True)
        named = ("text", "text2", "text3", "accent", "danger", "sel", "hover")
        self.colours = {name: color(name) for name in named}
        self._metrics: dict[int, QFontMetrics] = {}

    def metrics(self, font: QFont) -> QFontMetrics:
        found = self._metrics.get(id(font))
        if found is None:
            found = self._metrics[id(font)] = QFontMetrics(font)
        return found


class NodeDelegate(QStyledItemDelegate):
    """Paints one cell of the tree.  ``severities`` tells the worst severity of a node's problem by its row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.severities: tuple[str, ...] = ()
        self.looks: Looks | None = None
        """Those of the painting that is under way."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, fonts.px(ROW_TREE))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        node: Node | None = index.data(NODE_ROLE)
        if node is None:
            return
        looks = self.looks or Looks()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = QRect(option.rect)
        if index.column() == NAME:
            self._paint_name(painter, rect, node, looks, accented=bool(index.data(MATCH_ROLE)) and not selected)
        else:
            text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
            self._paint_text(painter, rect, node, looks, index.column(), text, selected=selected)

    def _severity(self, node: Node) -> str:
        row = node.problem
        return self.severities[row] if row is not None and row < len(self.severities) else ""

    def _paint_name(self, painter: QPainter, rect: QRect, node: Node, looks: Looks, *, accented: bool) -> None:
        left = rect.left() + 4
        fault = node.kind is NodeKind.FAULT
        if node.children or fault or len(node.path) == 1:
            box = QRectF(left, rect.center().y() - SWATCH / 2 + 0.5, SWATCH, SWATCH)
            paint_kind(painter, placed(painter, rect, box), node.kind)
            left += SWATCH + 6
        severity = self._severity(node)
        font = looks.strong if severity or accented else looks.name
        metrics = looks.metrics(font)
        room = max(rect.right() - left - PADDING - (20 if severity else 0), 0)
        text = metrics.elidedText(shown(node.name), Qt.TextElideMode.ElideMiddle, room)
        painter.setFont(font)
        painter.setPen(looks.colours["danger" if fault else "accent" if accented else "text"])
        line = QRectF(left, rect.top(), room, rect.height())
        painter.drawText(placed(painter, rect, line), Qt.AlignmentFlag.AlignVCenter, text)
        if severity:
            mark = QRectF(left + metrics.horizontalAdvance(text) + 7, rect.center().y() - 6.5, 14, 14)
            icon, tint = FAULTS[severity]
            icons.paint(painter, placed(painter, rect, mark), f"{icon}-fill" if fault else icon, tint)

    def _paint_text(
        self, painter: QPainter, rect: QRect, node: Node, looks: Looks, column: int, text: str, *, selected: bool
    ) -> None:
        font, tint = self.look(node, looks, column, selected=selected)
        painter.setFont(font)
        painter.setPen(looks.colours[tint])
        box = rect.adjusted(PADDING, 0, -PADDING if column in (OFFSET, BYTES) else -2, 0)
        text = looks.metrics(font).elidedText(text, Qt.TextElideMode.ElideRight, max(box.width(), 0))
        side = Qt.AlignmentFlag.AlignRight if column == BYTES else Qt.AlignmentFlag.AlignLeft
        direction = painter.layoutDirection()
        if direction == Qt.LayoutDirection.RightToLeft and column == VALUE and node.value:
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # values do not mirror, their cells do
            side = Qt.AlignmentFlag.AlignRight
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setLayoutDirection(direction)

    @staticmethod
    def look(node: Node, looks: Looks, column: int, *, selected: bool) -> tuple[QFont, str]:
        """Font and colour of a cell."""
        if column == VALUE:
            mono = bool(node.value) and (node.value.startswith("0x") or not node.children)
            return (looks.mono if mono else looks.name), ("danger" if node.kind is NodeKind.FAULT else "text")
        if column == OFFSET:
            return looks.mono, "text2" if selected else "text3"
        if column == BYTES:
            return looks.count, "text2"
        return (looks.small if column == TYPE else looks.name), "text2"


class StructureView(QTreeView):
    """Tree of nodes.  Enter on a row emits ``activated`` as usual; ``copy_wanted`` is Ctrl+C."""

    copy_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(NodeDelegate(self))
        self.setUniformRowHeights(True)
        self.setIndentation(INDENT)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setAllColumnsShowFocus(False)  # Fusion would paint a frame of its own; the bar at the side says it
        self.setExpandsOnDoubleClick(True)
        self.setAnimated(False)
        self.setAccessibleName(tr("Structure of the stream"))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.header().setStretchLastSection(False)
        self.header().setSectionsMovable(False)
        self.header().setHighlightSections(False)
        self._by_hand = False
        self._sizing = False
        self._widest = "00 000"
        self._found: dict[int, int] | None = None
        self.header().sectionResized.connect(self._section_resized)
        self._opened = QTimer(self, singleShot=True, interval=0)
        self._opened.timeout.connect(self.share_columns)
        self.expanded.connect(self._opened.start)

    def _section_resized(self) -> None:
        if not self._sizing:
            self._by_hand = True

    def paintEvent(self, event: QPaintEvent) -> None:
        delegate = self.itemDelegate()
        assert isinstance(delegate, NodeDelegate)
        delegate.looks = Looks()
        super().paintEvent(event)
        delegate.looks = None

    def set_severities(self, severities: tuple[str, ...]) -> None:
        delegate = self.itemDelegate()
        assert isinstance(delegate, NodeDelegate)
        delegate.severities = severities
        self.viewport().update()

    def set_largest(self, length: int) -> None:
        """The longest node of the stream, in bytes: so much room its number needs."""
        widest = "0" * len(formats.grouped(length))
        if len(widest) != len(self._widest):
            self._widest = widest
            self.share_columns()

    def share_columns(self) -> None:
        """Measure what is shown, and give every column its share, unless somebody has set them by hand."""
        self._found = None
        self._share()

    def _share(self) -> None:
        if self._by_hand or self.model() is None:
            return
        if self._found is None:
            self._found = self._measured()
        width = self.viewport().width()
        needs = self._ample(self._needs(), width)
        widths = share(width, needs, _IMPORTANCE, tuple(_SHARES))
        spare = width - sum(min(needs[column].wanted, room) for column, room in widths.items())
        taken = {column: part for column, part in _SHARES.items() if column in widths}
        if spare > 0:
            whole, left = sum(taken.values()), spare
            for column, part in taken.items():
                widths[column] = needs[column].wanted + spare * part // whole
                left -= spare * part // whole
            widths[NAME] += left
        self._sizing = True
        for column in range(self.model().columnCount()):
            self.setColumnHidden(column, column not in widths)
        for column, room in widths.items():
            self.header().resizeSection(column, room)
        self._sizing = False

    def _needs(self) -> dict[int, Need]:
        """Names before values, so that no name is shortened while there is air beside it."""
        title = self.header().sectionSizeHint
        digits = max(fonts.text_width(fonts.mono(12), "0" * 8) + 2 * PADDING + 4, title(OFFSET))
        count = max(fonts.text_width(fonts.ui(13, tabular=True), self._widest) + 2 * PADDING, title(BYTES))
        needs = {OFFSET: Need(digits, digits), BYTES: Need(count, count)}
        for column, wanted in (self._found or {}).items():
            least = fonts.px(_LEAST[column])
            needs[column] = Need(least, max(least, wanted))
        return needs

    def _ample(self, needs: dict[int, Need], width: int) -> dict[int, Need]:
        """Other columns only where names and values have enough."""
        ample = {
            column: Need(max(needs[column].least, min(needs[column].wanted, fonts.px(room))), needs[column].wanted)
            for column, room in _AMPLE.items()
        }
        if sum(need.least for need in ample.values()) > width:
            return {column: needs[column] for column in ample}
        return {**needs, **ample}

    def _measured(self) -> dict[int, int]:
        """What names, values and types of the first rows that are open take, in px."""
        looks, found = Looks(), {NAME: 0, VALUE: 0, TYPE: 0}
        index = self.model().index(0, NAME)
        for _ in range(_MEASURED):
            node: Node | None = index.data(NODE_ROLE) if index.isValid() else None
            if node is None:
                break
            name = looks.metrics(looks.strong).horizontalAdvance(shown(node.name))
            mark = 24 if node.problem is not None else 0
            around = len(node.path) * INDENT + 4 + SWATCH + 6 + PADDING + mark
            found[NAME] = max(found[NAME], name + around)
            for column in (VALUE, TYPE):
                text = str(index.siblingAtColumn(column).data() or "")
                font, _tint = NodeDelegate.look(node, looks, column, selected=False)
                found[column] = max(found[column], looks.metrics(font).horizontalAdvance(text) + 2 * PADDING + 2)
            index = self.indexBelow(index)
        return found

    def drawRow(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        selected = self.selectionModel() is not None and self.selectionModel().isSelected(index.siblingAtColumn(NAME))
        row = QRect(0, option.rect.top(), self.viewport().width(), option.rect.height())
        if selected:
            painter.fillRect(row, color("sel"))
        elif self.currentIndex().row() != index.row() and row.contains(self._pointer()):
            painter.fillRect(row, color("hover"))
        super().drawRow(painter, option, index)
        if selected and self.hasFocus():
            painter.fillRect(QRect(0, row.top(), 2, row.height()), color("accent"))

    def _pointer(self) -> QPoint:
        return self.viewport().mapFromGlobal(self.cursor().pos()) if self.viewport().underMouse() else QPoint(-1, -1)

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        if self.selectionModel() is not None and self.selectionModel().isSelected(index.siblingAtColumn(NAME)):
            painter.fillRect(rect, color("sel"))
        if not self.model().hasChildren(index):
            return
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = rect.left() + 1 if mirrored else rect.right() - 13
        closed = "caret-left" if mirrored else "caret-right"
        name = "caret-down" if self.isExpanded(index) else closed
        icons.paint(painter, QRectF(left, rect.center().y() - 5.5, 12, 12), name, "text2")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.copy_wanted.emit()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()
