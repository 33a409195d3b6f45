"""The events of a migration as rows: the newest hundred thousand, those that match a filter."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QColor, QFont, QIcon

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import MOST_EVENTS, Moment
from ui.migration.event_texts import is_milestone, said
from ui.shell import formats
from ui.theme import fonts, icons
from ui.theme.palette import color
from ui.words import tr

TIME, TITLE, TEXT = range(3)
Index = QModelIndex
_ROOT = QModelIndex()


class EventModel(QAbstractTableModel):
    """Rows are in the order of time.  Where there are more than MOST_EVENTS, the oldest go."""

    def __init__(self, parent: QObject | None = None, most: int = MOST_EVENTS) -> None:
        super().__init__(parent)
        self._most = most
        self._all: deque[Moment] = deque(maxlen=most)
        self._rows: list[Moment] = []
        self._words: list[str] = []
        self._milestones = True

    # -- filling ---------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        self.beginResetModel()
        self._all.clear()
        self._rows = []
        self.endResetModel()

    def add(self, moments: Sequence[Moment]) -> None:
        """What happened since."""
        self._all.extend(moments)
        fresh = [moment for moment in moments if self._matches(moment)]
        if not fresh:
            return
        first = len(self._rows)
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
        self._rows = [moment for moment in self._all if self._matches(moment)]
        self.endResetModel()

    def _matches(self, moment: Moment) -> bool:
        if self._milestones and not is_milestone(moment):
            return False
        if not self._words:
            return True
        found = said(moment)
        text = f"{found.title} {found.text} {moment.event} {side_name(moment.side)}".lower()
        return all(word in text for word in self._words)

    # -- asking ----------------------------------------------------------------------------------------------------

    def moment(self, row: int) -> Moment:
        return self._rows[row]

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
        moment, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(moment, column)
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

    def _text(self, moment: Moment, column: int) -> str:
        if column == TIME:
            return formats.decimal(moment.time, 2)
        found = said(moment)
        return found.title if column == TITLE else found.text

    def _tooltip(self, moment: Moment) -> str:
        lines = [f"{side_name(moment.side)}: {moment.event}"]
        if moment.event.offset is not None:
            lines.append(tr("at {offset} of the stream", offset=formats.offset(moment.event.offset)))
        return "\n".join(lines)


def side_name(side: Side) -> str:
    return tr("Source") if side is Side.SOURCE else tr("Destination")


def _fonts() -> tuple[QFont, QFont, QFont]:
    return fonts.ui(12, tabular=True), fonts.ui(12, 600), fonts.ui(12)
