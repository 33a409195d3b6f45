"""Whether commands come in an order that a loader accepts (savevm.c: the handlers of loadvm_process_command).

Only what the stream itself decides: capabilities and RAM of the machine that would load it are another matter.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from enum import IntEnum

from snapmgr.wire.constants import COMMAND_LENGTHS, Command
from snapmgr.wire.events import CommandEvent, Fault
from snapmgr.wire.faults import fault
from snapmgr.wire.wording import IO_ERROR

_DISCARD_HEAD = 4
_DISCARD_RANGE = 16


class PostcopyState(IntEnum):
    """Numbers as QEMU prints them (migration/postcopy-ram.h: PostcopyState)."""

    NONE = 0
    ADVISE = 1
    DISCARD = 2
    LISTENING = 3
    RUNNING = 4


MOVES: dict[Command, tuple[frozenset[PostcopyState], PostcopyState]] = {
    Command.POSTCOPY_ADVISE: (frozenset({PostcopyState.NONE}), PostcopyState.ADVISE),
    Command.POSTCOPY_RAM_DISCARD: (
        frozenset({PostcopyState.ADVISE, PostcopyState.DISCARD}),
        PostcopyState.DISCARD,
    ),
    Command.POSTCOPY_LISTEN: (frozenset({PostcopyState.ADVISE, PostcopyState.DISCARD}), PostcopyState.LISTENING),
    Command.POSTCOPY_RUN: (frozenset({PostcopyState.LISTENING}), PostcopyState.RUNNING),
}
"""For each command the states that it may come in, and the one that it leads to."""


class CommandOrder:
    """Sees every command once, in the order of the wire."""

    def __init__(self) -> None:
        self.state = PostcopyState.NONE
        self._return_path = False

    def check(self, event: CommandEvent, blocks: Collection[str]) -> Fault | None:
        """What a loader would stop at, None if nothing; ``blocks`` are the RAMBlocks that were listed."""
        if event.number not in COMMAND_LENGTHS:
            return None
        command = Command(event.number)
        if command in MOVES:
            return self._move(command, event)
        match command:
            case Command.PING if not self._return_path:
                text = f"CMD_PING (0x{int.from_bytes(event.data):x}) received with no return path"
                return fault("command-order", event.offset, event.length, "PING before a return path was opened", text)
            case Command.OPEN_RETURN_PATH:
                return self._open(event)
            case Command.POSTCOPY_RESUME if self.state is not PostcopyState.RUNNING:
                text = "loadvm_postcopy_handle_resume: illegal resume received"
                message = "POSTCOPY_RESUME, and nothing was interrupted"
                return fault("command-order", event.offset, event.length, message, text, fatal=False)
            case Command.RECV_BITMAP:
                return _recv_bitmap(event, blocks)
            case Command.PACKAGED if not int.from_bytes(event.data):
                return fault("package-length", event.offset + 5, 4, "a package without anything in it", IO_ERROR)
        return None

    def _open(self, event: CommandEvent) -> Fault | None:
        if self._return_path:
            text = "CMD_OPEN_RETURN_PATH called when RP already open"
            message = "the return path is opened twice"
            return fault("command-order", event.offset, event.length, message, text, fatal=False)
        self._return_path = True
        return None

    def _move(self, command: Command, event: CommandEvent) -> Fault | None:
        allowed, after = MOVES[command]
        if self.state not in allowed:
            text = f"CMD_{command.name} in wrong postcopy state ({int(self.state)})"
            message = f"{command.name} cannot come in the postcopy state {self.state.name}"
            return fault("command-order", event.offset, event.length, message, text)
        self.state = after
        if command is Command.POSTCOPY_ADVISE and len(event.data) not in (0, 16):
            text = f"CMD_POSTCOPY_ADVISE invalid length ({len(event.data)})"
            return fault("command-length", event.offset + 3, 2, f"POSTCOPY_ADVISE of {len(event.data)} bytes", text)
        return _discard(event) if command is Command.POSTCOPY_RAM_DISCARD else None


def _discard(event: CommandEvent) -> Fault | None:
    """Version, a counted name with a zero behind it, then pairs of start and length."""
    data, text = event.data, "CMD_POSTCOPY_RAM_DISCARD "
    ranges = len(data) - 3 - (data[1] if len(data) > 1 else 0)
    if len(data) < _DISCARD_HEAD + _DISCARD_RANGE or ranges < _DISCARD_RANGE or ranges % _DISCARD_RANGE:
        text += f"invalid length ({len(data)})"
    elif data[0] != 0:
        text += f"invalid version ({data[0]})"
    elif data[2 + data[1]] != 0:
        text += f"missing nil ({data[2 + data[1]]})"
    else:
        return None
    return fault("command-data", event.data_offset, len(data), "the ranges of POSTCOPY_RAM_DISCARD are damaged", text)


def discarded(data: bytes) -> tuple[str, list[tuple[int, int]]]:
    """(block, ranges as start and length in bytes) of a POSTCOPY_RAM_DISCARD with which nothing is wrong."""
    name = data[2 : 2 + data[1]].decode("utf-8", "surrogateescape")
    numbers = struct.unpack(f">{(len(data) - 3 - data[1]) // 8}Q", data[3 + data[1] :])
    return name, list(zip(numbers[0::2], numbers[1::2], strict=True))


def _recv_bitmap(event: CommandEvent, blocks: Collection[str]) -> Fault | None:
    data = event.data
    text = "loadvm_handle_recv_bitmap: "
    if not data or len(data) != 1 + data[0]:
        text += f"invalid payload length ({len(data)})"
        return fault("command-data", event.data_offset, len(data), "RECV_BITMAP whose name does not fit", text)
    name = data[1:].decode("utf-8", "surrogateescape")
    if name not in blocks:
        text += f"block '{name}' not found"
        return fault("command-data", event.data_offset, len(data), f"RECV_BITMAP of an unknown RAM block {name}", text)
    return None
