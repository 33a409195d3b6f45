"""One tree of errors, raised where the fact is known.

Every error carries a stable ``code`` for scripts, a ``message`` for people, and, where they apply, the ``path``
it concerns, the ``offset`` in bytes where the fact lies, a ``hint`` that says what to do, and ``qemu``: the text
that QEMU itself prints in this situation, untranslated.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path


class SnapmgrError(Exception):
    """Base of all errors that a user may meet.  ``exit_code`` is what ``snapctl`` ends with."""

    exit_code = 1

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        path: str | Path | None = None,
        offset: int | None = None,
        hint: str | None = None,
        qemu: str | None = None,
    ) -> None:
        self.code = code
        self.message = message or qemu or code
        self.path = None if path is None else str(path)
        self.offset = offset
        self.hint = hint
        self.qemu = qemu
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message

    def again(self) -> Self:
        """The same error, to be raised another time.  Whoever keeps one that was raised keeps, by its traceback, all
        that the calls in between held."""
        twin = self.__class__.__new__(self.__class__)
        twin.args = self.args
        twin.__dict__.update(self.__dict__)
        return twin


def cannot_open(path: str | Path, error: OSError | ValueError) -> SnapmgrError:
    """What the system answered when ``path`` was to be opened for reading."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotFound("file-not-found", f"there is no file {path}", path=path, hint="Check the name.")
    forbidden = isinstance(error, PermissionError)
    reason = error.strerror if isinstance(error, OSError) else str(error)
    hint = "Check its permissions." if forbidden else "Check the name."
    return SnapmgrError("cannot-open", f"{path} cannot be opened: {reason}", path=path, hint=hint)


def not_writable(path: str | Path, number: int = errno.EACCES) -> SnapmgrError:
    """What is said of a file that can be read and not written: by its permissions, or by its file system's.

    ``number`` is the system's answer, where it was asked.  ``qemu`` is what QEMU prints then.
    """
    with suppress(OSError, ValueError):
        if os.statvfs(path).f_flag & os.ST_RDONLY:
            number = errno.EROFS
    text = f"Could not open '{path}': Could not open '{path}': {os.strerror(number)}"
    if number == errno.EROFS:
        said, hint = f"{path} is on a file system that is mounted read-only", "Have it mounted for writing, or copy it."
        return SnapmgrError("read-only", said, path=path, hint=hint, qemu=text)
    hint = "Check its permissions."
    return SnapmgrError("read-only", f"you may not write to {path}", path=path, hint=hint, qemu=text)


def became_shorter(name: str | Path, offset: int, path: str | Path | None = None) -> SnapmgrError:
    """A file that had bytes at ``offset`` when it was opened, and has none there any more."""
    return SnapmgrError(
        "file-changed",
        f"{name} became shorter while it was open",
        path=path,
        offset=offset,
        hint="Open it again when whoever writes it has finished.",
    )


class UsageError(SnapmgrError):
    """What the caller asked for cannot be meant: wrong words, an ambiguous image, a file that is there already."""

    exit_code = 2


class NotFound(SnapmgrError):
    """The file that was named does not exist, or the snapshot, RAM block, section or field in it."""

    exit_code = 1


class StreamError(SnapmgrError):
    """Bytes of a migration stream that cannot be what they should be.  ``offset`` is in the unpacked stream, ``newest``
    what the newest QEMUs print, where that does not follow from ``qemu`` (wire.wording)."""

    exit_code = 3
    newest: str | None = None


class Truncated(StreamError):
    """The stream ends inside a record; ``missing`` bytes were still needed at least."""

    def __init__(self, offset: int, missing: int, *, qemu: str | None = None) -> None:
        self.missing = missing
        message = f"the stream ends early: {missing} more bytes are needed"
        super().__init__("truncated", message, offset=offset, qemu=qemu)


class ImageError(SnapmgrError):
    """A disk image that is damaged beyond what was asked of it."""

    exit_code = 3


class Unsupported(SnapmgrError):
    """Sound, as far as can be told, but of a kind that is not read (yet): said by name."""

    exit_code = 3


class InUse(SnapmgrError):
    """Another process holds the file in a way that forbids the operation."""

    exit_code = 4


class Cancelled(SnapmgrError):
    """The user asked to stop."""

    exit_code = 130

    def __init__(self, message: str = "cancelled") -> None:
        super().__init__("cancelled", message)
