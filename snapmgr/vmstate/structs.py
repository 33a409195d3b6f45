"""Kinds that hold a state of their own: structs, structs of another version, temporary ones, lists.

Codings: migration/vmstate.c (VMS_STRUCT, VMS_VSTRUCT), migration/vmstate-types.c (tmp, qtailq, qlist).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Kind, Parts, Take
from snapmgr.vmstate.load import take_state
from snapmgr.vmstate.save import save_parts
from snapmgr.vmstate.state import VMState

Make = Callable[[], Any]


class HoldsState(Kind):
    """A kind whose elements are described by ``state``."""

    state: VMState


def static_size(state: VMState) -> int:
    """Bytes that one element of each field takes, all together: the size of a struct in a dump."""
    return sum(_field_size(field) for field in state.fields if not field.must_exist)


def _field_size(field: Field) -> int:
    return field.kind.size * field.shape.static_count


class Struct(HoldsState):
    """A nested state; ``version`` makes it a vstruct.  ``make`` gives an object where there is none to load into."""

    in_place = True

    def __init__(self, state: VMState, *, version: int | None = None, make: Make | None = None) -> None:
        self.state, self.version, self.make = state, version, make
        self.type = "struct" if version is None else "vstruct"
        self.size = static_size(state)

    def can_fold(self) -> bool:
        if self.version is not None:
            return True
        return not self.state.subsections and all(field.can_fold() for field in self.state.fields)

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> Parts:
        if value is None:
            raise VMStateError("null-pointer", "there is no object to save")
        description = save_parts(self.state, value, out, self.version, describe=describe)
        if description is None:
            return ()
        return (("struct", description),) if self.version is None else tuple(description.items())

    def load(self, value: Any, owner: Any) -> Take[Any]:
        if value is None and self.make is not None:
            value = self.make()
        if value is None:
            raise VMStateError("null-pointer", "there is no object to load into")
        yield from take_state(self.state, value, self.state.version if self.version is None else self.version)
        return value


class Temporary(HoldsState):
    """Fields that exist only while saving or loading, in an object made from the one that has the field; the state's
    hooks copy between the two (VMSTATE_WITH_TMP)."""

    type = "tmp"
    in_place = True

    def __init__(self, state: VMState, make: Callable[[Any], Any]) -> None:
        self.state, self.make = state, make
        self.size = static_size(state)

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> Parts:
        description = save_parts(self.state, self.make(value), out, None, describe=describe)
        return () if description is None else tuple(description.items())

    def load(self, value: Any, owner: Any) -> Take[Any]:
        yield from take_state(self.state, self.make(value), self.state.version)
        return value


class Linked(HoldsState):
    """A list of any length: a byte 1 before each element, a byte 0 at the end.  A load replaces what the list held."""

    in_place = True

    def __init__(self, type_name: str, state: VMState, make: Make, at_most: int) -> None:
        self.type, self.state, self.make, self.at_most = type_name, state, make, at_most
        self.size = static_size(state)

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> Parts:
        if len(value) > self.at_most:
            raise self._too_many()
        parts: list[tuple[str, Any]] = []
        for number, element in enumerate(value):
            out.append(1)
            try:
                description = save_parts(self.state, element, out, None, describe=describe)
            except VMStateError as error:
                error.within(f"[{number}]")
                raise
            parts += (description or {}).items()
        out.append(0)
        return tuple(parts)

    def load(self, value: Any, owner: Any) -> Take[Any]:
        loaded: list[Any] = []
        while (yield 1)[0]:
            if len(loaded) >= self.at_most:
                raise self._too_many()
            loaded.append(self.make())
            try:
                yield from take_state(self.state, loaded[-1], self.state.version)
            except VMStateError as error:
                error.within(f"[{len(loaded) - 1}]")
                raise
        value[:] = loaded
        return value

    def _too_many(self) -> VMStateError:
        return VMStateError("count-range", f"more than {self.at_most} elements")


class Codec(Protocol):
    """Coding of a type that has its own (VMStateInfo with get and put)."""

    def save(self, value: Any, out: bytearray) -> None:
        """Append the bytes.  Raises VMStateError."""

    def load(self, value: Any) -> Take[Any]:
        """Take the bytes; returns what the attribute holds from then on.  Raises VMStateError."""


class Opaque(Kind):
    """A type with a coding of its own; the vmdesc tells its name and size only."""

    def __init__(self, type_name: str, codec: Codec, size: int = 0) -> None:
        self.type, self.codec, self.size = type_name, codec, size

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> tuple[()]:
        self.codec.save(value, out)
        return ()

    def load(self, value: Any, owner: Any) -> Take[Any]:
        return (yield from self.codec.load(value))
