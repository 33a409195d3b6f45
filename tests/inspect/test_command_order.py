"""Commands out of order get QEMU's own text, from the table over the whole product of states and commands."""

from __future__ import annotations

import pytest

from snapmgr.inspect.command_order import MOVES, CommandOrder, PostcopyState
from snapmgr.wire.constants import Command
from snapmgr.wire.events import CommandEvent

DATA = {
    Command.POSTCOPY_ADVISE: bytes(16),
    Command.POSTCOPY_RAM_DISCARD: b"\0\3ram\0" + bytes(16),
}


def event(command: Command, data: bytes | None = None) -> CommandEvent:
    data = DATA.get(command, b"") if data is None else data
    return CommandEvent(100, 5 + len(data), command, data)


@pytest.mark.parametrize("state", PostcopyState)
@pytest.mark.parametrize("command", MOVES)
def test_every_command_in_every_state(command: Command, state: PostcopyState) -> None:
    order = CommandOrder()
    order.state = state
    fault = order.check(event(command), ())
    allowed, after = MOVES[command]
    if state in allowed:
        assert fault is None and order.state is after
    else:
        assert fault is not None and order.state is state
        assert fault.qemu["7.2"] == f"CMD_{command.name} in wrong postcopy state ({int(state)})"


def test_ping_needs_a_return_path() -> None:
    order = CommandOrder()
    fault = order.check(event(Command.PING, (1).to_bytes(4)), ())
    assert fault is not None and fault.qemu["10.0"] == "CMD_PING (0x1) received with no return path"
    assert order.check(event(Command.OPEN_RETURN_PATH), ()) is None
    assert order.check(event(Command.PING, (1).to_bytes(4)), ()) is None
    again = order.check(event(Command.OPEN_RETURN_PATH), ())
    assert again is not None and again.qemu["7.2"] == "CMD_OPEN_RETURN_PATH called when RP already open"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\0\3ram", "invalid length (5)"),
        (b"\1\3ram\0" + bytes(16), "invalid version (1)"),
        (b"\0\3ram\7" + bytes(16), "missing nil (7)"),
        (b"\0\3ram\0" + bytes(17), "invalid length (23)"),
    ],
)
def test_damaged_discards(data: bytes, text: str) -> None:
    order = CommandOrder()
    order.state = PostcopyState.ADVISE
    fault = order.check(event(Command.POSTCOPY_RAM_DISCARD, data), ())
    assert fault is not None and fault.qemu["7.2"] == f"CMD_POSTCOPY_RAM_DISCARD {text}"


def test_bitmaps_of_unknown_blocks() -> None:
    order = CommandOrder()
    assert order.check(event(Command.RECV_BITMAP, b"\3ram"), {"ram"}) is None
    fault = order.check(event(Command.RECV_BITMAP, b"\3foo"), {"ram"})
    assert fault is not None and fault.qemu["7.2"] == "loadvm_handle_recv_bitmap: block 'foo' not found"
    short = order.check(event(Command.RECV_BITMAP, b"\7foo"), {"ram"})
    assert short is not None and short.qemu["7.2"] == "loadvm_handle_recv_bitmap: invalid payload length (4)"
