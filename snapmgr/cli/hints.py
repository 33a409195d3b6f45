"""What to do, in the words of the command line: the engine's hints do not know who reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from snapmgr.errors import SnapmgrError

_WITH = {
    "backing-outside": "{hint} --allow-root does that.",
    "disk-only": "{hint} snapctl snapshot export does that.",
    "snapshot-twins": "{hint} nth:1:NAME is the first of them, nth:2:NAME the second.",
    "tls-hostname": "{hint} --tls-hostname does that.",
    "migration-stream": "{hint} snapctl inspect does that.",
}

OVERWRITE = "--overwrite has the new one take its place."
"""Of the commands that can."""


def command_hint(code: str, hint: str | None) -> str | None:
    """The hint of a fault with what does it here, where it does not say so itself."""
    return _WITH[code].format(hint=hint) if hint and code in _WITH and "snapctl" not in hint else hint


def piped_instead(error: SnapmgrError) -> None:
    """Where SRC is a folder, a pipe or a device: another way to name a stream."""
    if error.code == "not-a-file":
        error.hint = "Name a file, or - for standard input."


@contextmanager
def adding(code: str, more: str) -> Iterator[None]:
    """What a command has against this fault, behind the hint of one that happens here; "" adds nothing."""
    try:
        yield
    except SnapmgrError as error:
        if error.code == code and more:
            error.hint = f"{error.hint} {more}" if error.hint else more
        raise
