"""Balanced trees: how many nodes, then a byte 1, key and value of each, and a byte 0 (vmstate-types.c: put_gtree).

A direct key is a number that takes eight bytes; any other is an object with a state of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Parts, Take
from snapmgr.vmstate.load import take_state
from snapmgr.vmstate.save import save_parts
from snapmgr.vmstate.scalars import Number
from snapmgr.vmstate.state import VMState
from snapmgr.vmstate.structs import HoldsState, static_size

Make = Callable[[], Any]
KeyState = tuple[VMState, Make]
"""The state of a key, and what makes one to load into."""

_KEY = Number("uint64")
_COUNT = Number("uint32")


class Tree(HoldsState):
    """With direct keys a dict, saved in their order; with ``key`` a list of (key, value), in the order of the list,
    which is the tree's.  A load replaces what was there."""

    type = "gtree"
    in_place = True

    def __init__(self, state: VMState, make: Make, at_most: int, key: KeyState | None = None) -> None:
        self.state, self.make, self.at_most, self.key = state, make, at_most, key
        self.size = static_size(state)

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> Parts:
        nodes: Iterable[tuple[Any, Any]] = sorted(value.items()) if self.key is None else value
        if len(value) > self.at_most:
            raise self._count_differs()
        _COUNT.save(len(value), owner, out, False)
        parts: list[tuple[str, Any]] = []
        for number, (key, below) in enumerate(nodes):
            out.append(1)
            try:
                if self.key is None:
                    _KEY.save(key, owner, out, False)
                else:
                    parts += (save_parts(self.key[0], key, out, None, describe=describe) or {}).items()
                parts += (save_parts(self.state, below, out, None, describe=describe) or {}).items()
            except VMStateError as error:
                error.within(f"[{number}]")
                raise
        out.append(0)
        return tuple(parts)

    def load(self, value: Any, owner: Any) -> Take[Any]:
        count = int.from_bytes((yield _COUNT.size))
        loaded: list[tuple[Any, Any]] = []
        while (yield 1)[0]:
            if len(loaded) >= min(count, self.at_most):
                raise self._count_differs()
            try:
                loaded.append((yield from self._node()))
            except VMStateError as error:
                error.within(f"[{len(loaded)}]")
                raise
        if len(loaded) != count:
            raise self._count_differs()
        if self.key is None:
            value.clear()
            value.update(loaded)
        else:
            value[:] = loaded
        return value

    def _node(self) -> Take[tuple[Any, Any]]:
        if self.key is None:
            key = yield from _KEY.load(None, None)
        else:
            key_state, make_key = self.key
            key = make_key()
            yield from take_state(key_state, key, key_state.version)
        below = self.make()
        yield from take_state(self.state, below, self.state.version)
        return key, below

    def _count_differs(self) -> VMStateError:
        return VMStateError("count-range", f"the tree has not as many nodes as were announced, or over {self.at_most}")
