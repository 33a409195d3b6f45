"""Channels for pages, of ``snapctl demo migrate`` and ``demo receive`` with the capability multifd."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.migrate.channel import Channel

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

channels_option = click.option(
    "--multifd-channels", metavar="N", type=click.IntRange(1, 255), default=2, show_default=True,
    help="With --capability multifd: channels for pages, on both sides as many.",
)  # fmt: skip

compression_option = click.option(
    "--multifd-compression", type=click.Choice(["none", "zlib", "zstd"]), default="none", show_default=True,
    help="With --capability multifd: how pages are packed.",
)  # fmt: skip


def multifd_options(function: _Decorated) -> _Decorated:
    """Those of the side that sends."""
    return channels_option(compression_option(function))


def count_of(wanted: dict[str, Any]) -> int:
    """Channels beside the main one."""
    return wanted["multifd_channels"] if "multifd" in wanted["capabilities"] else 0


def check_uri(wanted: dict[str, Any], uri: str) -> None:
    """Raises UsageError where channels are wanted that it cannot have: a file would be written by all at once."""
    from snapmgr.migrate.uri import address_of

    if count_of(wanted) and address_of(uri) is None:
        text = "Migration requires multi-channel URIs (e.g. tcp)"
        message = f"multifd needs several channels, and {uri} is only one"
        raise UsageError("one-channel", message, hint="Use tcp: or unix:.", qemu=text)


def opened_beside(wanted: dict[str, Any], connect: Callable[[], Channel]) -> list[Channel]:
    """Behind the main one, which is open already."""
    return [connect() for _ in range(count_of(wanted))]
