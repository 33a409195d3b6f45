"""Right pane of the Inspector: the bytes, or the VM description; below them what the colours mean."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QStackedLayout,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from snapmgr.inspect.model import NodeKind
from snapmgr.names import visible_text
from ui.inspector.copying import Form
from ui.inspector.description_view import DescriptionView
from ui.inspector.offset_field import OffsetField
from ui.inspector.offsets import parse_offset
from ui.inspector.structure_view import paint_kind
from ui.shell import formats
from ui.shell.failures import told
from ui.shell.links import is_link
from ui.shell.mnemonics import mark_letters
from ui.theme import fonts
from ui.theme.palette import color
from ui.widgets.controls import icon_button, line
from ui.widgets.empty_state import EmptyState
from ui.widgets.field_detail import KINDS
from ui.widgets.hex_rows import GONE
from ui.widgets.hex_view import HexView
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.mirroring import placed
from ui.widgets.notice_box import Glyph
from ui.words import plural, tr

LEGEND = (
    NodeKind.META,
    NodeKind.RAM,
    NodeKind.DEVICE,
    NodeKind.SUBSECTION,
    NodeKind.COMMAND,
    NodeKind.FAULT,
)
BYTES, DESCRIPTION, DOMAIN = range(3)
MOST_XML = 1 << 20
"""Characters of a domain's XML that are shown."""


class Legend(QWidget):
    """What the colours of the section kinds mean; what does not fit is left out from the right."""

    _GAP, _SWATCH = 16, 10

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._entries = [(kind, tr(KINDS[kind])) for kind in LEGEND]
        self.setAccessibleName(tr("Colours: {kinds}", kinds=", ".join(word for _, word in self._entries)))

    def sizeHint(self) -> QSize:
        return QSize(sum(self._width(word) for _, word in self._entries), fonts.px(20))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, fonts.px(20))

    def _width(self, word: str) -> int:
        return self._SWATCH + 6 + fonts.text_width(fonts.ui(12), word) + self._GAP

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(fonts.ui(12))
        x = 0
        for kind, word in self._entries:
            if x + self._width(word) - self._GAP > self.width():
                break
            swatch = QRectF(x, self.height() / 2 - 5, self._SWATCH, self._SWATCH)
            paint_kind(painter, placed(painter, self.rect(), swatch), kind)
            painter.setPen(color("text2"))
            box = QRectF(x + self._SWATCH + 6, 0, self._width(word), self.height())
            painter.drawText(placed(painter, self.rect(), box), Qt.AlignmentFlag.AlignVCenter, word)
            x += self._width(word)


def visible_lines(text: str) -> str:
    """Lines of a file from elsewhere, fit to be shown."""
    return "\n".join(visible_text(line) for line in text.splitlines())


