"""A file that is written under a temporary name beside its own, and takes it only when it is complete."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path
from types import TracebackType

from snapmgr.block.replace import refuse_used
from snapmgr.errors import SnapmgrError, UsageError

_LONGEST_PREFIX = 80


def _short(name: str) -> str:
    """At most so many bytes of the name that more can follow it: a file system counts bytes, 255 of them."""
    return os.fsdecode(os.fsencode(name)[:_LONGEST_PREFIX])


class NewFile:
    """``with NewFile(path) as new``: write to ``new.descriptor``; leaving well makes it ``path``, else it vanishes.

    A link is followed: what it leads to is replaced.  A file that is replaced hands down its permissions.  On leaving,
    the contents are on stable storage before the name is taken.
    """

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        self.path = path
        self._overwrite = overwrite
        self._final = Path(os.path.realpath(path))
        self._temporary = self._final.parent / f".{_short(path.name)}.{secrets.token_hex(6)}.part"
        self.descriptor = -1

    def __enter__(self) -> NewFile:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            self.descriptor = os.open(self._temporary, flags, 0o666)
        except OSError as error:
            raise SnapmgrError(
                "cannot-write",
                f"{self.path} cannot be written: {error.strerror}",
                path=self.path,
                hint="Choose a folder that you may write to.",
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                os.fsync(self.descriptor)
                self._take_name()
        except OSError as problem:
            raise SnapmgrError(
                "cannot-write", f"{self.path} cannot be written: {problem.strerror}", path=self.path
            ) from problem
        finally:
            os.close(self.descriptor)
            with contextlib.suppress(FileNotFoundError):
                self._temporary.unlink()

    def _take_name(self) -> None:
        if self._overwrite:
            refuse_used(self._final)  # somebody may have begun to use it meanwhile
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(self.descriptor, stat.S_IMODE(self._final.stat().st_mode) & 0o777)
            self._temporary.replace(self._final)
            return
        try:
            self._final.hardlink_to(self._temporary)  # unlike a rename it never replaces what appeared meanwhile
        except FileExistsError:
            raise UsageError("exists", f"{self.path} exists already", path=self.path) from None
        except OSError:  # a file system without hard links
            self._temporary.replace(self._final)
