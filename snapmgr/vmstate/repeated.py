"""JSON objects in which a key stands more than once.

Lists in devices write their elements' descriptions one after the other into the field's own object
(migration/vmstate-types.c: put_qtailq), so the vmdesc has such objects, and they are no fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Pairs = Iterable[tuple[str, Any]]


class Repeated(dict[str, Any]):
    """An object that remembers all its ``pairs``; as a dict it has the last value of each key.  ``json.dumps`` writes
    every pair."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = list(pairs)
        super().__init__(self.pairs)

    def items(self) -> list[tuple[str, Any]]:  # type: ignore[override]
        return self.pairs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Repeated) and self.pairs == other.pairs

    __hash__ = None


def as_object(pairs: Pairs) -> dict[str, Any]:
    """A plain dict where every key is unique."""
    listed = list(pairs)
    plain = dict(listed)
    return plain if len(plain) == len(listed) else Repeated(listed)


def json_text(value: Any) -> bytes:
    """Compact JSON as QEMU's writer puts it (qobject/json-writer.c), repeated keys included."""
    return json.dumps(value, separators=(", ", ": ")).encode("ascii")
