"""What the Inspector shows of a stream: header and overview, below them structure, bytes and problems, or records, or
RAM.  Layout only.

All of it takes longer to make than the window may stand still, so ``pieces`` makes it one part after the other, unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6 import QtWidgets
from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedLayout, QVBoxLayout, QWidget

from ui.inspector.bytes_pane import BytesPane
from ui.inspector.header import RAM, RECORDS, STRUCTURE, Header
from ui.inspector.memory.part import MemoryPart
from ui.inspector.places import BYTES, PROBLEMS, TREE
from ui.inspector.problems_pane import ProblemsPane
from ui.inspector.ram_view import RamView
from ui.inspector.records_view import RecordsView
from ui.inspector.stream_tabs import TabRow
from ui.inspector.tree_pane import TreePane
from ui.shell.actions import ActionSet
from ui.theme import fonts
from ui.widgets.byte_bar import ByteBar
from ui.widgets.controls import line
from ui.widgets.folding_splitter import FoldingSplitter
from ui.widgets.notice_bar import NoticeBar
from ui.words import tr

PARTS = (STRUCTURE, RECORDS, RAM)
LOW = 400
"""Height at normal size of type, in px, below which the overview is the bars alone and the problems stay folded."""

for _name in dir(QtWidgets):  # PySide makes what is left of them, at once, when it meets the first widget it must guess
    getattr(QtWidgets, _name)


class Content(QWidget):
    """Empty until ``pieces`` was gone through; its parts are there then, and only then.  ``changed``: another part is
    in front, or the pane of problems was opened or closed."""

    changed = Signal()

    def __init__(self, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)  # as below: whoever gets another parent is dressed anew, with all its parts
        self.hide()
        self._actions = actions
        self._low = self._adapting = False
        self._problems_wanted = {False: True, True: False}
        """Whether the problems are to be seen, in a low window and else."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._column = column

    def pieces(self) -> Iterator[None]:
        """Make one part with every step."""
        for make in (self._make_top, self._make_splitters, self._make_tree):
            make()
            yield
        yield from self._make_bytes()
        yield from self._make_problems()
        for make in (self._make_records, self._make_ram, self._arrange):
            make()
            yield

    def _make_top(self) -> None:
        self.header = Header([self._actions[f"stream.{name}"] for name in ("check_against", "export", "compare")], self)
        self.bar = ByteBar(self)
        self.notice = NoticeBar(tr("Reload"), self)
        self.streams = TabRow(self)
        for widget in (self.streams, self.notice, self.header, self.bar, line()):
            self._column.addWidget(widget)
        self._parts = QStackedLayout()
        self._column.addLayout(self._parts, 1)  # before it is filled: it shows its first widget at once

    def _make_splitters(self) -> None:
        self._down = FoldingSplitter(Qt.Orientation.Vertical, self)
        self._across = FoldingSplitter(Qt.Orientation.Horizontal, self._down)
        self._parts.addWidget(self._down)

    def _make_tree(self) -> None:
        self.tree = TreePane(self._across)
        self.tree.setMinimumWidth(200)

    def _make_bytes(self) -> Iterator[None]:
        self.bytes = BytesPane(self._across)
        self.bytes.setMinimumWidth(200)
        return self.bytes.pieces()

    def _make_problems(self) -> Iterator[None]:
        check, repair = self._actions["stream.check_against"], self._actions["stream.save_repaired"]
        self.problems = ProblemsPane(check, repair, self._down)
        return self.problems.pieces()

    def _make_records(self) -> None:
        self.records = RecordsView(self)
        self._parts.addWidget(self.records)

    def _make_ram(self) -> None:
        self.ram = RamView(self._actions["stream.save_block"], self)
        self.memory = MemoryPart(self.ram, self._actions, self)
        self._parts.addWidget(self.memory)

    def _arrange(self) -> None:
        self._across.setSizes([692, 676])
        self._across.let_fold({TREE: 692, BYTES: 676})
        self._across.refuge = lambda place: self.bytes.hex if place == TREE else self.tree.tree
        self._down.setStretchFactor(0, 1)
        self._down.setStretchFactor(1, 0)
        self._down.setSizes([460, 204])
        self._down.let_fold({PROBLEMS: 204})
        self._down.refuge = lambda _: self.bytes.hex if self._across.is_folded(TREE) else self.tree.tree
        self._down.folded.connect(self._problems_folded)
        self._across.folded.connect(lambda *_: self.changed.emit())
        self.header.view_chosen.connect(self.show_part)
        self.tree.problems_wanted.connect(self.show_problems)

    def add_below(self, pane: QWidget) -> None:
        """A pane below whichever part is in front."""
        self._column.addWidget(pane)

    # --- which part is in front ---

    def show_part(self, part: str) -> None:
        """structure, records or ram."""
        self.header.views.set_chosen(part)
        self._parts.setCurrentIndex(PARTS.index(part))
        self.bar.setVisible(part != RAM)  # the map needs the room, and has a scale of its own
        if part == RAM:
            self.memory.look_again()
        self.changed.emit()

    def part(self) -> str:
        return self.header.views.current()

    def show_problems(self, shown: bool) -> None:
        """Open or close the pane of problems."""
        self._down.fold(PROBLEMS, not shown)

    def problems_shown(self) -> bool:
        return not self._down.is_folded(PROBLEMS)

    def _problems_folded(self, _: int, folded: bool) -> None:
        if not self._adapting:
            self._problems_wanted[self._low] = not folded
        self.tree.say_problems_shown(not folded)
        self.changed.emit()

    def fold(self, place: int, folded: bool = True) -> None:
        """Take TREE or BYTES away, or bring it back."""
        self._across.fold(place, folded)

    def is_folded(self, place: int) -> bool:
        return self._across.is_folded(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.adapt()

    def adapt(self) -> None:
        """In a low window the structure comes first; what somebody opens there stays open."""
        if not hasattr(self, "ram"):
            return
        low = self.height() < fonts.px(LOW)
        self.bar.set_low(low)
        if low != self._low:
            self._low = low
            self._adapting = True
            self.show_problems(self._problems_wanted[low])
            self._adapting = False

    def focus_filter(self) -> None:
        self.show_part(STRUCTURE)
        self.fold(TREE, False)
        self.tree.find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.tree.find.selectAll()

    def panes(self) -> list[QWidget]:
        """What F6 goes through."""
        if self.part() == STRUCTURE:
            beside = self.bytes.description if self.bytes.describes() else self.bytes.hex
            return [self.bar, self.tree.tree, beside, self.problems.list]
        return [self.bar, self.records] if self.part() == RECORDS else self.memory.panes()

    # --- what is kept ---

    def _splitters(self) -> dict[str, QSplitter]:
        return {"across": self._across, "down": self._down, "problems": self.problems}

    def save_state(self) -> dict[str, Any]:
        kept = {key: bytes(one.saveState().toBase64()).decode() for key, one in self._splitters().items()}
        folded = {"across_folded": self._across.save_folded(), "down_folded": self._down.save_folded()}
        return {**kept, **folded, "problems_shown": self._problems_wanted[False]}

    def restore_state(self, state: dict[str, Any]) -> None:
        for key, splitter in self._splitters().items():
            if isinstance(state.get(key), str):
                splitter.restoreState(QByteArray.fromBase64(state[key].encode("ascii", "replace")))
        self._across.restore_folded(state.get("across_folded"))
        self._down.restore_folded(state.get("down_folded"))
        if state.get("problems_shown") in (True, False):
            self._problems_wanted[False] = state["problems_shown"]
        self._adapting = True
        self.show_problems(self._problems_wanted[self._low])
        self._adapting = False
