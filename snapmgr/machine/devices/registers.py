"""Registers as dataclasses: put back to their reset values, and fed into a digest as they are."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, field, fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

_WIRING = "wiring"


def wiring(default: T) -> T:
    """A dataclass field that is no register: not reset, not saved, not in the digest."""
    value: T = field(default=default, metadata={_WIRING: True})
    return value


def registers(device: Any) -> list[Field[Any]]:
    """The dataclass fields that hold state."""
    return [item for item in fields(device) if not item.metadata.get(_WIRING)]


def reset(device: Any) -> None:
    """Give every register the value it has after power on."""
    for item in registers(device):
        if item.default_factory is not MISSING:
            setattr(device, item.name, item.default_factory())
        elif item.default is not MISSING:
            setattr(device, item.name, item.default)


def feed(update: Callable[[bytes], object], value: Any) -> None:
    """Hand the value to a hash, with its types and lengths, so that different values are different bytes."""
    if is_dataclass(value) and not isinstance(value, type):
        update(f"<{type(value).__name__}".encode())
        for item in registers(value):
            update(f" {item.name}=".encode())
            feed(update, getattr(value, item.name))
        update(b">")
    elif isinstance(value, bytes | bytearray | np.ndarray):
        raw = bytes(value) if not isinstance(value, np.ndarray) else value.tobytes()
        update(f"{len(raw)}:".encode() + raw)
    elif isinstance(value, float):
        update(b"f" + struct.pack(">d", value))
    elif isinstance(value, str) or not isinstance(value, Iterable):
        update(f"{int(value) if isinstance(value, bool | np.bool_) else value!r};".encode())
    else:
        _feed_all(update, list(value))


def _feed_all(update: Callable[[bytes], object], values: list[Any]) -> None:
    update(f"[{len(values)} ".encode())
    for value in values:
        feed(update, value)
    update(b"]")
