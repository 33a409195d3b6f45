"""A state's fields at one version as steps: neighbouring single numbers become one ``struct.Struct``."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field, Take
from snapmgr.vmstate.state import VMState


class Run:
    """Fields that are always there and of fixed width: packed and unpacked at once."""

    def __init__(self, fields: tuple[Field, ...], heads: tuple[dict[str, Any], ...]) -> None:
        self.fields = fields
        self._entries = [
            head | {"type": f.kind.type, "size": f.kind.size} for f, head in zip(fields, heads, strict=True)
        ]
        self._struct = struct.Struct(">" + "".join(field.kind.code for field in fields))
        self._checked = [(row, field.kind) for row, field in enumerate(fields) if field.kind.checked]

    def save(self, owner: Any, out: bytearray) -> None:
        """Append all values.  Raises VMStateError that names the field."""
        values = [field.get(owner) for field in self.fields]
        try:
            for row, kind in self._checked:
                kind.check(values[row])
            out += self._struct.pack(*values)
        except (VMStateError, struct.error, OverflowError, TypeError):
            raise self._misfit(owner) from None

    def _misfit(self, owner: Any) -> VMStateError:
        scratch = bytearray()
        for field in self.fields:
            try:
                field.kind.save(field.get(owner), owner, scratch, False)
            except VMStateError as error:
                error.within(field.name)
                return error
        raise AssertionError("no field fails alone")

    def entries(self) -> list[dict[str, Any]]:
        """Their entries in the vmdesc."""
        return [dict(entry) for entry in self._entries]

    def load(self, owner: Any) -> Take[None]:
        """Take and set all values.  A VMStateError that is thrown in where bytes are missing names the first field that
        has not all of its bytes."""
        try:
            data = yield self._struct.size
        except VMStateError as error:
            error.within(self._field_at(error.available).name)
            raise
        for field, value in zip(self.fields, self._struct.unpack(data), strict=True):
            try:
                field.set(owner, value)
            except VMStateError as error:
                error.within(field.name)
                raise

    def _field_at(self, available: int) -> Field:
        end = 0
        for field in self.fields:
            end += field.kind.size
            if end > available:
                return field
        return self.fields[-1]


class Step:
    """One field by itself; ``head`` begins its entries in the vmdesc."""

    def __init__(self, field: Field, head: dict[str, Any]) -> None:
        self.field = field
        self.head = head


Steps = tuple[Run | Step, ...]


def steps(state: VMState, version: int) -> Steps:
    """The fields of ``state`` that may be there at ``version``, in order."""
    known: Steps | None = state.plans.get(version)
    if known is None:
        known = state.plans[version] = _plan(state, version)
    return known


def _plan(state: VMState, version: int) -> Steps:
    names = Counter(field.name for field in state.fields)
    heads = dict(zip(state.fields, _heads(state, names), strict=True))
    there = [field for field in state.fields if field.exists is not None or field.since <= version]
    result: list[Run | Step] = []
    for fuses, run in groupby(there, _fuses):
        fields = tuple(run)
        if fuses and len(fields) > 1:
            result.append(Run(fields, tuple(heads[field] for field in fields)))
        else:
            result += [Step(field, heads[field]) for field in fields]
    return tuple(result)


def _heads(state: VMState, names: Counter[str]) -> Iterator[dict[str, Any]]:
    """A name that several fields have is made unique by its number (vmstate.c: vmsd_desc_field_start)."""
    seen: Counter[str] = Counter()
    for field in state.fields:
        number = seen[field.name]
        seen[field.name] += 1
        if field.entry is not None:
            yield dict(field.entry)
        else:
            yield {"name": field.name if names[field.name] == 1 else f"{field.name}[{number}]"}


def _fuses(field: Field) -> bool:
    return bool(field.exists is None and field.shape.single and field.kind.code and not field.nullable)
