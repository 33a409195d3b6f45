"""One page of RAM: where it is, how it came, and what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from snapmgr.ram.words import PageKind
from ui.inspector.memory.facts import PageFacts
from ui.inspector.memory.sendings import WORDS, SendingsView
from ui.models.texts import shown
from ui.shell import formats
from ui.shell.failures import told
from ui.theme import fonts
from ui.widgets.controls import action_button, fit_buttons
from ui.widgets.hex_view import HexView
from ui.widgets.labels import ElidedLabel, label
from ui.words import plural, tr


class PageBytes:
    """The content of a page for a bytes view."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)

    def read(self, offset: int, length: int, /) -> bytes:
        return self._content[offset : offset + length]

    def marks(self, offset: int, length: int, /) -> Sequence[Any]:
        return ()


class PageDetail(QWidget):
    """``bytes_wanted`` carries a Sending whose record is to be seen in the stream."""

    bytes_wanted = Signal(object)

    def __init__(self, show: QAction, save: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.facts: PageFacts | None = None
        """Of the current page."""
        self._digits = 8
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 8, 8)
        column.setSpacing(4)
        self.title = ElidedLabel("", "explain")
        self.where = ElidedLabel("", "mono")
        column.addWidget(self.title)
        column.addWidget(self.where)
        column.addSpacing(4)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        #: Facts of a page of RAM
        names = (tr("Guest address"), tr("Sent"), tr("On the wire"), tr("Now"))
        self._values: list[ElidedLabel] = []
        for row, name in enumerate(names):
            value = ElidedLabel("", "mono" if row == 0 else "body", Qt.TextElideMode.ElideRight)
            grid.addWidget(label(name, "caption"), row, 0)
            grid.addWidget(value, row, 1)
            self._values.append(value)
        column.addLayout(grid)
        column.addSpacing(8)
        column.addWidget(label(tr("Through the passes"), "group"))
        self.sendings = SendingsView(self)
        self.sendings.wanted.connect(self.bytes_wanted)
        column.addWidget(self.sendings)
        column.addSpacing(8)
        self.content_head = label(tr("Content after the last record"), "group")
        column.addWidget(self.content_head)
        self.lost = label("", "danger", wrap=True)
        self.lost.setVisible(False)
        column.addWidget(self.lost)
        self.hex = HexView(self)
        self.hex.setAccessibleName(tr("Content of the page"))
        self.hex.setMinimumHeight(fonts.px(120))
        column.addWidget(self.hex, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._buttons = [action_button(action) for action in (show, save)]
        for part in self._buttons:
            row.addWidget(part)
        row.addStretch(1)
        column.addLayout(row)
        self.clear()

    def minimumSizeHint(self) -> QSize:
        """As narrow as its place."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fit_buttons(self._buttons, self.width() - 24)

    def clear(self) -> None:
        self.facts = None
        self.title.setText(tr("No page is selected"))
        self.where.setText("")
        for value in self._values:
            value.setText("")
        self.sendings.show_rows((), 8)
        self.hex.set_source(None)

    def begin(self, block: str, page: int, page_size: int) -> None:
        """This page is the current one; what is known of it comes with ``show_facts``."""
        self.title.setText(tr("Page {n}", n=formats.grouped(page)))
        self.where.setText(f"{shown(block)} + 0x{page * page_size:X}")

    def show_facts(self, facts: PageFacts, digits: int) -> None:
        self.facts, self._digits = facts, digits
        self._fill(facts)

    def look_at(self, facts: PageFacts, page_size: int, digits: int) -> None:
        """Show a page that is not the current one, as long as the pointer is on it."""
        self._digits = digits
        self.begin(facts.block, facts.page, page_size)
        #: Of the page whose facts are shown
        self.title.setText(tr("Page {n}, under the pointer", n=formats.grouped(facts.page)))
        self._fill(facts)

    def look_back(self, page_size: int) -> None:
        """Show the current page again."""
        if self.facts is not None:
            self.begin(self.facts.block, self.facts.page, page_size)
            self._fill(self.facts)

    def _fill(self, facts: PageFacts) -> None:
        came = [one for one in facts.sendings if one.kind != PageKind.GONE]
        not_known = tr(formats.NOT_RECORDED)
        self._values[0].setText(f"0x{facts.address:X}" if facts.address is not None else tr("not known"))
        deltas = sum(one.kind == PageKind.XBZRLE for one in came)
        sent = plural("{n} time", "{n} times", len(came)) if came else tr("never")
        #: Of the times that a page was sent
        self._values[1].setText(tr("{times}, {n} of them xbzrle", times=sent, n=deltas) if deltas else sent)
        wire = formats.exact_bytes(sum(one.length for one in came))
        if any(one.packed_by for one in came):
            #: Of the bytes that a page took on the wire, where it was packed together with other pages
            wire = tr("{bytes}, with other pages", bytes=wire)
        self._values[2].setText(wire)
        last = facts.sendings[-1] if facts.sendings else None
        self._values[3].setText(
            tr("{kind}, iteration {n}", kind=tr(WORDS[last.kind]), n=last.iteration) if last is not None else not_known
        )
        self.sendings.show_rows(facts.sendings, self._digits)
        self.lost.setText(told(facts.lost, beside=True) if facts.lost is not None else "")
        self.lost.setVisible(facts.lost is not None)
        self.hex.set_source(PageBytes(facts.content) if facts.content is not None else None)
