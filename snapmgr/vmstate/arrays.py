"""Shapes: one element, a fixed number of them, a number that another attribute holds; and storing them as a whole."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from snapmgr.vmstate.containers import length_of, part, store
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import MAX_ARRAY, Field, Shape


@dataclass(frozen=True, slots=True)
class Fixed(Shape):
    """``static_count`` elements from ``start`` on.  A ``whole`` container has no others (VMS_ARRAY)."""

    static_count: int
    start: int = 0
    whole: bool = True
    single: bool = False

    def count(self, owner: Any) -> int:
        return self.static_count


@dataclass(frozen=True, slots=True)
class Counted(Shape):
    """As many elements as the attribute ``count_from`` says, times ``times`` (VMS_VARRAY_*, VMS_MULTIPLY_ELEMENTS).

    With ``whole`` (VMS_ALLOC) the container has just these and is resized by a load; ``make`` makes its elements anew.
    Otherwise it is storage of which the first ones are used.
    """

    count_from: tuple[str, ...]
    at_most: int
    times: int = 1
    whole: bool = True
    make: Callable[[], Any] | None = None
    single: bool = False
    start: int = 0
    static_count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.at_most <= MAX_ARRAY:
            raise ValueError(f"at_most must be 0 to {MAX_ARRAY}")

    def count(self, owner: Any) -> int:
        return counted(owner, self.count_from, self.at_most) * self.times


def counted(owner: Any, path: tuple[str, ...], at_most: int) -> int:
    """The number that another attribute holds.  Raises VMStateError unless it is 0 to ``at_most``."""
    value = owner
    for attribute in path:
        value = getattr(value, attribute)
    try:
        number = operator.index(value)
    except TypeError:
        raise VMStateError("count-range", f"{'.'.join(path)} is {value!r}, not a number") from None
    if not 0 <= number <= at_most:
        raise VMStateError("count-range", f"{'.'.join(path)} is {number}, not between 0 and {at_most}")
    return number


def elements(field: Field, owner: Any) -> Sequence[Any]:
    """The values that are sent.  Raises VMStateError where the container has too few or too many."""
    shape = field.shape
    if shape.single:
        return (field.get(owner),)
    assert isinstance(shape, Fixed | Counted)
    values, count = field.get(owner), shape.count(owner)
    held = length_of(values)
    if held < shape.start + count or (shape.whole and held != shape.start + count):
        raise VMStateError("array-length", f"{held} elements, not {shape.start + count}")
    return part(values, shape.start, count)


def keep(field: Field, owner: Any, loaded: Sequence[Any]) -> None:
    """Store what was loaded.  Raises VMStateError where the container cannot hold it."""
    shape = field.shape
    assert isinstance(shape, Fixed | Counted)
    like = field.get(owner)
    held = length_of(like)
    resizes = isinstance(shape, Counted) and shape.whole
    if not resizes and held < shape.start + len(loaded):
        raise VMStateError("array-length", f"{held} elements, not {shape.start + len(loaded)}")
    result = store(like, shape.start, loaded, exact=resizes)
    if result is not like:
        field.set(owner, result)
