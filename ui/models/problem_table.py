"""The problems of a stream, in the engine's order: what QEMU stops at first is on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from snapmgr.inspect.model import Problem, Severity
from ui.models.texts import sentence
from ui.shell import formats
from ui.words import later, plural, tr

Index = QModelIndex | QPersistentModelIndex

PROBLEM_ROLE = Qt.ItemDataRole.UserRole + 1
"""The Problem of a row."""
OFFSET_ROLE = Qt.ItemDataRole.UserRole + 2
"""Its offset as it is written everywhere."""
STOPS_ROLE = Qt.ItemDataRole.UserRole + 3
"""True for the error at which QEMU stops."""

#: The problem at which QEMU would stop reading
STOPS_HERE = later("QEMU stops here")

#: How grave a problem is
_WORDS = {Severity.ERROR: later("error"), Severity.WARNING: later("warning"), Severity.NOTE: later("note")}


def severity_word(severity: Severity) -> str:
    """error, warning or note, in the language of the window."""
    return tr(_WORDS[severity])


def summary(problems: Sequence[Problem]) -> str:
    """``1 error, 1 warning, 1 note``; empty where there is none."""
    errors, warnings, notes = (sum(problem.severity is severity for problem in problems) for severity in _WORDS)
    said = (
        plural("{n} error", "{n} errors", errors) if errors else "",
        plural("{n} warning", "{n} warnings", warnings) if warnings else "",
        plural("{n} note", "{n} notes", notes) if notes else "",
    )
    return ", ".join(filter(None, said))


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
            return sentence(problem.message)
        if role == PROBLEM_ROLE:
            return problem
        if role == OFFSET_ROLE:
            return formats.offset(problem.offset, self._digits)
        if role == STOPS_ROLE:
            return self.stops(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return sentence(problem.message)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(problem, index.row())
        return None

    def _spoken(self, problem: Problem, row: int) -> str:
        said = tr(
            "{severity}: {message}, {code}, at {offset}",
            severity=severity_word(problem.severity),
            message=sentence(problem.message),
            code=problem.code,
            offset=formats.offset(problem.offset, self._digits),
        )
        return f"{said}, {tr(STOPS_HERE)}" if self.stops(row) else said
