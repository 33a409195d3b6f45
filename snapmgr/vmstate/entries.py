"""How the elements of one field are told in the vmdesc: once for all, one by one, or in stretches between nulls.

Two releases, two rules (migration/vmstate.c: vmstate_save_state_v; those for null pointers are from the change that
brought them, no stream with any was at hand), and where these make an entry say something else
than the data, ours: ``Style.PLAIN``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from snapmgr.vmstate.field import Field
from snapmgr.vmstate.state import Style


@dataclass(frozen=True, slots=True)
class Head:
    """What an element's entry says of its place; ``null`` that it is told as a null pointer."""

    array_len: int | None = None
    index: int | None = None
    null: bool = False

    def keys(self) -> dict[str, int]:
        return {name: value for name in ("array_len", "index") if (value := getattr(self, name)) is not None}


def heads(field: Field, values: Sequence[Any], style: Style) -> list[Head | None]:
    """For each element the head of its entry, None where it has none of its own."""
    if style is Style.QEMU_7_2 or not field.nullable or all(value is not None for value in values):
        return _without_nulls(field.can_fold(), len(values), style)
    if style is Style.QEMU_10_0:
        return _qemu_10(field.can_fold(), [value is None for value in values])
    return _stretches(field.can_fold(), [value is None for value in values])


def _without_nulls(folds: bool, count: int, style: Style) -> list[Head | None]:
    if count < 2:
        return [Head()] * count
    if folds:
        return [Head(array_len=count), *[None] * (count - 1)]
    found: list[Head | None] = [Head(index=number) for number in range(count)]
    if style is Style.QEMU_10_0:  # it counts the elements that are left, and one is no array
        found[-1] = Head()
    return found


def _stretches(folds: bool, nulls: list[bool]) -> list[Head | None]:
    """Every stretch of equal elements once; one by one where they cannot be told together."""
    result: list[Head | None] = []
    for number, null in enumerate(nulls):
        if not folds:
            result.append(Head(index=number, null=null) if len(nulls) > 1 else Head(null=null))
        elif number and nulls[number - 1] == null:
            result.append(None)
        else:
            length = _stretch(nulls, number)
            result.append(Head(array_len=length if length > 1 else None, null=null))
    return result


def _stretch(nulls: list[bool], start: int) -> int:
    """Elements from ``start`` on that are alike."""
    other = next((row for row in range(start, len(nulls)) if nulls[row] != nulls[start]), len(nulls))
    return other - start


def _qemu_10(folds: bool, nulls: list[bool]) -> list[Head | None]:
    """As QEMU since 9.2: a stretch is measured where null pointers begin or end, not at the first element."""
    result: list[Head | None] = []
    previous, telling = False, True
    for number, null in enumerate(nulls):
        most = len(nulls) - number
        if null != previous:
            previous, telling = null, True
            most = _stretch(nulls, number)
        if not telling:
            result.append(None)
            continue
        telling = not folds
        counts = most if most > 1 else None
        result.append(Head(counts, None, null) if folds or null else Head(None, counts and number, null))
    return result