class BytesPane(QWidget):
    """``go_to(offset)`` was asked for with the field, ``copy_as`` names the form.  Empty until ``pieces`` was gone
    through."""

    go_to = Signal(object)
    copy_as = Signal(object)
    link_typed = Signal(str)
    description_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._digits = 8
        self._lost = False
        self.domain: QPlainTextEdit | None = None
        """What libvirt wrote before the stream, where it did."""
        self._going = False
        """Whether the field for an offset has the place of the tabs."""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def pieces(self) -> Iterator[None]:
        """Make one part with every step."""
        self._column.addLayout(self._make_head())
        self._column.addWidget(line())
        yield
        self._stack = QStackedLayout()
        self._column.addLayout(self._stack, 1)  # before it is filled: it shows its first widget at once
        self.hex = HexView(self)
        self._stack.addWidget(self.hex)
        self.hex.unreadable.connect(self._say_lost)
        yield
        self.description = DescriptionView(self)
        self.no_description = EmptyState("file-text", tr("No VM description"), parent=self)
        for part in (self.description, self.no_description):
            self._stack.addWidget(part)
        yield
        self._column.addWidget(self._make_lost())
        self._column.addWidget(line())
        self._column.addLayout(self._make_foot())
        self.tabs.currentChanged.connect(self._tab_changed)
        self._fold()
        yield

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 0)
        row.setSpacing(8)
        self.tabs = QTabBar(self)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(tr("What of the stream is shown"))
        for text in (tr("Bytes"), tr("VM description")):
            self.tabs.addTab(text)
        row.addWidget(self.tabs)
        row.addStretch(1)
        #: Before a field for an offset
        self._go_label = label(tr("Go to"), "secondary")
        self.offset = OffsetField(self)
        self.offset.returnPressed.connect(self._go)
        self.offset.left.connect(self._offset_left)
        self.offset.editingFinished.connect(self._done_going)
        self.go = icon_button("arrow-elbow-down-right", tr("Go to offset"), run=self.focus_offset)
        self.copy = icon_button("copy", tr("Copy the selected bytes"))
        self.copy.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.copy_menu = QMenu(self.copy)
        for form in Form:
            self.copy_menu.addAction(form.title).triggered.connect(lambda *_, form=form: self.copy_as.emit(form))
        mark_letters(self.copy_menu)
        self.copy.setMenu(self.copy_menu)
        for part in (self._go_label, self.offset, self.go, self.copy):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _make_lost(self) -> QWidget:
        """Why bytes on screen are gone."""
        self.lost = QWidget(self)
        self.lost.setProperty("surface", "panel")
        row = QHBoxLayout(self.lost)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(8)
        self.lost_text = label("", "danger", wrap=True)
        row.addWidget(Glyph("x-circle", "danger"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.lost_text, 1)
        self.lost.setVisible(False)
        return self.lost

    def _say_lost(self, error: Exception | None) -> None:
        if error is not None:
            reason = told(error, beside=True)
            #: {gone} is what stands in the place of each byte, {reason} a sentence
            self.lost_text.setText(tr("Bytes shown as {gone} cannot be read: {reason}", gone=GONE, reason=reason))
        self._lost = error is not None
        self._show_lost()

    def _show_lost(self) -> None:
        self.lost.setVisible(self._lost and not self.describes())

    def _make_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 4, 12, 4)
        row.setSpacing(16)
        self.range = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        self.range.setFont(fonts.ui(12, tabular=True))
        self.range.setMinimumHeight(fonts.px(20))
        row.addWidget(Legend(), 1)
        row.addWidget(self.range)
        return row

    def set_digits(self, digits: int) -> None:
        """Hexadecimal digits of every offset of this stream."""
        self._digits = digits
        self.offset.set_digits(digits)
        self._fold()

    def say_range(self, offset: int, length: int) -> None:
        """``2 bytes, 53A1C23A to 53A1C23B`` in the legend row, and the offset in the field."""
        begin, end = formats.offset(offset, self._digits), formats.offset(offset + length - 1, self._digits)
        if length:
            where = tr("{begin} to {end}", begin=begin, end=end) if length > 1 else begin
            self.range.setText(f"{formats.exact_bytes(length)}, {where}")
        else:
            self.range.setText(tr("at {offset}", offset=begin))
        self.offset.show_offset(begin)

    def clear_range(self) -> None:
        self.range.setText("")
        self.offset.clear()

    def focus_offset(self) -> None:
        before = self.window().focusWidget()
        self.tabs.setCurrentIndex(BYTES)
        self._going = True
        self._fold()
        self.offset.take_focus(None if before is self.go else before)

    def _offset_left(self, before: QWidget | None) -> None:
        """Give the focus back; to the bytes where it came from nowhere that can still take it."""
        target = before if before is not None and before.isVisible() and before.isEnabled() else self.hex
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_domain(self, xml: str | None) -> None:
        """Show a tab with the XML of the domain that libvirt saved; None: it is none of libvirt's."""
        if xml is None:
            if self.tabs.count() > DOMAIN:
                self.tabs.removeTab(DOMAIN)
            return
        if self.domain is None:
            self.domain = QPlainTextEdit(self)
            self.domain.setReadOnly(True)
            self.domain.setFont(fonts.mono(12))
            self.domain.setFrameShape(QPlainTextEdit.Shape.NoFrame)
            self.domain.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.domain.setTabChangesFocus(True)
            self.domain.setAccessibleName(tr("XML of the libvirt domain"))
            self._stack.addWidget(self.domain)
        lines = visible_lines(xml[:MOST_XML])
        more = len(xml) - MOST_XML
        if more > 0:
            lines += "\n" + plural("and {n} more character", "and {n} more characters", more)
        self.domain.setPlainText(lines)
        if self.tabs.count() == DOMAIN:
            self.tabs.addTab(tr("libvirt domain"))
        self._fold()
        self.tabs.updateGeometry()  # a bar that is not seen keeps the width that it had

    def show_domain(self) -> None:
        """Bring the XML of the domain to the front."""
        if self.tabs.count() > DOMAIN:
            self.tabs.setCurrentIndex(DOMAIN)

    def describes(self) -> bool:
        """Whether the VM description is in front."""
        return self.tabs.currentIndex() == DESCRIPTION

    def show_bytes(self) -> None:
        self.tabs.setCurrentIndex(BYTES)

    def show_description(self) -> None:
        """The description is there."""
        if self.describes():
            self._stack.setCurrentWidget(self.description)

    def say_no_description(self, title: str, text: str) -> None:
        self.no_description.say(title, text)
        if self.describes():
            self._stack.setCurrentWidget(self.no_description)

    def _tab_changed(self, tab: int) -> None:
        self.copy.setVisible(tab == BYTES)
        self._fold()
        self._show_lost()
        self.tabs.updateGeometry()  # the chosen tab is bolder, and wider
        if tab == BYTES:
            self._stack.setCurrentWidget(self.hex)
        elif tab == DOMAIN and self.domain is not None:
            self._stack.setCurrentWidget(self.domain)
        else:
            self.description_wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.layout().count() and hasattr(self, "tabs"):
            self._fold()

    def _fold(self) -> None:
        """Where the tabs need the room: leave out the words before the field, then the field, which a button brings in
        the place of the tabs."""
        bytes_shown = self.tabs.currentIndex() == BYTES
        tabs, beside = self.tabs.sizeHint().width(), self.copy.sizeHint().width() + 40
        room = self.width() - beside - self.offset.maximumWidth()
        short = tabs > room
        going = short and self._going and bytes_shown
        self._go_label.setVisible(bytes_shown and tabs + self._go_label.sizeHint().width() + 8 <= room)
        self.tabs.setVisible(not going)
        self.offset.setVisible(bytes_shown and (going or not short))
        self.go.setVisible(bytes_shown and short and not going)
        whole = tabs + beside + self.go.sizeHint().width() <= self.width()
        for tab in range(self.tabs.count()):
            self.tabs.setTabToolTip(tab, "" if whole else self.tabs.tabText(tab))

    def _done_going(self) -> None:
        """The field is done with: the tabs come back."""
        if self._going and not self.offset.hasFocus():
            self._going = False
            self._fold()

    def _go(self) -> None:
        if is_link(self.offset.text()):
            self.hex.setFocus(Qt.FocusReason.OtherFocusReason)
            self.link_typed.emit(self.offset.text())
            return
        offset = parse_offset(self.offset.text(), self.hex.selection[0])
        reason = "" if offset is not None else tr("No offset: hexadecimal digits, or decimal with a point behind")
        if offset is not None and offset >= self.hex.total:
            offset, reason = (
                None,
                tr("The stream ends at {offset}", offset=formats.offset(self.hex.total, self._digits)),
            )
        self.offset.say_fault(reason)
        if offset is None:
            self.offset.selectAll()
        else:
            self.hex.setFocus(Qt.FocusReason.OtherFocusReason)
            self.go_to.emit(offset)
