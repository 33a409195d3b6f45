"""Channels over sockets: tcp and unix (migration/socket.c)."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from snapmgr.block.vectored import drain
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.migrate.channel import Channel, ChannelBroken, broken
from snapmgr.migrate.connected import ConnectedSocket
from snapmgr.migrate.tls import TlsChannel, TlsCreds, TlsFailed
from snapmgr.savevm.output import Buffer

PIECE = 1 << 20
"""Bytes taken from a socket at once."""

BACKLOG = 4
"""Connections that wait to be accepted: a second channel, and those of a recovery."""

MOST_SILENT = 8
"""Connections that may wait to say something."""


class SocketChannel(ConnectedSocket):
    """A Channel over a connected stream socket, which it takes over."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection)
        connection.setblocking(True)

    def send(self, buffers: Sequence[Buffer]) -> None:
        views = [memoryview(buffer).cast("B") for buffer in buffers]
        try:
            drain(views, self._socket.sendmsg)
        except OSError as error:
            raise broken(error) from error

    def speaks(self) -> bool:
        """Whether something has come, which stays there; waits until it has, or the other side has ended."""
        try:
            return bool(self._socket.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def receive(self) -> Buffer:
        piece = bytearray(PIECE)
        try:
            count = self._socket.recv_into(piece)
        except OSError as error:
            raise broken(error) from error
        self.received += count
        return memoryview(piece)[:count]


def connect(address: tuple[str, int] | Path, patience: float, tls: TlsCreds | None = None) -> Channel:
    """To who listens there, within ``patience`` seconds, with ``tls`` over tcp.

    Raises SnapmgrError ``cannot-connect``, TlsFailed, UsageError ``tls-creds``.
    """
    context = tls.client() if tls is not None else None
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
    if tls is None or context is None or isinstance(address, Path):
        return SocketChannel(made)
    return TlsChannel(made, context, hostname=tls.hostname or address[0])


class Listener:
    """Waits at an address for the connections of a migration.  A unix socket is its owner's alone (mode 0600).

    With ``tls`` whoever cannot show a certificate is told to ``refused`` and does not count.  Raises UsageError
    ``cannot-listen`` and ``tls-creds``.
    """

    def __init__(
        self,
        address: tuple[str, int] | Path,
        tls: TlsCreds | None = None,
        *,
        refused: Callable[[TlsFailed], None] = lambda error: None,
    ) -> None:
        self._tls = tls.server() if tls is not None else None
        self._refused = refused
        self._silent: list[SocketChannel] = []
        """Those that have come and said nothing yet, in their order."""
        self._later: list[SocketChannel] = []
        """Those of them that came behind the one that was the first to speak."""
        self._path = address if isinstance(address, Path) else None
        try:
            if isinstance(address, Path):
                self._socket = socket.socket(socket.AF_UNIX)
                before = os.umask(0o177)
                try:
                    self._socket.bind(str(address))
                finally:
                    os.umask(before)
                self._socket.listen(BACKLOG)
            else:
                self._socket = socket.create_server(address, backlog=BACKLOG)
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

    def accept(self, *, last: bool = True, beside: ConnectedSocket | None = None) -> Channel:
        """The first who comes; nobody else is let in after the ``last``.

        Raises ChannelBroken once it is closed, and where whoever is at the other end of ``beside`` goes away before.
        """
        try:
            while True:
                if self._later:  # it came while the first one was waited for
                    return self._later.pop(0)
                if beside is not None:
                    self._wait_beside(beside)
                if (channel := self._next()) is not None:
                    return channel
        finally:
            if last:
                self.close()

    def accept_speaking(self) -> Channel:
        """The first who says something, for whoever is expected to: a connection that was made by mistake, or by nobody
        in particular, holds up nothing.  Others stay, MOST_SILENT at most.  Over TLS who comes has shown who it is.

        Raises ChannelBroken once it is closed.
        """
        self._silent, self._later = [*self._silent, *self._later], []
        while True:
            waiting = select.poll()
            mine, theirs = self._socket.fileno(), [channel.fileno() for channel in self._silent]
            if min((mine, *theirs)) < 0:  # another thread may do so at any moment: each number is taken once
                raise ChannelBroken("it was closed before a connection came")
            for number in (mine, *theirs):
                waiting.register(number, select.POLLIN)
            ready = {descriptor for descriptor, _ in waiting.poll()}
            come = [channel for channel, number in zip(self._silent, theirs, strict=True) if number in ready]
            for channel in come:
                if channel.speaks():
                    place = self._silent.index(channel)
                    self._silent, self._later = self._silent[:place], self._silent[place + 1 :]
                    return channel
            for gone in come:
                gone.close()
                self._silent.remove(gone)
            if mine not in ready:
                continue
            new = self._next()
            if isinstance(new, SocketChannel):
                self._silent.append(new)
                for oldest in self._silent[:-MOST_SILENT]:
                    oldest.close()
                del self._silent[:-MOST_SILENT]
            elif new is not None:
                return new

    def _wait_beside(self, other: ConnectedSocket) -> None:
        mine, theirs = self._socket.fileno(), other.fileno()
        if min(mine, theirs) < 0:
            raise ChannelBroken("it was closed before the second connection came")
        waiting = select.poll()
        waiting.register(mine, select.POLLIN)
        waiting.register(theirs, select.POLLRDHUP)
        if theirs in {descriptor for descriptor, _ in waiting.poll()}:
            raise ChannelBroken("the first connection broke before the second one came")

    def _next(self) -> Channel | None:
        """None for one who was refused."""
        try:
            connection, _ = self._socket.accept()
        except OSError as error:
            raise broken(error) from error
        if self._tls is None:
            return SocketChannel(connection)
        try:
            return TlsChannel(connection, self._tls, hostname=None)
        except TlsFailed as error:
            self._refused(error)
            return None

    def close(self) -> None:
        """Listen no more; more than once is harmless."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for channel in (*self._silent, *self._later):
            channel.close()
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()


def shown(address: tuple[str, int] | Path) -> str:
    """For messages."""
    return str(address) if isinstance(address, Path) else f"{address[0]}:{address[1]}"
