"""Channels over sockets: tcp and unix (migration/socket.c)."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from snapmgr.block.vectored import drain
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.migrate.channel import ChannelBroken
from snapmgr.savevm.output import Buffer

PIECE = 1 << 20
"""Bytes taken from a socket at once."""


class SocketChannel:
    """A Channel over a connected stream socket, which it takes over."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        connection.setblocking(True)

    @property
    def returns(self) -> bool:
        return True

    def send(self, buffers: Sequence[Buffer]) -> None:
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        try:
            drain(views, self._socket.sendmsg)
        except OSError as error:
            raise _broken(error) from error

    def receive(self) -> Buffer:
        piece = bytearray(PIECE)
        try:
            count = self._socket.recv_into(piece)
        except OSError as error:
            raise _broken(error) from error
        return memoryview(piece)[:count]

    def end(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def yank(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


def _broken(error: OSError) -> ChannelBroken:
    return ChannelBroken(f"the channel to the other side is broken: {error.strerror or error}")


def connect(address: tuple[str, int] | Path, patience: float) -> SocketChannel:
    """To who listens there, within ``patience`` seconds.  Raises SnapmgrError ``cannot-connect``."""
    try:
        if isinstance(address, Path):
            made = socket.socket(socket.AF_UNIX)
            made.settimeout(patience)
            made.connect(str(address))
        else:
            made = socket.create_connection(address, patience)
    except OSError as error:
        raise SnapmgrError(
            "cannot-connect",
            f"nobody answers at {shown(address)}: {error.strerror or error}",
            hint="Start the other side first: snapctl demo receive URI.",
        ) from error
    return SocketChannel(made)


class Listener:
    """Waits at an address for the one connection of a migration.  A unix socket is its owner's alone (mode 0600).

    Raises UsageError ``cannot-listen``.
    """

    def __init__(self, address: tuple[str, int] | Path) -> None:
        self._path = address if isinstance(address, Path) else None
        try:
            if isinstance(address, Path):
                self._socket = socket.socket(socket.AF_UNIX)
                before = os.umask(0o177)
                try:
                    self._socket.bind(str(address))
                finally:
                    os.umask(before)
                self._socket.listen(1)
            else:
                self._socket = socket.create_server(address, backlog=1)
        except OSError as error:
            message = f"{shown(address)} cannot be listened at: {error.strerror or error}"
            raise UsageError("cannot-listen", message, hint="Choose another address.") from error

    @property
    def uri(self) -> str:
        """Where others connect to; with the port that was found where 0 was asked for."""
        if self._path is not None:
            return f"unix:{self._path}"
        host, port = self._socket.getsockname()[:2]
        return f"tcp:[{host}]:{port}" if ":" in host else f"tcp:{host}:{port}"

    def accept(self) -> SocketChannel:
        """The first who comes; nobody else is let in afterwards.  Raises ChannelBroken once it is closed."""
        try:
            connection, _ = self._socket.accept()
        except OSError as error:
            raise _broken(error) from error
        finally:
            self.close()
        return SocketChannel(connection)

    def close(self) -> None:
        """Listen no more; more than once is harmless."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()


def shown(address: tuple[str, int] | Path) -> str:
    """For messages."""
    return str(address) if isinstance(address, Path) else f"{address[0]}:{address[1]}"
