"""States that are made from descriptions once, however many loads are rehearsed with them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from snapmgr.inspect.against.checks import COMPARED_NAMES, COMPARED_TYPES, checked
from snapmgr.vmstate.description import Field, Struct
from snapmgr.vmstate.from_description import Described, Values, from_description
from snapmgr.vmstate.names import plain_name
from snapmgr.vmstate.state import VMState


class Layouts:
    """By the description itself: one that is equal, but another object, is made again."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Struct, Described]] = {}
        self._checked: dict[tuple[int, bool, int, int, str, str], VMState] = {}
        self._as_known: dict[tuple[int, Hashable], tuple[Struct, Struct]] = {}

    def as_known(self, layout: Struct, of: Hashable, make: Callable[[Struct], Struct]) -> Struct:
        """What ``make`` makes of a layout for a target that ``of`` tells from others."""
        key = (id(layout), of)
        made = self._as_known.get(key)
        if made is None:
            made = self._as_known[key] = (layout, make(layout))
        return made[1]

    def plain(self, layout: Struct) -> Described:
        """The state that a layout describes."""
        made = self._made.get(id(layout))
        if made is None:
            made = self._made[id(layout)] = (layout, from_description(layout, plain_name))
        return made[1]

    def state(self, layout: Struct, version: int, minimum: int, *, own: bool, release: str, machine: str) -> VMState:
        """The same in the target's versions, with what its devices check (``own`` as in ``checked``)."""
        key = (id(layout), own, version, minimum, release, machine)
        known = self._checked.get(key)
        if known is None:
            state = replace(self.plain(layout).state, version=version, minimum=minimum)
            known = self._checked[key] = checked(state, own=own, release=release, machine=machine)
        return known

    def values(self, layout: Struct) -> Values:
        """A blank object for the state."""
        return self.plain(layout).make()


def compares(layout: Struct) -> bool:
    """Whether anything of it is compared with what the target has."""
    for entry in layout.fields:
        if isinstance(entry, Field):
            below = entry.struct
            if entry.type in COMPARED_TYPES or entry.name in COMPARED_NAMES or (below is not None and compares(below)):
                return True
    return any(compares(below) for below in layout.subsections)
