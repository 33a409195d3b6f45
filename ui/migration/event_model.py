"""The events of a migration as rows: the newest hundred thousand, those that match a filter.

Among milestones what happens again and again (sections of RAM, page requests, checkpoints) is one row that counts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QColor, QFont, QIcon

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import MOST_EVENTS, Moment
from ui.migration.event_texts import folded, is_milestone, said
from ui.shell import formats
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.words import plural, tr

TIME, TITLE, TEXT = range(3)
Index = QModelIndex
_ROOT = QModelIndex()


@dataclass(slots=True)
class Row:
    """One event, or ``count`` of a kind without another one between them."""

    moment: Moment
    count: int = 1
    kind: str = ""

    @property
    def time(self) -> float:
        return self.moment.time


class EventModel(QAbstractTableModel):
    """Rows are in the order of time.  Where there are more than MOST_EVENTS, the oldest go."""

    def __init__(self, parent: QObject | None = None, most: int = MOST_EVENTS) -> None:
        super().__init__(parent)
        self._most = most
        self._all: deque[Moment] = deque(maxlen=most)
        self._rows: list[Row] = []
        self._words: list[str] = []
        self._milestones = True
        self._in_colo = False
        """Whether what comes next belongs to a checkpoint."""

    # -- filling ---------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        self.beginResetModel()
        self._all.clear()
        self._rows = []
        self.endResetModel()

    def add(self, moments: Sequence[Moment]) -> None:
        """What happened since."""
        self._all.extend(moments)
        fresh = list(self._matching(moments))
        first = len(self._rows)
        while fresh and self._rows and self._joins(self._rows[-1], fresh[0]):
            fresh.pop(0)
            index = self.index(first - 1, TIME)
            self.dataChanged.emit(index, self.index(first - 1, TEXT))
        if not fresh:
            return
        fresh = self._joined(fresh)
        self.beginInsertRows(_ROOT, first, first + len(fresh) - 1)
        self._rows.extend(fresh)
        self.endInsertRows()
        if len(self._rows) > self._most + self._most // 10:
            self._drop(len(self._rows) - self._most)

    def _drop(self, count: int) -> None:
        self.beginRemoveRows(_ROOT, 0, count - 1)
        del self._rows[:count]
        self.endRemoveRows()

    def narrow(self, words: str, *, milestones: bool) -> None:
        """Only what has all of these words; ``milestones``: only what has to be seen to understand it."""
        self._words, self._milestones = words.lower().split(), milestones
        self.beginResetModel()
        self._in_colo = False
        self._rows = self._joined(self._matching(self._all))
        self.endResetModel()

    def _matching(self, moments: Iterable[Moment]) -> Iterator[Row]:
        for moment in moments:
            if moment.event.name == "migrate_set_state" and moment.side is Side.SOURCE:
                self._in_colo = moment.event["new_state"] == "colo"
            if self._matches(moment):
                yield Row(moment, kind=folded(moment) if self._milestones else "")

    @staticmethod
    def _joins(row: Row, other: Row) -> bool:
        """Whether ``other`` is more of the same; the row counts it then."""
        if not row.kind or row.kind != other.kind:
            return False
        row.moment, row.count = other.moment, row.count + other.count
        return True

    def _joined(self, rows: Iterable[Row]) -> list[Row]:
        made: list[Row] = []
        for row in rows:
            if not made or not self._joins(made[-1], row):
                made.append(row)
        return made

    def _matches(self, moment: Moment) -> bool:
        if self._milestones and not is_milestone(moment, in_colo=self._in_colo):
            return False
        if not self._words:
            return True
        found = said(moment)
        text = f"{found.title} {found.text} {moment.event} {side_name(moment.side)}".lower()
        return all(word in text for word in self._words)

    # -- asking ----------------------------------------------------------------------------------------------------

    def moment(self, row: int) -> Moment:
        """The event of a row, of several the last."""
        return self._rows[row].moment

    def row_at(self, time: float) -> int:
        """The last row that is not later, -1 for none."""
        low, high = 0, len(self._rows)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._rows[middle].time <= time else (low, middle)
        return low - 1

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (tr("Time"), tr("Event"), tr("About it"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        moment = row.moment
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.DecorationRole if column == TITLE:
                found = said(moment)
                return QIcon(icons.icon(found.icon, found.tint))
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleDescriptionRole:
                return self._tooltip(moment)
            case Qt.ItemDataRole.TextAlignmentRole if column == TIME:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.FontRole:
                return _fonts()[column]
            case Qt.ItemDataRole.ForegroundRole if column != TITLE:
                return QColor(color("text2"))
        return None

    def _text(self, row: Row, column: int) -> str:
        if column == TIME:
            return formats.decimal(row.time, 2 if row.time < 100 else 1 if row.time < 1000 else 0)
        found = said(row.moment)
        if column == TITLE:
            return found.title
        if row.count == 1:
            return found.text
        times = plural("{n} time", "{n} times", row.count)
        return tr("{times}, last {text}", times=times, text=found.text) if found.text else times

    def _tooltip(self, moment: Moment) -> str:
        lines = [f"{side_name(moment.side)}: {moment.event}"]
        if moment.event.offset is not None:
            lines.append(tr("at {offset} of the stream", offset=formats.offset(moment.event.offset)))
        return "\n".join(lines)


def side_name(side: Side) -> str:
    return tr("Source") if side is Side.SOURCE else tr("Destination")


def _fonts() -> tuple[QFont, QFont, QFont]:
    return fonts.ui(12, tabular=True), fonts.ui(12, 600), fonts.ui(12)
