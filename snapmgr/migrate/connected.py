"""What every channel over a connected stream socket has: both directions, and three ways to an end."""

from __future__ import annotations

import socket
from contextlib import suppress


class ConnectedSocket:
    """Takes over ``connection``; nothing here raises."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self.received = 0
        """Bytes that have come so far."""

    def fileno(self) -> int:
        """For waiting; -1 once it is closed."""
        return self._socket.fileno()

    @property
    def returns(self) -> bool:
        return True

    def end(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def yank(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()
