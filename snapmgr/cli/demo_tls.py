"""TLS under ``tcp:``, for the commands that connect or listen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.migrate.tls import TlsCreds

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def tls_options(function: _Decorated) -> _Decorated:
    """They arrive as ``tls_creds`` and ``tls_hostname``."""
    for option in (
        click.option("--tls-hostname", metavar="NAME", help="Whom the certificate of the other side must name, where "
                     "that is not the host of the URI."),
        click.option("--tls-creds", metavar="DIR", type=click.Path(path_type=Path),
                     help="Speak TLS over tcp, with ca-cert.pem and server-*.pem or client-*.pem of this folder."),
    ):  # fmt: skip
        function = option(function)
    return function


def tls_of(wanted: dict[str, Any]) -> TlsCreds | None:
    """What was asked for; taken out of ``wanted``.  Raises UsageError."""
    from snapmgr.migrate.tls import TlsCreds

    folder, hostname = wanted.pop("tls_creds"), wanted.pop("tls_hostname", None)
    if folder is None:
        if hostname is not None:
            raise UsageError("usage", "--tls-hostname needs --tls-creds")
        return None
    return TlsCreds(folder, hostname)
