"""Where somebody was in a stream, to be found again when it was read anew."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.inspect.model import Node, Problem
from ui.inspector.content import Content
from ui.inspector.linking import Links
from ui.inspector.presenter import Loaded
from ui.inspector.selection import Selection


@dataclass(frozen=True, slots=True)
class Place:
    """The selection, the nodes down to it, the problem if one was chosen, and the first byte on screen."""

    selection: Selection
    nodes: tuple[Node, ...]
    problem: Problem | None
    first: int

    @classmethod
    def of(cls, loaded: Loaded, selection: Selection | None, content: Content) -> Place | None:
        """None where nothing is selected."""
        if selection is None:
            return None
        problem = loaded.index.problems[selection.problem] if selection.problem is not None else None
        return cls(selection, tuple(loaded.chain(selection.path)), problem, content.bytes.hex.first_visible)

    def restore(self, loaded: Loaded, links: Links, content: Content) -> bool:
        """Select the same in what was read now; False where it is not there any more."""
        if not self._select(loaded, links):
            return False
        if links.selection.current is not None and links.selection.current.offset == self.selection.offset:
            content.bytes.hex.show_from(self.first)
        return True

    def _select(self, loaded: Loaded, links: Links) -> bool:
        if self.problem is not None:
            same = [row for row, one in enumerate(loaded.index.problems) if _alike(one, self.problem)]
            if same:
                links.select_problem(same[0])
                return True
        node = self._node(loaded)
        if node is not None:
            self._select_in(node, links)
        elif self.selection.offset < loaded.index.size:
            links.select_bytes(self.selection.offset, self.selection.length, "reload")
        else:
            return False
        return True

    def _select_in(self, node: Node, links: Links) -> None:
        """The field, or the bytes of it that were selected, where it stands now."""
        before = self.nodes[-1]
        if (self.selection.offset, self.selection.length) == (before.offset, before.length):
            links.select_node(node.path, "reload")
        else:
            offset = node.offset + self.selection.offset - before.offset
            links.selection.select(Selection(offset, self.selection.length, node.path, None, "reload"))

    def _node(self, loaded: Loaded) -> Node | None:
        """The node with the same names from the top; at each step the one in the same place, if that is one."""
        tree = loaded.index.tree
        found: Node | None = None
        for old in self.nodes:
            below = tree.roots if found is None else tree.children(found)
            step = old.path[-1]
            if step < len(below) and below[step].name == old.name:
                found = below[step]
                continue
            found = next((node for node in below if node.name == old.name), None)
            if found is None:
                return None
        return found


def _alike(one: Problem, other: Problem) -> bool:
    return (one.code, one.offset, one.message) == (other.code, other.offset, other.message)
