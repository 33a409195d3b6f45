"""Where a migration goes or comes from, as QEMU writes it: ``tcp:HOST:PORT``, ``unix:PATH``, ``file:PATH[,offset=N]``,
``exec:COMMAND``, ``fd:NUMBER`` (migration/migration.c: qemu_start_incoming_migration)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from snapmgr.errors import UsageError
from snapmgr.migrate import one_way
from snapmgr.migrate.channel import Channel
from snapmgr.migrate.sockets import Listener, connect
from snapmgr.migrate.tls import TlsCreds, TlsFailed

PATIENCE = 10.0
"""Seconds that the other side may take to answer."""

_TCP = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<host>[^:]*)):(?P<port>\d{1,5})")
_OFFSET = re.compile(r"(?P<path>.*?)(?:,offset=(?P<offset>0[xX][0-9a-fA-F]+|\d+))?", re.DOTALL)


def address_of(uri: str) -> tuple[str, int] | Path | None:
    """Of a socket; None for what is none.  Raises UsageError ``uri``."""
    kind, _, rest = uri.partition(":")
    if kind == "unix" and rest:
        return Path(rest)
    if kind == "tcp":
        match = _TCP.fullmatch(rest)
        if match is None or int(match["port"]) > 0xFFFF:
            raise _bad(uri, "tcp:HOST:PORT")
        return match["six"] or match["host"] or "127.0.0.1", int(match["port"])
    return None


def open_outgoing(uri: str, patience: float = PATIENCE, *, tls: TlsCreds | None = None) -> Channel:
    """Raises UsageError ``uri``, SnapmgrError ``cannot-connect`` and what opening a file or TLS raises."""
    address = _address_for(uri, tls)
    if address is not None:
        return connect(address, patience, tls)
    return _one_way(uri, out=True)


def open_incoming(
    uri: str, *, tls: TlsCreds | None = None, refused: Callable[[TlsFailed], None] = lambda error: None
) -> Channel | Listener:
    """A Listener for sockets, whose ``accept`` gives the channel.  Raises as ``open_outgoing``."""
    address = _address_for(uri, tls)
    return Listener(address, tls, refused=refused) if address is not None else _one_way(uri, out=False)


def _address_for(uri: str, tls: TlsCreds | None) -> tuple[str, int] | Path | None:
    address = address_of(uri)
    if tls is not None and not isinstance(address, tuple):
        raise UsageError("tls-transport", f"there is no TLS over {uri}", hint="Write tcp:HOST:PORT.")
    return address


def _one_way(uri: str, *, out: bool) -> Channel:
    kind, _, rest = uri.partition(":")
    if kind == "file" and rest:
        match = _OFFSET.fullmatch(rest)
        assert match is not None
        path, offset = Path(match["path"]), int(match["offset"] or "0", 0)
        return one_way.to_file(path, offset) if out else one_way.from_file(path, offset)
    if kind == "exec" and rest:
        return one_way.through(rest, out=out)
    if kind == "fd" and rest.isdecimal():
        return one_way.DescriptorChannel(int(rest))
    raise _bad(uri, "tcp:HOST:PORT, unix:PATH, file:PATH[,offset=N], exec:COMMAND or fd:NUMBER")


def _bad(uri: str, wanted: str) -> UsageError:
    text = f"unknown migration protocol: {uri}"
    return UsageError("uri", f"{uri} is no place for a migration", hint=f"Write {wanted}.", qemu=text)
