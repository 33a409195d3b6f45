"""Short ways to save and load states in tests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.field import Field
from snapmgr.vmstate.load import StateReader, load_bytes
from snapmgr.vmstate.save import save_state
from snapmgr.vmstate.state import VMState
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Short, Window

Thing = SimpleNamespace


def state(*fields: Field, name: str = "d", **more: Any) -> VMState:
    return VMState(name, fields=fields, **more)


def saved(declared: VMState, target: Any, **more: Any) -> bytes:
    out = bytearray(b"before")
    save_state(declared, target, out, **more)
    assert out.startswith(b"before")
    return bytes(out[6:])


def description(declared: VMState, target: Any) -> dict[str, Any]:
    return save_state(declared, target, bytearray())


def entries(declared: VMState, target: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = description(declared, target)["fields"]
    return found


def refused_save(declared: VMState, target: Any) -> VMStateError:
    with pytest.raises(VMStateError) as caught:
        save_state(declared, target, bytearray())
    return caught.value


def refused_load(declared: VMState, target: Any, data: bytes, version: int | None = None) -> VMStateError:
    with pytest.raises(VMStateError) as caught:
        load_bytes(declared, target, data, version)
    return caught.value


def fed(reader: StateReader, pieces: list[bytes], offset: int = 0) -> Done:
    """Feed piece by piece, the window always back at the payload's start, as the stream's reader does it."""
    window = Window(1 << 28, offset)
    waiting = [piece for piece in pieces if piece]
    while True:
        start = window.mark()
        try:
            done = reader.step(window)
        except Short as short:
            assert short.count > 0
            window.offset = start
            window.append(waiting.pop(0) if waiting else b"")
            assert not window.ended or not waiting
            continue
        return done
