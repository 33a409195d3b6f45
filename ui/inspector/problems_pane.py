"""Bottom pane of the Inspector: the problems of the stream, and what is known about the selected thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QSplitter,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from snapmgr.inspect.model import Problem, Severity
from ui.inspector.explanation import Explanation
from ui.models.problem_table import OFFSET_ROLE, PROBLEM_ROLE, STOPS_HERE, STOPS_ROLE, ProblemTableModel, summary
from ui.models.texts import sentence
from ui.shell.actions import plain
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.theme.tokens import ROW_PROBLEM
from ui.widgets.controls import button, icon_button
from ui.widgets.empty_state import EmptyState
from ui.widgets.field_detail import FieldDetail
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.mirroring import placed
from ui.widgets.scrolling import Scrolling
from ui.words import tr

LOOKS = {
    Severity.ERROR: ("x-circle-fill", "danger"),
    Severity.WARNING: ("warning-fill", "warn"),
    Severity.NOTE: ("info", "accent"),
}


class ProblemDelegate(QStyledItemDelegate):
    """Two lines: the fact; its code, whether QEMU stops there, and its offset."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, fonts.px(ROW_PROBLEM))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        problem: Problem = index.data(PROBLEM_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        rect = QRect(option.rect)
        if selected:
            painter.fillRect(rect, color("sel"))
        elif hovered:
            painter.fillRect(rect, color("hover"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), color("line"))
        if selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), color("accent"))
        self._paint_lines(painter, rect, index, problem, selected)
        painter.restore()

    def _paint_lines(
        self,
        painter: QPainter,
        rect: QRect,
        index: QModelIndex | QPersistentModelIndex,
        problem: Problem,
        selected: bool,
    ) -> None:
        icon, tint = LOOKS[problem.severity]
        half = rect.height() // 2
        mark = QRectF(rect.left() + 16, rect.top() + half / 2 - 4, 15, 15)
        icons.paint(painter, placed(painter, rect, mark), icon, tint)
        text = placed(painter, rect, QRectF(rect.adjusted(42, 4, -12, -4))).toRect()
        upper = QRect(text.left(), text.top(), text.width(), text.height() // 2)
        lower = QRect(text.left(), upper.bottom() + 1, text.width(), text.height() // 2)
        stops = bool(index.data(STOPS_ROLE))
        self._line(painter, upper, sentence(problem.message), fonts.ui(13, 600 if stops or selected else 500), "text")
        offset = str(index.data(OFFSET_ROLE))
        mono, tone = fonts.mono(12), "text2" if selected else "text3"
        width = QFontMetrics(mono).horizontalAdvance(offset)
        painter.setFont(mono)
        painter.setPen(color(tone))
        painter.drawText(lower, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, offset)
        rest = QRectF(lower.left(), lower.top(), lower.width() - width - 12, lower.height())
        if stops:
            box = placed(painter, lower, rest).toRect()
            used = self._line(painter, box, tr(STOPS_HERE), fonts.ui(12, 500), "danger")
            rest.setLeft(rest.left() + used + 10)
        self._line(painter, placed(painter, lower, rest).toRect(), problem.code, fonts.ui(12), tone)

    def _line(self, painter: QPainter, box: QRect, text: str, font: object, tint: str) -> int:
        painter.setFont(font)
        painter.setPen(color(tint))
        metrics = QFontMetrics(font)
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(box.width(), 0))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)
        return metrics.horizontalAdvance(elided)


