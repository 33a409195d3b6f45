"""The problems of a stream, in the engine's order: what QEMU stops at first is on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from snapmgr.inspect.model import Problem, Severity
from ui.models.texts import shown
from ui.shell import formats

Index = QModelIndex | QPersistentModelIndex

PROBLEM_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Problem of a row."""
OFFSET_ROLE = Qt.ItemDataRole.UserRole + 2
"""Its offset as it is written everywhere."""
STOPS_ROLE = Qt.ItemDataRole.UserRole + 3
"""True for the error at which QEMU stops."""

STOPS_HERE = "QEMU stops here"

_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def summary(problems: Sequence[Problem]) -> str:
    """``1 error, 1 warning, 1 note``; empty where there is none."""
    counts = [(word, sum(problem.severity is severity for problem in problems)) for severity, word in _WORDS.items()]
    return ", ".join(formats.counted(count, word, f"{word}s") for word, count in counts if count)


def worst(problems: Sequence[Problem]) -> Severity | None:
    """The worst severity among these."""
    found = {problem.severity for problem in problems}
    return next((severity for severity in Severity if severity in found), None)


class ProblemTableModel(QAbstractListModel):
    """One row per problem."""

    def __init__(self, problems: Sequence[Problem] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems: tuple[Problem, ...] = tuple(problems)
        self._digits = 8

    def set_problems(self, problems: Sequence[Problem], *, digits: int = 8) -> None:
        new = tuple(problems)
        if new == self._problems and digits == self._digits:
            return
        self.beginResetModel()
        self._problems, self._digits = new, digits
        self.endResetModel()

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self._problems

    def stops(self, row: int) -> bool:
        """Whether QEMU stops at this problem: the first row, if it is an error."""
        return row == 0 and self._problems[0].severity is Severity.ERROR

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._problems)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        problem = self._problems[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown(problem.message)
        if role == PROBLEM_ROLE:
            return problem
        if role == OFFSET_ROLE:
            return formats.offset(problem.offset, self._digits)
        if role == STOPS_ROLE:
            return self.stops(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return shown(problem.message)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(problem, index.row())
        return None

    def _spoken(self, problem: Problem, row: int) -> str:
        stops = f", {STOPS_HERE}" if self.stops(row) else ""
        return (
            f"{_WORDS[problem.severity]}: {shown(problem.message)}, {problem.code}, "
            f"at {formats.offset(problem.offset, self._digits)}{stops}"
        )
