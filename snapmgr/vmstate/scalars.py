"""Kinds of one number: integers, bool, timers, float64, and integers that are checked against the local value.

Codings and texts: migration/vmstate-types.c.  All of them are big-endian.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Kind, Take

CODES = {
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "timer": "q",
    "float64": "d",
    "CPU_Double_U": "d",
}

EQUAL_NAMES = {
    "uint8": "uint8 equal",
    "uint16": "uint16 equal",
    "int32": "int32 equal",
    "uint32": "uint32 equal",
    "uint64": "int64 equal",
}
"""Types that QEMU has an ``equal`` of, by its names in the vmdesc (that of uint64 is QEMU's own slip)."""


def does_not_fit(value: Any, type_name: str) -> VMStateError:
    return VMStateError("value-range", f"{_shown(value)} does not fit into {type_name}")


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:
        return f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


class Number(Kind):
    """An integer or float of fixed width."""

    def __init__(self, coding: str, type_name: str | None = None) -> None:
        self.coding = coding
        self.type = type_name or coding
        self.code = CODES[coding]
        self._struct = struct.Struct(">" + self.code)
        self.size = self._struct.size

    def save(self, value: Any, owner: Any, out: bytearray, describe: bool) -> tuple[()]:
        self.check(value)
        try:
            out += self._struct.pack(value)
        except (struct.error, OverflowError, TypeError):
            raise does_not_fit(value, self.coding) from None
        return ()

    def load(self, value: Any, owner: Any) -> Take[Any]:
        data = yield self.size
        return self._struct.unpack(data)[0]


class Bool(Number):
    """One byte, 0 or 1; any other byte loads as true, as in C."""

    checked = True

    def __init__(self) -> None:
        super().__init__("uint8", "bool")
        self.code = "?"
        self._struct = struct.Struct(">?")

    def check(self, value: Any) -> None:
        if not isinstance(value, int | np.bool_ | np.integer) or value not in (0, 1):
            raise does_not_fit(value, "bool")


class Equal(Number):
    """Must be what the local value is already.  ``hint`` is a line that QEMU prints below."""

    code = ""

    def __init__(self, coding: str, hint: str | None = None) -> None:
        if coding not in EQUAL_NAMES:
            raise ValueError(f"QEMU has no {coding} that must be equal")
        super().__init__(coding, EQUAL_NAMES[coding])
        self.code, self._mask = "", (1 << 8 * self.size) - 1
        self._hint = hint

    def load(self, value: Any, owner: Any) -> Take[Any]:
        loaded = yield from super().load(value, owner)
        if loaded != value:
            text = f"{int(value) & self._mask:x} != {loaded & self._mask:x}"
            error = VMStateError("value-differs", f"{loaded:#x} in the stream, {int(value):#x} here", qemu=text)
            if self._hint:
                error.report(self._hint)
            raise error
        return value


class AtMost(Number):
    """An int32 that may be less than the local value, though not negative (int32 le)."""

    def __init__(self) -> None:
        super().__init__("int32", "int32 le")
        self.code = ""

    def load(self, value: Any, owner: Any) -> Take[Any]:
        loaded: int = yield from super().load(value, owner)
        if not 0 <= loaded <= value:
            text = f"Invalid value {loaded} expecting positive value <= {value}"
            raise VMStateError("value-range", f"{loaded} is not between 0 and {value}", qemu=text)
        return loaded