class ProblemsPane(QSplitter):
    """``chosen(row)`` is the problem that the user selected.  Empty until ``pieces`` was gone through."""

    chosen = Signal(int)

    def __init__(self, check: QAction, repair: QAction, parent: QWidget | None = None) -> None:
        """``check`` looks whether another machine loads the stream, ``repair`` saves a repaired copy of it."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.model = ProblemTableModel(parent=self)
        self.others = _Others(check)
        self._quiet = False
        self._repair = repair

    def pieces(self) -> Iterator[None]:
        """Make one part with every step."""
        self._make_list()
        yield
        self._make_about()
        self.explanation = Explanation(self._repair, self._about.parentWidget())
        self._about.addWidget(self.explanation)
        yield
        self._make_detail()
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 2)
        self.setSizes([450, 900])
        self.set_problems((), reading=False)
        yield

    def _make_list(self) -> None:
        left = _ground(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(16, 7, 12, 7)
        head.setSpacing(10)
        head.addWidget(label(tr("Problems"), "strong"))
        self.counts = ElidedLabel("", "secondary", Qt.TextElideMode.ElideRight)
        head.addWidget(self.counts, 1)
        head.addWidget(self.others, 100)
        column.addLayout(head)
        self.list = QListView(left)
        self.list.setModel(self.model)
        self.list.setItemDelegate(ProblemDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(tr("Problems of the stream"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.selectionModel().currentRowChanged.connect(self._current_changed)
        self.list.clicked.connect(lambda index: self.chosen.emit(index.row()))
        self._none = Scrolling(left)
        self.none = EmptyState(
            "check-circle", tr("No problems found"), tint="ok", low=True, parent=self._none.viewport()
        )
        self._none.hold(self.none)
        self._lists = QStackedLayout()
        column.addLayout(self._lists, 1)  # before it is filled: it shows its first widget at once
        self._lists.addWidget(self.list)
        self.none.layout().setContentsMargins(16, 8, 16, 8)  # whole in the pane as it opens: 204 high with its header
        self._lists.addWidget(self._none)
        left.setMinimumWidth(200)

    def _make_about(self) -> None:
        right = _ground(self)
        right.setMinimumWidth(240)
        self._about = QStackedLayout(right)
        self.nothing = label(tr("Select a row or a byte to see what it is."), "caption")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._about.addWidget(self.nothing)

    def _make_detail(self) -> None:
        self._detail = Scrolling(self._about.parentWidget())
        self.detail = FieldDetail(self._detail.viewport())
        self._detail.hold(self.detail)
        self._about.addWidget(self._detail)

    # --- what is shown ---

    def set_problems(
        self,
        problems: Sequence[Problem],
        *,
        digits: int = 8,
        reading: bool = False,
        whole: bool = True,
        expected: str = "",
        checked: bool = False,
    ) -> None:
        """``reading``: more will come; ``whole`` False: reading was cancelled, or a container is damaged; ``expected``
        is what QEMU would do where nothing is wrong; ``checked``: against the machine that is to load it, too."""
        row = self.row()
        self.model.set_problems(problems, digits=digits)
        self.counts.setText(summary(problems))
        self._lists.setCurrentWidget(self.list if problems else self._none)
        title = tr("No problems found so far") if reading or not whole else tr("No problems found")
        text = expected if whole else tr("Only a part of the stream was read.")
        self.none.say(title, "" if reading else text)
        self.others.setVisible(whole and not (problems or reading or checked))
        self.counts.setVisible(not self.others.isVisibleTo(self))  # which has nothing to say then
        self._none.fit()
        if row is not None and row < len(problems):
            self.show_row(row)

    def row(self) -> int | None:
        """The selected problem."""
        index = self.list.currentIndex()
        return index.row() if index.isValid() and self.list.selectionModel().hasSelection() else None

    def show_row(self, row: int | None) -> None:
        """Select a problem without telling anybody, None for none."""
        self._quiet = True
        if row is None or row >= self.model.rowCount():
            self.list.clearSelection()
        else:
            self.list.setCurrentIndex(self.model.index(row, 0))
            self.list.scrollTo(self.model.index(row, 0))
        self._quiet = False

    def explain(self, row: int) -> None:
        problem = self.model.problems[row]
        self.explanation.show_problem(problem, stops=self.model.stops(row))
        self._about.setCurrentWidget(self.explanation)

    def show_detail(self) -> FieldDetail:
        """The pane for a field, brought to the front."""
        self._about.setCurrentWidget(self._detail)
        return self.detail

    def show_nothing(self) -> None:
        self._about.setCurrentWidget(self.nothing)

    def _current_changed(self, current: QModelIndex) -> None:
        if not self._quiet and current.isValid():
            self.chosen.emit(current.row())


class _Others(QWidget):
    """What no stream shows by itself, and what would show it: one quiet line in the head."""

    def __init__(self, check: QAction) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        #: Of problems of a stream: only the machine that is to load it shows them
        self.text = ElidedLabel(tr("Some show only against a machine"), "secondary", Qt.TextElideMode.ElideRight)
        row.addWidget(self.text, 1)
        name = plain(check.text())
        self.check = button(name, "link", run=check.trigger)
        self.check_short = icon_button("check-circle", name, run=check.trigger)
        about = tr("Devices, RAM and options can only be judged by the machine that is to load the stream.")
        self.check.setToolTip(about)
        self.check_short.setToolTip(f"{name}\n{about}")
        self.check_short.hide()
        row.addWidget(self.check)
        row.addWidget(self.check_short)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.check_short.sizeHint().width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room, link = event.size().width(), self.check.sizeHint().width()
        fits = link <= room
        self.text.setVisible(self.text.sizeHint().width() + self.layout().spacing() + link <= room)
        self.check.setVisible(fits)
        self.check_short.setVisible(not fits)


def _ground(parent: QWidget) -> QWidget:
    made = QWidget(parent)
    made.setProperty("surface", "panel")
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return made
