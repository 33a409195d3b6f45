"""Commands as they are sent (savevm.c: qemu_savevm_command_send and its callers)."""

from __future__ import annotations

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.handlers import Host
from snapmgr.savevm.output import Buffer, Output
from snapmgr.trace.names import traced
from snapmgr.wire import writer
from snapmgr.wire.constants import Command

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

    def _trace(self, name: str, *values: int) -> None:
        self._host.trace.emit(traced(name, *values, offset=self._out.offset))
