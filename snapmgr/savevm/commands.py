"""Commands as they are sent (savevm.c: qemu_savevm_command_send and its callers)."""

from __future__ import annotations

from collections.abc import Sequence

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.handlers import Host
from snapmgr.savevm.output import Buffer, Output
from snapmgr.trace.names import traced
from snapmgr.wire import writer
from snapmgr.wire.constants import Command
from snapmgr.wire.writer import counted

DISCARD_VERSION = 0
MOST_DISCARDS = 12
"""Ranges of one discard (migration/postcopy-ram.c: MAX_DISCARDS_PER_COMMAND)."""

MAX_PACKAGED = 0xFFFF_FFFF
"""Bytes of a package: what its length can say (savevm.c: MAX_VM_CMD_PACKAGED_SIZE)."""


class Commands:
    """Puts commands into an output, each handed on at once."""

    def __init__(self, host: Host, out: Output) -> None:
        self._host = host
        self._out = out

    def open_return_path(self) -> None:
        """Ask for messages in the other direction."""
        self._trace("savevm_send_open_return_path")
        self._send(Command.OPEN_RETURN_PATH)

    def ping(self, value: int) -> None:
        """Ask for a PONG with the same u32."""
        self._trace("savevm_send_ping", value)
        self._send(Command.PING, value.to_bytes(4))

    def packaged(self, package: Buffer) -> None:
        """Records that the other side takes as one piece.  Raises SnapmgrError beyond ``MAX_PACKAGED`` bytes."""
        size = len(package)
        if size > MAX_PACKAGED:
            text = f"qemu_savevm_send_packaged: Unreasonably large packaged state: {size}"
            self._host.error_report(text)
            raise SnapmgrError("package-too-large", text, qemu=text)
        self._trace("qemu_savevm_send_packaged")
        self._send(Command.PACKAGED, size.to_bytes(4))
        self._out.put(package)

    def postcopy_advise(self) -> None:
        """Postcopy may follow; with RAM in it the page sizes are told (qemu_savevm_send_postcopy_advise)."""
        if "postcopy-ram" not in self._host.options.capabilities:
            self._send(Command.POSTCOPY_ADVISE)
            return
        self._trace("qemu_savevm_send_postcopy_advise")
        sizes = (self._host.ram_pagesize_summary(), 1 << self._host.options.page_bits)
        self._send(Command.POSTCOPY_ADVISE, b"".join(size.to_bytes(8) for size in sizes))

    def postcopy_ram_discard(self, idstr: str, ranges: Sequence[tuple[int, int]]) -> None:
        """Throw these (start, length) in bytes of a RAM block away, some at a time."""
        name = idstr.encode("utf-8", "surrogateescape")
        head = bytes([DISCARD_VERSION, len(name)]) + name + b"\0"
        for at in range(0, len(ranges), MOST_DISCARDS):
            some = ranges[at : at + MOST_DISCARDS]
            self._trace("qemu_savevm_send_postcopy_ram_discard", idstr, len(some))
            data = b"".join(start.to_bytes(8) + length.to_bytes(8) for start, length in some)
            self._send(Command.POSTCOPY_RAM_DISCARD, head + data)

    def postcopy_listen(self) -> None:
        """Be ready for pages at any time."""
        self._trace("savevm_send_postcopy_listen")
        self._send(Command.POSTCOPY_LISTEN)

    def postcopy_run(self) -> None:
        """Let the guest run."""
        self._trace("savevm_send_postcopy_run")
        self._send(Command.POSTCOPY_RUN)

    def postcopy_resume(self) -> None:
        """Go on after a break."""
        self._trace("savevm_send_postcopy_resume")
        self._send(Command.POSTCOPY_RESUME)

    def recv_bitmap(self, idstr: str) -> None:
        """Ask which pages of a block have come."""
        self._trace("savevm_send_recv_bitmap", idstr)
        self._send(Command.RECV_BITMAP, counted(idstr.encode("utf-8", "surrogateescape")))

    def switchover_start(self) -> None:
        """The guest has stopped (QEMU 10.0; newer than our specification)."""
        self._send(Command.SWITCHOVER_START)

    def colo_enable(self) -> None:
        """Begin COLO."""
        self._trace("savevm_send_colo_enable")
        self._send(Command.ENABLE_COLO)

    def _send(self, command: Command, data: bytes = b"") -> None:
        self._trace("savevm_command_send", int(command), len(data))
        self._out.put(writer.command(command, data))
        self._out.flush()

    def _trace(self, name: str, *values: int | str) -> None:
        self._host.trace.emit(traced(name, *values, offset=self._out.offset))
