"""What a command says and where: results on stdout, everything else on stderr, failures in one shape."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from snapmgr.cli.hints import command_hint
from snapmgr.cli.text import printable
from snapmgr.errors import SnapmgrError


class Exit(IntEnum):
    """Exit codes that scripts rely on."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    DAMAGED = 3
    IN_USE = 4
    CANCELLED = 130


@dataclass(slots=True)
class Output:
    """How this call wants to be answered; set by ``--json``, ``-q`` and ``-v`` before or after the command."""

    json: bool = False
    quiet: bool = False
    verbose: bool = False
    _document: dict[str, Any] | None = field(default=None, init=False, repr=False)

    def document(self, value: dict[str, Any]) -> None:
        """Answer with one JSON document, which ``finish`` prints: what fails until then stands in the same one."""
        self._document = value

    def finish(self) -> None:
        """Print the document, if there is one; bytes that were not UTF-8 are kept as escaped surrogates."""
        value, self._document = self._document, None
        if value is not None:
            with printing():
                sys.stdout.write(json.dumps(value, indent=2) + "\n")

    def lines(self, text: str) -> None:
        """Print what the command was asked for."""
        if text:
            with printing():
                sys.stdout.write(text + "\n")

    def done(self, text: str) -> None:
        """Say on stdout what was accomplished, unless quiet."""
        if not self.quiet:
            self.lines(text)

    def note(self, text: str) -> None:
        """Say something by the way, on stderr, unless quiet."""
        if not self.quiet:
            sys.stderr.write(f"snapctl: {text}\n")

    def trouble(self, error: SnapmgrError) -> None:
        """Say on stderr what went wrong with a part of the work; the rest went on."""
        sys.stderr.write(error_text(error, verbose=self.verbose))

    def failure(self, error: SnapmgrError) -> None:
        """Say why the command failed: one document with ``--json``, behind what was done all the same; else lines on
        stderr."""
        if self.json:
            self.document({**(self._document or {}), "error": error_json(error)})
            self.finish()
        else:
            sys.stderr.write(error_text(error, verbose=self.verbose))


@contextmanager
def printing() -> Iterator[None]:
    """Around whatever writes to standard output: a full disk behind it is said as such, a closed pipe passes."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SnapmgrError("cannot-write", f"standard output cannot be written: {error.strerror}") from error


def error_json(error: SnapmgrError) -> dict[str, Any]:
    """The error as scripts see it."""
    result: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "path": error.path,
        "offset": error.offset,
        "hint": command_hint(error.code, error.hint),
    }
    if error.qemu is not None:
        result["qemu"] = error.qemu
    return result


_SAYS = "QEMU would say: "


def error_text(error: SnapmgrError, *, verbose: bool = False) -> str:
    """The error as people read it: what happened, to which file, what to do."""
    where = "" if error.path is None or error.path in error.message else f"{error.path}: "
    lines = [f"snapctl: {where}{error.message}"]
    if error.offset is not None:
        lines.append(f"  at offset {error.offset:#x} ({error.offset:,})")
    if error.qemu is not None and error.qemu != error.message:
        first, *more = error.qemu.split("\n")
        lines += [f"  {_SAYS}{first}", *(" " * (2 + len(_SAYS)) + line for line in more)]
    if hint := command_hint(error.code, error.hint):
        lines.append(f"  {hint}")
    if verbose:
        lines.append(f"  code: {error.code}")
    return "".join(printable(line) + "\n" for line in lines)


_CODES = {
    errno.ENOENT: "not-found",
    errno.EACCES: "permission-denied",
    errno.EPERM: "permission-denied",
    errno.EISDIR: "is-a-directory",
    errno.EEXIST: "exists",
    errno.ENOSPC: "disk-full",
    errno.EDQUOT: "disk-full",
    errno.EROFS: "read-only",
}
_HINTS = {
    errno.ENOSPC: "Free some space or write to another disk; nothing was left behind.",
    errno.EACCES: "Check who owns the file, or run as a user who may read it.",
}


def from_os_error(error: OSError) -> SnapmgrError:
    """What the system refused, as one of our own errors."""
    number = error.errno or 0
    path = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else None
    message = error.strerror or str(error)
    return SnapmgrError(_CODES.get(number, "io-error"), message, path=path, hint=_HINTS.get(number))
