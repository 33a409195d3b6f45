"""One selection in every pane: what a pane says was chosen becomes the selection, and all others show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal

from snapmgr.errors import SnapmgrError
from snapmgr.inspect.model import Node
from ui.inspector.content import Content
from ui.inspector.header import STRUCTURE
from ui.inspector.places import BYTES
from ui.inspector.presenter import Loaded
from ui.inspector.selection import Selection, SelectionModel
from ui.models.texts import shown
from ui.shell.failures import told

SHOWN_BYTES = 64
"""Bytes of a node that its details are given."""


class Links(QObject):
    """Between the panes and the selection.  ``moved`` comes after all of them show a new one; ``opened`` says what
    is open now."""

    moved = Signal()

    def __init__(
        self,
        content: Content,
        selection: SelectionModel,
        opened: Callable[[], Loaded | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._content, self.selection, self._opened = content, selection, opened
        self._tree, self._bytes, self._problems = content.tree, content.bytes, content.problems
        selection.changed.connect(self.show)
        content.bar.selected.connect(lambda offset: self.select_bytes(offset, 1, "bar"))
        content.bar.span_selected.connect(self._span_selected)
        content.records.chosen.connect(self._record_chosen)
        content.records.opened.connect(lambda row: self.show_bytes())
        content.tree.chosen.connect(self._node_chosen)
        content.tree.activated.connect(lambda node: self.show_bytes())
        content.bytes.hex.selected.connect(lambda offset, length: self.select_bytes(offset, length, "bytes"))
        content.bytes.go_to.connect(lambda offset: self.select_bytes(offset, 1, "go-to"))
        content.bytes.description.device_chosen.connect(self._device_chosen)
        content.problems.chosen.connect(self.select_problem)
        content.problems.explanation.show_bytes.connect(self.show_bytes)
        content.problems.detail.show_bytes.connect(self.show_bytes)

    # --- what is chosen ---

    def select_bytes(self, offset: int, length: int, origin: str) -> None:
        """Select bytes, and with them the field that they lie in."""
        if (loaded := self._opened()) is None:
            return
        offset = max(0, min(offset, loaded.index.size - 1))
        path = loaded.index.tree.path_at(offset)
        self.selection.select(Selection(offset, length, path, None, origin), joined=origin == "bytes")

    def go_to(self, offset: int, length: int) -> None:
        """Select bytes and bring them to the front, as the field of exactly these where there is one."""
        if (loaded := self._opened()) is None:
            return
        self._content.show_part(STRUCTURE)
        self.select_bytes(offset, length, "go-to")
        for node in loaded.chain(loaded.index.tree.path_at(min(offset, loaded.index.size - 1))):
            if (node.offset, node.length) == (offset, length):
                self.select_node(node.path, "go-to")
                return

    def select_node(self, path: Sequence[int], origin: str) -> None:
        """Select a node and its bytes."""
        if (loaded := self._opened()) is not None:
            self._node_chosen(loaded.index.tree.node(tuple(path)), True, origin)

    def _node_chosen(self, node: Node, by_pointer: bool, origin: str = "tree") -> None:
        selection = Selection(node.offset, node.length, node.path, None, origin)
        self.selection.select(selection, joined=not by_pointer)

    def select_problem(self, row: int) -> None:
        """Select a problem and the bytes at fault; those of the field where the problem names none."""
        loaded = self._opened()
        if loaded is None or row >= len(loaded.index.problems):
            return
        problem, tree = loaded.index.problems[row], loaded.index.tree
        last = loaded.index.size - 1
        path = tree.path_at(min(problem.offset, last))
        offset, length = (last, 1) if problem.offset > last else (problem.offset, problem.length)
        node = tree.node(path) if path else None
        if not length and node is not None and node.offset == offset and not node.children:
            length = node.length
        self.selection.select(Selection(offset, length, path, row, "problems"))

    def _record_chosen(self, row: int, by_pointer: bool) -> None:
        if (loaded := self._opened()) is not None:
            record, path = loaded.index.records[row], loaded.index.tree.path_of_row(row)
            selection = Selection(record.offset, record.length, path, None, "records")
            self.selection.select(selection, joined=not by_pointer)

    def _span_selected(self, row: int) -> None:
        loaded = self._opened()
        if loaded is not None and row < len(loaded.spans):
            span = loaded.spans[row]
            self.selection.select(Selection(span.offset, span.length, span.path, None, "bar-keys"), joined=True)

    def _device_chosen(self, name: str, instance: int) -> None:
        """A device was clicked in the VM description."""
        if (loaded := self._opened()) is None:
            return
        for row, record in enumerate(loaded.index.records):
            if record.idstr == name and record.instance_id == instance and record.type == "FULL":
                self.select_node(loaded.index.tree.path_of_row(row), "description")
                return

    def step_problem(self, step: int) -> None:
        """Next or previous problem by offset from where the selection is, around the end."""
        loaded = self._opened()
        if loaded is None or not loaded.index.problems:
            return
        problems, current = loaded.index.problems, self.selection.current
        order = sorted(range(len(problems)), key=lambda row: (problems[row].offset, row))
        if current is not None and current.problem is not None:
            place = order.index(current.problem) + step
        else:
            here = current.offset if current is not None else -1
            behind = [place for place, row in enumerate(order) if problems[row].offset > here]
            place = (behind[0] if behind else 0) if step > 0 else (behind[0] if behind else len(order)) - 1
        self.select_problem(order[place % len(order)])

    def step_section(self, step: int) -> None:
        """Next or previous record of the top level; at either end it stays where it is."""
        loaded, current = self._opened(), self.selection.current
        roots = loaded.index.tree.roots if loaded is not None else ()
        if not roots:
            return
        here = current.path[0] if current is not None and current.path else -1 if step > 0 else len(roots)
        inside = step < 0 and current is not None and len(current.path) > 1  # back to the begin of its own section
        self.select_node((max(0, min(here + (0 if inside else step), len(roots) - 1)),), "keys")

    # --- what is shown ---

    def show(self, selection: Selection) -> None:
        """Show the selection in every pane that it does not come from."""
        if (loaded := self._opened()) is None:
            return
        nodes = loaded.chain(selection.path)
        top = nodes[0] if nodes else None
        if selection.origin != "tree":
            self._tree.show_path(selection.path)
        self._show_bytes(selection, (top.offset, top.length) if top is not None and len(nodes) > 1 else None)
        self._bytes.hex.say_field(" / ".join(shown(node.name) for node in nodes))
        if selection.origin != "records":
            self._content.records.show_offset(selection.offset)
        self._mark_bar(selection, top, loaded.index.size)
        self._problems.show_row(selection.problem)
        self._explain(selection, nodes, loaded)
        self.moved.emit()

    def _show_bytes(self, selection: Selection, around: tuple[int, int] | None) -> None:
        if selection.origin != "bytes":
            self._bytes.hex.show_range(selection.offset, selection.length, around)
        else:
            self._bytes.hex.set_context(*(around or (0, 0)))
        self._bytes.say_range(selection.offset, selection.length)

    def _mark_bar(self, selection: Selection, top: Node | None, size: int) -> None:
        """The overview outlines the whole section, or the bytes themselves where that would be most of the stream."""
        if top is not None and top.length < max(size // 2, 1):
            offset, length = top.offset, top.length
        else:
            offset, length = selection.offset, selection.length
        self._content.bar.set_mark(offset, max(length, 1), follow=selection.origin != "start")

    def _explain(self, selection: Selection, nodes: Sequence[Node], loaded: Loaded) -> None:
        if selection.problem is not None:
            self._problems.explain(selection.problem)
        elif nodes:
            node = nodes[-1]
            detail = self._problems.show_detail()
            try:
                data = bytes(loaded.index.source.read(node.offset, min(node.length, SHOWN_BYTES)))
            except (SnapmgrError, OSError) as error:
                detail.show_node(nodes, b"", loaded.digits, lost=told(error, beside=True))
            else:
                detail.show_node(nodes, data, loaded.digits)
        else:
            self._problems.show_nothing()

    def explain_again(self) -> None:
        """The bytes of the selection may be others now, or gone."""
        selection, loaded = self.selection.current, self._opened()
        if selection is not None and loaded is not None:
            self._explain(selection, loaded.chain(selection.path), loaded)

    def show_bytes(self) -> None:
        """Bring the bytes of the selection to the front."""
        self._content.show_part(STRUCTURE)
        self._content.fold(BYTES, False)
        self._bytes.show_bytes()
        if self.selection.current is not None:
            self.show(self.selection.current)
        self._bytes.hex.setFocus(Qt.FocusReason.OtherFocusReason)
