"""Checks of a command before its data are looked at (savevm.c: loadvm_process_command)."""

from __future__ import annotations

from snapmgr.wire.constants import COMMAND_LENGTHS, Command
from snapmgr.wire.events import Fault
from snapmgr.wire.faults import fault


def command_name(number: int) -> str:
    """The command's name without a prefix, or its number where nobody knows it."""
    return Command(number).name if number in COMMAND_LENGTHS else f"{number:#x}"


def printed_name(number: int) -> str:
    """What QEMU calls a command that it knows: ENABLE_COLO, missing from its table, has no name there."""
    return "(null)" if number == Command.ENABLE_COLO else Command(number).name


def command_fault(number: int, length: int, offset: int) -> Fault | None:
    """What is wrong with number or length of the command at ``offset``, None if nothing."""
    if number not in COMMAND_LENGTHS:
        text = f"MIG_CMD 0x{number:x} unknown (len 0x{length:x})"
        return fault("command-unknown", offset + 1, 2, f"no QEMU knows a command {number:#x}", text)
    expected = COMMAND_LENGTHS[number]
    if expected is not None and length != expected:
        text = f"{printed_name(number)} received with bad length - expecting {expected}, got {length}"
        return fault(
            "command-length",
            offset + 3,
            2,
            f"{command_name(number)} carries {length} bytes instead of {expected}",
            text,
        )
    return None
