"""Columns of a table that share the width there is, by what they need, so that nothing has to be scrolled sideways.

What is looked for least is left out where there is no room; the header's menu says so, and brings it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QTableView

from ui.shell.mnemonics import escaped
from ui.theme import fonts
from ui.words import tr

_PADDING, _ARROW = 10, 16
SAMPLE = 60
"""Rows that are measured, evenly spaced: all of ten thousand would be felt."""


@dataclass(frozen=True, slots=True)
class Need:
    """Px with which a column still says something, and px with which it leaves nothing out."""

    least: int
    wanted: int


def share(room: int, needs: Mapping[int, Need], order: Sequence[int], spare: Sequence[int] = ()) -> dict[int, int]:
    """Widths of the columns that are shown, in px, given them in the ``order`` of their importance.

    The least important are left out until the others have their least, of which the first may take up to three tenths
    of the room; then each gets what it wants, the first one first; those of ``spare`` (the first one, if none of them
    is shown) take in equal parts what nobody wants.
    """
    shown = [column for column in order if column in needs]
    if not shown:
        return {}
    widths = {column: needs[column].least for column in shown}
    widths[shown[0]] = max(needs[shown[0]].least, min(needs[shown[0]].wanted, room * 3 // 10))
    while len(widths) > 1 and sum(widths.values()) > room:
        widths.popitem()
    left = room - sum(widths.values())
    for column in widths:
        more = max(0, min(left, needs[column].wanted - widths[column]))
        widths[column] += more
        left -= more
    takers = [column for column in spare if column in widths] or shown[:1]
    for place, column in enumerate(takers):
        widths[column] += max(left, 0) * (place + 1) // len(takers) - max(left, 0) * place // len(takers)
    return widths


def sampled(rows: int) -> Iterator[int]:
    """Numbers of the rows that are measured."""
    step = max(1, rows // SAMPLE)
    yield from range(0, rows, step)


def widest(table: QTableView, column: int, font: QFont) -> int:
    """Width of the longest text of a column, in px, without any margin."""
    model = table.model()
    texts = {str(model.index(row, column).data() or "") for row in sampled(model.rowCount())}
    return max(map(QFontMetrics(font).horizontalAdvance, texts), default=0)


def title_width(table: QTableView, column: int) -> int:
    """Width that the title of a column needs under the window's style sheet, in px."""
    header = table.horizontalHeader()
    title = str(table.model().headerData(column, Qt.Orientation.Horizontal))
    arrow = _ARROW if header.isSortIndicatorShown() else 0
    return fonts.text_width(fonts.ui(12, 500), title) + 2 * _PADDING + arrow


class SharedColumns:
    """Keeps the columns of ``table`` within its width.

    ``measure`` gives the needs of the columns that there are (others are not shown and not offered), ``order`` all
    columns by their importance; the first is never left out.
    """

    def __init__(
        self,
        table: SharedTable,
        order: Sequence[int],
        measure: Callable[[], Mapping[int, Need]],
        spare: Sequence[int] = (),
    ) -> None:
        self._table, self._order, self._measure, self._spare = table, tuple(order), measure, spare
        self._needs: Mapping[int, Need] | None = None
        self._by_hand: dict[int, int] = {}
        self.asked: dict[int, bool] = {}
        """Columns that somebody wants to see, or not to see."""
        self._sharing = False
        header = table.horizontalHeader()
        header.setMinimumSectionSize(24)
        header.setStretchLastSection(False)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(lambda at: self._pop_up(header.viewport().mapToGlobal(at)))
        header.sectionResized.connect(self._resized)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(lambda at: self._pop_up(table.viewport().mapToGlobal(at)))

    def measure_again(self) -> None:
        """What the table holds, or the size of type, is another."""
        self._needs = None
        self.share()

    def share(self) -> None:
        """Give every column its width; of a table that nobody sees, once it is seen."""
        table = self._table
        if table.model() is None or self._sharing or not table.isVisible():
            return
        self._sharing = True
        if self._needs is None:
            self._needs = self._measure()
        widths = share(table.viewport().width(), self._wishes(), self._ranked(), self._spare)
        for column in range(table.model().columnCount()):
            table.setColumnHidden(column, column not in widths)
        for column, width in widths.items():
            table.setColumnWidth(column, width)
        self._sharing = False

    def _wishes(self) -> dict[int, Need]:
        """What is needed, after what was set by hand."""
        wishes = {}
        for column, need in (self._needs or {}).items():
            if self.asked.get(column, True):
                width = self._by_hand.get(column)
                wishes[column] = need if width is None else Need(min(need.least, width), width)
        return wishes

    def _ranked(self) -> list[int]:
        """The first one, those that were asked for, the others."""
        first, *others = self._order
        return [first, *sorted(others, key=lambda column: not self.asked.get(column, False))]

    def _resized(self, column: int, _: int, width: int) -> None:
        if not self._sharing and width:
            self._by_hand[column] = width

    # --- which columns are seen ---

    def left_out(self) -> list[int]:
        """Columns for which there is no room."""
        wished = self._wishes()
        return [column for column in self._order if column in wished and self._table.isColumnHidden(column)]

    def menu(self) -> QMenu:
        """Every column, those that are seen ticked; one without room says so, and can be had in place of others."""
        made = QMenu(self._table)
        model, none = self._table.model(), self.left_out()
        for column in sorted((self._needs or {}), key=self._table.horizontalHeader().visualIndex):
            title = str(model.headerData(column, Qt.Orientation.Horizontal))
            #: A column of a table that is not shown because the window is too narrow
            item = made.addAction(escaped(tr("{column} (no room)", column=title) if column in none else title))
            item.setCheckable(True)
            item.setChecked(not self._table.isColumnHidden(column))
            item.setEnabled(column != self._order[0])
            item.triggered.connect(lambda shown, column=column: self.ask_for(column, shown=shown))
        return made

    def ask_for(self, column: int, *, shown: bool) -> None:
        """Show a column before others, or not at all."""
        self.asked[column] = shown
        self.share()

    def _pop_up(self, at: QPoint) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def forget_widths(self) -> None:
        """The size of type is another: what was set by hand is right no more."""
        self._by_hand.clear()
        self.measure_again()


class SharedTable(QTableView):
    """A table whose columns share its width."""

    columns: SharedColumns | None = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.columns is not None:
            self.columns.share()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.columns is not None:
            self.columns.share()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if self.columns is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.columns.forget_widths()
