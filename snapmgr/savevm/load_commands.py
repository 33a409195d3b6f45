"""Commands as they come in (savevm.c: loadvm_process_command and what it calls).

Where nobody can run the guest while its RAM still comes (``Incoming.listens``), the commands of postcopy are refused as
Unsupported from LISTEN on, except where QEMU itself would refuse or pass over them whatever it can do.  COLO's is
refused where the driver cannot go on with it.
"""

from __future__ import annotations

from collections.abc import Callable

from snapmgr.errors import SnapmgrError, Unsupported
from snapmgr.savevm.effects import (
    Effect,
    EnableColo,
    OpenReturnPath,
    PostcopyListen,
    PostcopyResume,
    PostcopyRun,
    Reply,
    SwitchoverStart,
)
from snapmgr.savevm.handlers import EINVAL, EPERM, ERANGE, HandlerFailed
from snapmgr.savevm.incoming import Incoming, PostcopyState, c_string, signed
from snapmgr.wire.commands import printed_name
from snapmgr.wire.constants import COMMAND_LENGTHS, Command
from snapmgr.wire.events import CommandEvent
from snapmgr.wire.return_path import pong, received_bitmap
from snapmgr.wire.wording import COLO_OFF, chained, shown

_UNKNOWN_TO = {"7.2": (Command.SWITCHOVER_START,)}
"""Commands that came after a release."""
_NOT_READ = "Failed to load VM process command: stream error: -5"
"""What newer releases say of one that is cut."""

Handler = Callable[[Incoming, CommandEvent], Effect | None]

_DISCARD_VERSION, _RANGE = 0, 16
_LEAST_DISCARD = 1 + 1 + 1 + 1 + _RANGE
"""Bytes of a discard: version, length of a name, one letter and its nil, one range."""


def check_command(incoming: Incoming, number: int, length: int, offset: int) -> None:
    """Number and length, before the data are waited for.  Raises LoadError."""
    incoming.in_command = True
    if incoming.beyond(offset + 5):
        raise incoming.cut(offset + 5, _NOT_READ)
    if number not in COMMAND_LENGTHS or number in _UNKNOWN_TO.get(incoming.host.options.release or "", ()):
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
        _check_page_sizes(incoming, event)
        _notify(incoming, event, "inbound-advise")


def _check_page_sizes(incoming: Incoming, event: CommandEvent) -> None:
    """Pages come one by one later on: they must be alike on both sides."""
    summary, page = int.from_bytes(event.data[:8]), int.from_bytes(event.data[8:])
    local, own = incoming.host.ram_pagesize_summary(), 1 << incoming.host.options.page_bits
    if summary != local:
        text = f"Postcopy needs matching RAM page sizes (s={summary:x} d={local:x})"
        raise incoming.refuse("postcopy-page-size", text, event.data_offset, errno=EPERM)
    if page != own:
        text = f"Postcopy needs matching target page sizes (s={signed(page & 0xFFFFFFFF)} d={own})"
        raise incoming.refuse("postcopy-page-size", text, event.data_offset + 8, errno=EPERM)


def _notify(incoming: Incoming, event: CommandEvent, what: str) -> None:
    """Whoever listens may refuse; unlike those of precopy they are heeded."""
    try:
        incoming.host.postcopy_notify(what)
    except SnapmgrError as refused:
        text = refused.qemu or refused.message
        raise incoming.refuse("postcopy-refused", text, event.offset, message=refused.message, errno=EPERM) from refused


def _bad_advise(incoming: Incoming, event: CommandEvent, text: str) -> Exception:
    return incoming.refuse("postcopy-advise", text, event.offset, errno=EINVAL)


def _discard(incoming: Incoming, event: CommandEvent) -> None:
    incoming.trace("loadvm_postcopy_ram_handle_discard", offset=event.offset)
    _check_state(incoming, event, PostcopyState.ADVISE, PostcopyState.DISCARD)
    incoming.postcopy = PostcopyState.DISCARD
    name, ranges = _discarded(incoming, event)
    incoming.trace("loadvm_postcopy_ram_handle_discard_header", shown(name), len(ranges), offset=event.offset)
    for at in range(0, len(ranges), _RANGE):
        start, length = (int.from_bytes(ranges[at + half : at + half + 8]) for half in (0, 8))
        try:
            incoming.host.discard_ram(name, start, length)
        except HandlerFailed as failed:
            text = failed.qemu or failed.message
            raise incoming.refuse("postcopy-discard", text, event.offset, errno=failed.errno) from failed
    incoming.trace("loadvm_postcopy_ram_handle_discard_end", offset=event.offset)


