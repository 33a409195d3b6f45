"""A splitter whose panes can be folded away and come back with the size they had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QSplitter, QWidget


class FoldingSplitter(QSplitter):
    """``folded(place, is_folded)`` comes when a pane went or came back, by the handle or by ``fold``.

    A folded pane stays where it is with no size, so that its handle can pull it out again; it takes no keyboard
    meanwhile, and if the keyboard was in it, that goes where ``refuge`` says.
    """

    folded = Signal(int, bool)

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.refuge: Callable[[int], QWidget | None] = lambda place: None
        self._sizes: dict[int, int] = {}
        self._folded: set[int] = set()
        self.splitterMoved.connect(lambda *_: self._moved())

    def let_fold(self, sizes: Mapping[int, int]) -> None:
        """Panes that may be folded, with the size in px that each has when it comes back for the first time."""
        self._sizes = dict(sizes)
        for place in self._sizes:
            self.setCollapsible(place, True)

    def is_folded(self, place: int) -> bool:
        return place in self._folded

    def size_of(self, place: int) -> int:
        """Px that a pane has, or had before it was folded."""
        return self._sizes[place]

    def fold(self, place: int, folded: bool = True, *, squeezed: bool = False) -> None:
        """Take a pane away, or bring it back.  The last one that is left is not taken: the others come back.

        ``squeezed``: there is no room, so the size that it has by now is not the one that it comes back with."""
        if folded == self.is_folded(place):
            return
        others = [other for other in range(self.count()) if other != place]
        if folded and all(other in self._folded for other in others):
            for other in others:
                self.fold(other, False)
        sizes = self.sizes()
        if folded and sizes[place] > 0 and not squeezed:
            self._sizes[place] = sizes[place]
        self._set(place, folded)
        wanted = 0 if folded else self._sizes[place]
        giver = max((other for other in others if other not in self._folded), key=lambda other: sizes[other], default=0)
        if sum(sizes):
            sizes[giver] = max(0, sizes[giver] + sizes[place] - wanted)
            sizes[place] = wanted
            self.setSizes(sizes)
        else:  # not laid out yet
            self.setSizes(
                [0 if other in self._folded else self._sizes.get(other, 400) for other in range(self.count())]
            )
        self.folded.emit(place, folded)

    def _set(self, place: int, folded: bool) -> None:
        pane = self.widget(place)
        if folded:
            self._folded.add(place)
            focus = QApplication.focusWidget()
            if focus is not None and (focus is pane or pane.isAncestorOf(focus)):
                refuge = self.refuge(place)
                (refuge or self.window()).setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._folded.discard(place)
        pane.setEnabled(not folded)

    def _moved(self) -> None:
        """The handle was dragged."""
        for place, size in enumerate(self.sizes()):
            if place not in self._sizes or self.widget(place).isHidden():
                continue
            if size:
                self._sizes[place] = size
            if (size == 0) != self.is_folded(place):
                self._set(place, size == 0)
                self.folded.emit(place, size == 0)

    # --- what is kept ---

    def save_folded(self) -> dict[str, Any]:
        """Which panes are folded, and the size of each that can be."""
        return {str(place): [size, place in self._folded] for place, size in self._sizes.items()}

    def restore_folded(self, state: object) -> None:
        """What ``save_folded`` gave; anything else is left alone."""
        if not isinstance(state, dict):
            return
        for place in self._sizes:
            match state.get(str(place)):
                case [int(size), bool(folded)] if size > 0:
                    self.fold(place, folded)
                    self._sizes[place] = size
