"""Commands as they come in (savevm.c: loadvm_process_command and what it calls).

Postcopy and COLO are not built yet: their commands are refused as Unsupported, except where QEMU itself would refuse
or pass over them whatever it can do.
"""

from __future__ import annotations

from collections.abc import Callable

from snapmgr.errors import Unsupported
from snapmgr.savevm.effects import Effect, OpenReturnPath, Reply, SwitchoverStart
from snapmgr.savevm.handlers import EINVAL, EPERM, ERANGE
from snapmgr.savevm.incoming import Incoming, PostcopyState
from snapmgr.wire.commands import printed_name
from snapmgr.wire.constants import COMMAND_LENGTHS, Command
from snapmgr.wire.events import CommandEvent
from snapmgr.wire.return_path import pong

Handler = Callable[[Incoming, CommandEvent], Effect | None]


def check_command(incoming: Incoming, number: int, length: int, offset: int) -> None:
    """Number and length, before the data are waited for.  Raises LoadError."""
    incoming.in_command = True
    if incoming.beyond(offset + 5):
        raise incoming.cut(offset + 5)
    if number not in COMMAND_LENGTHS:
        text = f"MIG_CMD 0x{number:x} unknown (len 0x{length:x})"
        raise incoming.refuse("command-unknown", text, offset + 1)
    name, expected = printed_name(number), COMMAND_LENGTHS[number]
    incoming.trace("loadvm_process_command", name, length, offset=offset)
    if expected is not None and length != expected:
        text = f"{name} received with bad length - expecting {expected}, got {length}"
        raise incoming.refuse("command-length", text, offset + 3, errno=ERANGE)


def process_command(incoming: Incoming, event: CommandEvent) -> Effect | None:
    """What the driver must do, if anything.  Raises LoadError, Unsupported.  PACKAGED is the loader's own business."""
    handler = _HANDLERS.get(Command(event.number))
    return None if handler is None else handler(incoming, event)


def _open_return_path(incoming: Incoming, event: CommandEvent) -> Effect | None:
    if incoming.return_path:
        incoming.host.error_report("CMD_OPEN_RETURN_PATH called when RP already open")
        return None
    incoming.return_path = True
    return OpenReturnPath()


def _ping(incoming: Incoming, event: CommandEvent) -> Effect:
    value = int.from_bytes(event.data)
    incoming.trace("loadvm_process_command_ping", value, offset=event.offset)
    if not incoming.return_path:
        text = f"CMD_PING (0x{value:x}) received with no return path"
        raise incoming.refuse("no-return-path", text, event.offset, errno=EPERM)
    return Reply(pong(value))


def _switchover_start(incoming: Incoming, event: CommandEvent) -> Effect:
    return SwitchoverStart()


def _advise(incoming: Incoming, event: CommandEvent) -> None:
    incoming.trace("loadvm_postcopy_handle_advise", offset=event.offset)
    _check_state(incoming, event, PostcopyState.NONE)
    incoming.postcopy = PostcopyState.ADVISE
    postcopy_ram = "postcopy-ram" in incoming.host.options.capabilities
    length = len(event.data)
    if length not in (0, 16):
        raise _bad_advise(incoming, event, f"CMD_POSTCOPY_ADVISE invalid length ({length})")
    if not length and postcopy_ram:
        raise _bad_advise(incoming, event, "RAM postcopy is enabled but have 0 byte advise")
    if length and not postcopy_ram:
        raise _bad_advise(incoming, event, "RAM postcopy is disabled but have 16 byte advise")
    if length:
        raise _unsupported(event)


def _bad_advise(incoming: Incoming, event: CommandEvent, text: str) -> Exception:
    return incoming.refuse("postcopy-advise", text, event.offset, errno=EINVAL)


def _discard(incoming: Incoming, event: CommandEvent) -> None:
    incoming.trace("loadvm_postcopy_ram_handle_discard", offset=event.offset)
    _check_state(incoming, event, PostcopyState.ADVISE, PostcopyState.DISCARD)
    raise _unsupported(event)


def _listen(incoming: Incoming, event: CommandEvent) -> None:
    incoming.trace("loadvm_postcopy_handle_listen", "enter", offset=event.offset)
    _check_state(incoming, event, PostcopyState.ADVISE, PostcopyState.DISCARD)
    raise _unsupported(event)


def _run(incoming: Incoming, event: CommandEvent) -> None:
    incoming.trace("loadvm_postcopy_handle_run", offset=event.offset)
    _check_state(incoming, event, PostcopyState.LISTENING)
    raise _unsupported(event)


def _resume(incoming: Incoming, event: CommandEvent) -> None:
    """Nothing is being recovered here, which QEMU reports and passes over."""
    incoming.host.error_report("loadvm_postcopy_handle_resume: illegal resume received")


def _receive_bitmap(incoming: Incoming, event: CommandEvent) -> None:
    data = event.data
    if data and not data[0]:
        text = "loadvm_handle_recv_bitmap: failed to read block name"
        raise incoming.refuse("recv-bitmap-name", text, event.offset)
    if not data or len(data) != 1 + data[0]:
        text = f"loadvm_handle_recv_bitmap: invalid payload length ({len(data)})"
        raise incoming.refuse("recv-bitmap-length", text, event.offset)
    raise _unsupported(event)


def _enable_colo(incoming: Incoming, event: CommandEvent) -> None:
    raise _unsupported(event)


def _check_state(incoming: Incoming, event: CommandEvent, *allowed: PostcopyState) -> None:
    if incoming.postcopy not in allowed:
        name = Command(event.number).name
        text = f"CMD_{name} in wrong postcopy state ({int(incoming.postcopy)})"
        raise incoming.refuse("postcopy-state", text, event.offset, errno=EPERM)


def _unsupported(event: CommandEvent) -> Unsupported:
    name = Command(event.number).name
    return Unsupported("command-unsupported", f"the command {name} is not supported yet", offset=event.offset)


_HANDLERS: dict[Command, Handler] = {
    Command.OPEN_RETURN_PATH: _open_return_path,
    Command.PING: _ping,
    Command.POSTCOPY_ADVISE: _advise,
    Command.POSTCOPY_LISTEN: _listen,
    Command.POSTCOPY_RUN: _run,
    Command.POSTCOPY_RAM_DISCARD: _discard,
    Command.ENABLE_COLO: _enable_colo,
    Command.POSTCOPY_RESUME: _resume,
    Command.RECV_BITMAP: _receive_bitmap,
    Command.SWITCHOVER_START: _switchover_start,
}