def _discarded(incoming: Incoming, event: CommandEvent) -> tuple[str, memoryview]:
    """Name of the RAM block, and its ranges: a start and a length in bytes each."""
    data = memoryview(event.data)
    if len(data) < _LEAST_DISCARD:
        raise _bad_discard(incoming, event, f"invalid length ({len(data)})")
    if data[0] != _DISCARD_VERSION:
        raise _bad_discard(incoming, event, f"invalid version ({data[0]})")
    end = 2 + data[1]
    if end == 2 or end >= len(data):
        raise _bad_discard(incoming, event, "Failed to read RAMBlock ID")
    if data[end]:
        raise _bad_discard(incoming, event, f"missing nil ({data[end]})")
    name = c_string(bytes(data[2:end]).decode("utf-8", "surrogateescape"))
    left = len(data) - 3 - len(name.encode("utf-8", "surrogateescape"))
    if left % _RANGE or left != len(data) - end - 1:  # a name with a nil in it: QEMU would read on into the stream
        raise _bad_discard(incoming, event, f"invalid length ({left})")
    return name, data[end + 1 :]


def _bad_discard(incoming: Incoming, event: CommandEvent, what: str) -> Exception:
    return incoming.refuse("postcopy-discard", f"CMD_POSTCOPY_RAM_DISCARD {what}", event.offset, errno=EPERM)


def _listen(incoming: Incoming, event: CommandEvent) -> Effect:
    incoming.trace("loadvm_postcopy_handle_listen", "enter", offset=event.offset)
    _check_state(incoming, event, PostcopyState.ADVISE, PostcopyState.DISCARD)
    for point in ("after discard", "after uffd"):
        incoming.trace("loadvm_postcopy_handle_listen", point, offset=event.offset)
    _notify(incoming, event, "inbound-listen")
    if not incoming.listens:
        raise _unsupported(event)
    incoming.postcopy = PostcopyState.LISTENING
    incoming.trace("postcopy_ram_listen_thread_start", offset=event.offset)
    incoming.trace("loadvm_postcopy_handle_listen", "return", offset=event.offset)
    return PostcopyListen()


def _run(incoming: Incoming, event: CommandEvent) -> Effect:
    incoming.trace("loadvm_postcopy_handle_run", offset=event.offset)
    _check_state(incoming, event, PostcopyState.LISTENING)
    if not incoming.listens:
        raise _unsupported(event)
    incoming.postcopy = PostcopyState.RUNNING
    return PostcopyRun()


def _resume(incoming: Incoming, event: CommandEvent) -> Effect | None:
    """Where nothing is being recovered QEMU reports it and goes on."""
    if not incoming.recovering:
        text = "loadvm_postcopy_handle_resume: illegal resume received"
        incoming.host.error_report(chained(text) if incoming.chains else text)
        return None
    incoming.recovering = False
    incoming.trace("loadvm_postcopy_handle_resume", offset=event.offset)
    return PostcopyResume()


def _receive_bitmap(incoming: Incoming, event: CommandEvent) -> Effect:
    data = event.data
    if data and not data[0]:
        text = "loadvm_handle_recv_bitmap: failed to read block name"
        raise incoming.refuse("recv-bitmap-name", text, event.offset)
    if not data or len(data) != 1 + data[0]:
        text = f"loadvm_handle_recv_bitmap: invalid payload length ({len(data)})"
        raise incoming.refuse("recv-bitmap-length", text, event.offset)
    if not incoming.listens:
        raise _unsupported(event)
    name = c_string(bytes(data[1:]).decode("utf-8", "surrogateescape"))
    bitmap = incoming.host.received_pages(name)
    if bitmap is None:
        text = f"loadvm_handle_recv_bitmap: block '{shown(name)}' not found"
        raise incoming.refuse("recv-bitmap-name", text, event.offset)
    incoming.trace("loadvm_handle_recv_bitmap", shown(name), offset=event.offset)
    return Reply(received_bitmap(name, bitmap))


def _enable_colo(incoming: Incoming, event: CommandEvent) -> Effect:
    """The capability is asked for since QEMU 8.1, whose text this is; our specification begins unasked.  Newer ones
    know the command no more."""
    options = incoming.host.options
    asked = incoming.may_colo if options.release is None else options.release != "7.2"
    if (asked and "x-colo" not in options.capabilities) or incoming.chains:
        raise incoming.refuse("colo-capability", COLO_OFF, event.offset, errno=EINVAL)
    if not incoming.may_colo:
        raise _unsupported(event)
    incoming.colo = True
    return EnableColo()


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
