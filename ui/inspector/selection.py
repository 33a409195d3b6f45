"""The one selection of the Inspector: what is selected in tree, bytes, overview and problems is the same thing.

Panes tell it what the user chose and say who they are (``origin``); they listen to ``changed`` and do nothing where
they were the origin.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

HISTORY = 200
"""Places kept for Back."""


@dataclass(frozen=True, slots=True)
class Selection:
    """``length`` bytes from ``offset`` (0 = a place), the tree node ``path`` they belong to (() = none), the row of
    the ``problem`` that was chosen (None = none), and the pane it came from."""

    offset: int = 0
    length: int = 0
    path: tuple[int, ...] = ()
    problem: int | None = None
    origin: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.length

    def same_place(self, other: Selection) -> bool:
        return (self.offset, self.length, self.path, self.problem) == (
            other.offset,
            other.length,
            other.path,
            other.problem,
        )


class SelectionModel(QObject):
    """The current selection and where the user came from.  ``changed`` carries the new Selection."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places: list[Selection] = []
        self._at = -1
        self._settled = True

    @property
    def current(self) -> Selection | None:
        return self._places[self._at] if self._at >= 0 else None

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at + 1 < len(self._places)

    def select(self, selection: Selection, *, joined: bool = False) -> None:
        """Make this the selection.  ``joined``: part of the same movement as the last one (a drag, an arrow key held
        down), which Back goes over in one step."""
        current = self.current
        if current is not None and current.same_place(selection):
            return
        replaces = joined and not self._settled and current is not None and current.origin == selection.origin
        del self._places[self._at + (0 if replaces else 1) :]
        self._places.append(selection)
        del self._places[: max(0, len(self._places) - HISTORY)]
        self._at = len(self._places) - 1
        self._settled = False
        self.changed.emit(selection)

    def back(self) -> None:
        self._step(-1, self.can_go_back)

    def forward(self) -> None:
        self._step(1, self.can_go_forward)

    def clear(self) -> None:
        """Forget everything: another stream is shown."""
        self._places.clear()
        self._at = -1

    def _step(self, by: int, allowed: bool) -> None:
        if allowed:
            self._at += by
            self._settled = True
            place = self._places[self._at]
            self.changed.emit(Selection(place.offset, place.length, place.path, place.problem, "history"))
