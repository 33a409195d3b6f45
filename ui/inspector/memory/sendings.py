"""How a page came through the passes: a row for each time, with what it came as and where that is in the stream."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from snapmgr.inspect.page_states import PageState
from snapmgr.inspect.passes import Sending
from snapmgr.ram.words import PageKind
from ui.inspector.memory.looks import STATE_WORDS
from ui.shell import formats
from ui.theme import fonts
from ui.theme.palette import color
from ui.theme.tokens import ROW_TREE
from ui.widgets.mirroring import placed
from ui.widgets.page_glyphs import paint_glyph
from ui.words import later, plural, tr

_Index = QModelIndex | QPersistentModelIndex
SENDING_ROLE = Qt.ItemDataRole.UserRole + 1

WORDS = {
    #: What a page came as
    PageKind.NORMAL: later("full page"),
    PageKind.PLAIN: later("full page"),
    PageKind.ZERO: later("zero page"),
    PageKind.FILL: later("one byte throughout"),
    PageKind.XBZRLE: later("xbzrle"),
    PageKind.COMPRESSED: later("compressed"),
    PageKind.FOREIGN: later("packed, not read"),
    #: A page that POSTCOPY_RAM_DISCARD took back
    PageKind.GONE: later("taken back"),
}
_LOOKS = {
    PageKind.ZERO: PageState.ZERO,
    PageKind.XBZRLE: PageState.XBZRLE,
    PageKind.COMPRESSED: PageState.COMPRESSED,
    PageKind.FOREIGN: PageState.COMPRESSED,
    PageKind.GONE: PageState.NEVER,
}


class Sendings(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: Sequence[Sending] = ()
        self._digits = 8

    def show_rows(self, rows: Sequence[Sending], digits: int) -> None:
        self.beginResetModel()
        self._rows, self._digits = rows, digits
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def parts(self, row: int) -> tuple[str, str, str, str]:
        """Pass, kind, offset, bytes: as texts."""
        one = self._rows[row]
        #: The pass over RAM in which a page came, short: it. 3
        number = tr("it. {n}", n=one.iteration)
        where = formats.offset(one.begin, self._digits) if one.length else ""
        kind = tr(WORDS[one.kind])
        if one.packed_by and one.kind is not PageKind.FOREIGN:
            #: What a page came as that was packed together with others: “full page, zlib”
            kind = tr("{kind}, {method}", kind=kind, method=one.packed_by)
        size = formats.exact_bytes(one.length) if one.length and not one.packed_by else ""
        return number, kind, where, size

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == SENDING_ROLE:
            return self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return "  ".join(part for part in self.parts(index.row()) if part)
        return None


class _Row(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(160, fonts.px(ROW_TREE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model, sending = index.model(), index.data(SENDING_ROLE)
        assert isinstance(model, Sendings)
        box = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, color("sel" if option.state & QStyle.StateFlag.State_Active else "selInactive"))
        look = STATE_WORDS[_LOOKS.get(sending.kind, PageState.FULL)]
        side = 14.0
        swatch = placed(painter, box, QRectF(box.left() + 4, box.center().y() - side / 2, side, side))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color("lineStrong"))
        painter.setBrush(color(look.token))
        painter.drawRoundedRect(swatch, 2, 2)
        if look.glyph:
            paint_glyph(painter, swatch, color(look.token), look.glyph)
        painter.restore()
        number, kind, where, size = model.parts(index.row())
        mono, plain = fonts.mono(12), fonts.ui(12, tabular=True)
        left = box.left() + 26
        room = box.right() - 4 - left
        for font, text, token in ((plain, number, "text2"), (mono, where, "accent"), (plain, kind, "text")):
            if not text:
                continue
            width = min(fonts.text_width(font, text) + 10, room)
            if width < 24:
                break
            painter.setFont(font)
            painter.setPen(color(token))
            cell = placed(painter, box, QRectF(left, box.top(), width, box.height()))
            painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, text)
            left, room = left + width, room - width
        if size and fonts.text_width(plain, size) < room:
            painter.setPen(color("text2"))
            cell = placed(painter, box, QRectF(left, box.top(), room, box.height()))
            painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing, size)


class SendingsView(QListView):
    """``wanted`` carries a Sending that was activated: its bytes are to be seen."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_of = Sendings(self)
        self.setModel(self.model_of)
        self.setItemDelegate(_Row(self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Records of the page"))
        self.activated.connect(lambda index: self.wanted.emit(index.data(SENDING_ROLE)))

    def show_rows(self, rows: Sequence[Sending], digits: int) -> None:
        self.model_of.show_rows(rows, digits)
        count = max(1, min(len(rows), 6))
        self.setFixedHeight(count * fonts.px(ROW_TREE) + 4)
        if rows:
            self.setCurrentIndex(self.model_of.index(len(rows) - 1))
            self.scrollToBottom()
        #: What a screen reader says of the list of a page’s records
        self.setAccessibleDescription(plural("sent {n} time", "sent {n} times", len(rows)))
