"""The start page: one thing to begin with, three places to go, what was opened before."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from snapmgr.names import visible_text
from ui.isolation import isolated
from ui.shell.context import WindowContext
from ui.shell.documents import Document, shown_as
from ui.shell.drop import opening
from ui.shell.page import Page
from ui.shell.recent import told_apart
from ui.start import vignettes
from ui.start.vignettes import Vignette
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.widgets.controls import button
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.notice_box import Glyph
from ui.widgets.scrolling import Scrolling
from ui.words import later, tr

WIDTH = 920
MOST_WIDTH = (1 << 24) - 1
"""Qt's word for no limit."""
SHOWN_RECENTS = 6
_CARDS = (
    (
        later("Snapshots"),
        later("See every snapshot of a machine across all its disks."),
        vignettes.snapshots,
        later("Open disk image…"),
        "hard-drives",
    ),
    (
        later("Inspector"),
        later("See every section, field and byte of a stream, and why it does not load."),
        vignettes.inspector,
        later("Open stream…"),
        "file-search",
    ),
    (
        later("Migration"),
        later("Watch a machine move page by page, and break it on its way."),
        vignettes.migration,
        later("Try a migration"),
        "arrows-left-right",
    ),
)


class StartPage(Page):
    """What the window shows until something is opened (D1)."""

    def __init__(self, context: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = Scrolling()
        outer.addWidget(self._area)
        self._body = QWidget()
        across = QHBoxLayout(self._body)
        across.setContentsMargins(24, 24, 24, 24)
        across.addStretch(1)
        self._middle = QWidget()
        self._middle.setMaximumWidth(WIDTH)
        self._middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        across.addWidget(self._middle, 1000)
        across.addStretch(1)
        self._column = QVBoxLayout(self._middle)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(16)
        self._cards: list[_Card] = []
        self._fill()
        self._area.hold(self._body)
        context.documents.recents_changed.connect(self._fill_recents)

    def _fill(self) -> None:
        self._column.addStretch(2)
        self._column.addLayout(self._welcome())
        self._column.addWidget(self._demo())
        self._grid = QGridLayout()
        self._grid.setSpacing(16)
        runs = (self._open_file, self._open_file, lambda: self.context.show_view("migration"))
        for number, ((title, text, draw, word, icon), run) in enumerate(zip(_CARDS, runs, strict=True)):
            self._cards.append(_Card(tr(title), tr(text), Vignette(draw), tr(word), icon, run))
            self._grid.addWidget(self._cards[-1], 0, number)
        self._column.addLayout(self._grid)
        self._column.addWidget(DropZone(tr("Drop a disk image or a saved migration stream here")))
        self._recents = QVBoxLayout()
        self._recents.setSpacing(0)
        self._column.addLayout(self._recents)
        self._column.addStretch(3)
        self._fill_recents()

    def _welcome(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        mark = label()
        mark.setPixmap(icons.app_icon().pixmap(QSize(56, 56), self.devicePixelRatioF()))
        mark.setFixedSize(56, 56)
        mark.setAccessibleName(tr("The mark of Snapmgr"))
        row.addWidget(mark)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(tr("Welcome to Snapmgr"), "welcome", wrap=True))
        words.addWidget(label(tr("Save, look into and move virtual machines."), "lead", wrap=True))
        row.addLayout(words, 1)
        return row

    def _demo(self) -> QFrame:
        card = QFrame()
        card.setProperty("frame", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(20, 20, 20, 20)
        row.setSpacing(20)
        picture = Vignette(vignettes.guest(208, 129), 208, 129)
        picture.setFixedWidth(208)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        words.addWidget(label(tr("Start with the demo machine"), "dialog", wrap=True))
        words.addSpacing(4)
        said = tr(
            "A small machine that runs inside Snapmgr. Watch it, step it, look through its state: nothing of yours is "
            "touched, and no QEMU is needed. Or look into a stream that a real QEMU 10.0 wrote."
        )
        words.addWidget(label(said, "body2", wrap=True))
        words.addSpacing(16)
        buttons = self._buttons = QHBoxLayout()
        buttons.setSpacing(8)
        run = self.context.actions.run
        self.machine = button(tr("Start demo machine"), "primary", "play-fill", lambda: run("demo.start"))
        self.demo = button(tr("Open demo stream"), icon="tree-structure", run=lambda: run("file.demo"))
        buttons.addWidget(self.machine)
        buttons.addWidget(self.demo)
        buttons.addStretch()
        words.addLayout(buttons)
        words.addStretch()
        row.addLayout(words, 1)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._adapt()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange and self._cards:
            self._adapt()

    def _adapt(self) -> None:
        """Three cards beside each other where each has room for its button, else below each other, picture first."""
        bar = self._area.verticalScrollBar().sizeHint().width()
        room = min(WIDTH, self.width() - bar - 48)
        rows = room < 3 * max(card.least_width() for card in self._cards) + 2 * self._grid.spacing()
        for number, card in enumerate(self._cards):
            card.set_row(rows)
            self._grid.addWidget(card, number if rows else 0, 0 if rows else number)
            self._grid.setColumnStretch(number, 0 if rows and number else 1)
        buttons = self.machine.sizeHint().width() + self.demo.sizeHint().width() + 8
        below = buttons > room - 208 - 3 * 20
        direction = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        self._buttons.setDirection(direction)
        self._area.fit()

    def _open_file(self) -> None:
        self.context.actions.run("file.open")

    def _fill_recents(self) -> None:
        while (item := self._recents.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        recents = self.context.documents.recents()
        if not recents:
            nothing = label(tr("No recent files"), "caption")
            nothing.setAlignment(Qt.AlignmentFlag.AlignTrailing)
            self._recents.addWidget(nothing)
            return
        title = label(tr("Recent files"), "group")
        title.setContentsMargins(12, 4, 0, 4)
        self._recents.addWidget(title)
        shown = recents[:SHOWN_RECENTS]
        for document, beside in zip(shown, told_apart(shown), strict=True):
            self._recents.addWidget(RecentRow(document, beside, lambda one=document: self.context.open(*one.sources)))

    def status(self) -> tuple[str, str]:
        return tr("Ready"), tr("nothing opened")

    def panes(self) -> list[QWidget]:
        return [self.machine]


class _Card(QFrame):
    """A picture, a name, a sentence, one button."""

    def __init__(
        self, title: str, text: str, picture: QWidget, word: str, icon: str, run: Callable[[], object]
    ) -> None:
        super().__init__()
        self.setProperty("frame", "card")
        self._picture = picture
        self._across = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._across.setContentsMargins(16, 16, 16, 16)
        self._across.setSpacing(12)
        self._across.addWidget(picture)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(label(title, "explain", wrap=True))
        column.addSpacing(2)
        words = label(text, "body2", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        column.addWidget(words, 1)
        column.addSpacing(16)
        self._button = button(word, icon=icon, run=run)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeading)
        self._across.addLayout(column, 1)

    def least_width(self) -> int:
        """What its button needs."""
        return self._button.sizeHint().width() + 34

    def set_row(self, row: bool) -> None:
        """The picture before the words instead of above them."""
        self._across.setDirection(QBoxLayout.Direction.LeftToRight if row else QBoxLayout.Direction.TopToBottom)
        self._across.setSpacing(20 if row else 12)
        self._picture.setMaximumWidth(208 if row else MOST_WIDTH)
        self._picture.setMinimumWidth(208 if row else 0)


class DropZone(QWidget):
    """Says that files may be dropped; the whole window takes them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setFixedHeight(fonts.px(72))
        row = QHBoxLayout(self)
        row.setSpacing(12)
        row.setContentsMargins(16, 0, 16, 0)
        row.addStretch()
        row.addWidget(Glyph("download-simple", "text2", 16))
        row.addWidget(ElidedLabel(text, "body2", Qt.TextElideMode.ElideRight))
        row.addStretch()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(color("lineStrong"), 1.4)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), 8, 8)


class RecentRow(QFrame):
    """One document that was opened before, with what tells it apart; Enter or a click opens it again."""

    def __init__(self, document: Document, beside: str, run: Callable[[], object]) -> None:
        super().__init__()
        self._run = run
        self.setFixedHeight(fonts.px(40))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        icon, view = shown_as(document.kind)
        self.setAccessibleName(opening(document))
        self.setToolTip("\n".join(isolated(visible_text(source)) for source in document.sources))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(Glyph(icon, "text2", 16))
        name = ElidedLabel(document.label, "medium")
        row.addWidget(name, 3)
        row.addWidget(ElidedLabel(beside, "secondary"), 2)
        row.addWidget(label(view, "caption"))
        self.installEventFilter(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(color("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(color("hover"))
            painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), 6, 6)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._run()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._run()
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)
