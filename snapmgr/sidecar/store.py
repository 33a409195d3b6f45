"""Files of the sidecar: a small one for each fact, so that no two processes ever write to the same one in turns.

A file appears whole, under its name, or not at all.  One that is not what it should be is set aside and read as if it
were not there; ``damaged`` says so.  Nobody waits for anybody: there is no lock that a stopped process could hold.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

from snapmgr.errors import SnapmgrError

LONGEST = 64 << 10
"""Bytes of a file that is not a picture."""
_ASIDE = "damaged"
_MOST_ASIDE = 20
"""Damaged files that are kept."""

T = TypeVar("T")


def sidecar_folder() -> Path:
    """Where they are: ``snapmgr/sidecar`` in the user's data folder."""
    return platformdirs.user_data_path("snapmgr", appauthor=False) / "sidecar"


class Store:
    """The files in one folder, which is made when the first is written.

    ``quiet`` is for who has nobody to tell: what is damaged stays where it is, for who has.
    """

    def __init__(self, folder: Path | None = None, *, quiet: bool = False) -> None:
        self.folder = folder or sidecar_folder()
        self._quiet = quiet
        self.damaged: list[str] = []
        """Files that were set aside, in the order in which they were met."""

    def names(self) -> frozenset[str]:
        """All files there are; none where the folder cannot be read."""
        try:
            return frozenset(os.listdir(self.folder))  # noqa: PTH208 - names alone, of many thousands
        except OSError:
            return frozenset()

    def read(self, name: str, parse: Callable[[bytes], T], longest: int = LONGEST) -> T | None:
        """What ``parse`` makes of a file, None where there is none or an empty one, as a power cut leaves what was
        written just before; ValueError of it says that the file is damaged.
        """
        try:
            data = self._bytes(name, longest)
            return parse(data) if data else None
        except (ValueError, KeyError, TypeError, RecursionError):
            self._set_aside(name)
            return None
        except OSError:  # the disk does not give it out: that says nothing against the file
            return None

    def read_facts(self, name: str, parse: Callable[[dict[str, Any]], T]) -> T | None:
        """The same for a JSON object."""
        return self.read(name, lambda data: parse(_object(data)))

    def _bytes(self, name: str, longest: int) -> bytes | None:
        """Raises ValueError for what is no file of ours: a pipe, a folder, one that is too long."""
        try:
            descriptor = os.open(self.folder / name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _NOT_OURS:
                raise ValueError("no plain file") from error
            return None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ValueError("no plain file")
            data = _all(descriptor, longest + 1)
        finally:
            os.close(descriptor)
        if len(data) > longest:
            raise ValueError("too long")
        return data

    def _set_aside(self, name: str) -> None:
        if self._quiet:
            return
        aside = self.folder / _ASIDE
        with suppress(OSError):
            aside.mkdir(exist_ok=True)
            (self.folder / name).rename(aside / name)
            old = sorted(aside.iterdir(), key=lambda one: one.lstat().st_mtime_ns)
            for one in old[:-_MOST_ASIDE]:
                one.unlink()
        self.damaged.append(name)

    def write_facts(self, name: str, facts: dict[str, Any], *, lasting: bool = True) -> None:
        """Raises as ``write``."""
        self.write(name, json.dumps(facts).encode(), lasting=lasting)

    def write(self, name: str, data: bytes, *, lasting: bool = True) -> None:
        """Whole, in the place of what was there, and where ``lasting`` on stable storage when it returns.

        Raises SnapmgrError ``sidecar``.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, begun = tempfile.mkstemp(".part", dir=self.folder)
            temporary = Path(begun)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    if lasting:
                        os.fsync(descriptor)
                temporary.replace(self.folder / name)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
            if lasting:
                self._sync_folder()
        except OSError as error:
            raise SnapmgrError(
                "sidecar",
                f"nothing could be noted about the snapshot: {error.strerror or error}",
                path=self.folder / name,
                hint="Look whether the folder can be written to and has room.",
            ) from error

    def _sync_folder(self) -> None:
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def remove(self, name: str) -> None:
        with suppress(OSError):
            (self.folder / name).unlink()


_NOT_OURS = {errno.ELOOP, errno.EISDIR, errno.ENXIO}
"""A link, a folder, a socket."""


def _all(descriptor: int, most: int) -> bytes:
    parts: list[bytes] = []
    while most and (part := os.read(descriptor, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _object(data: bytes) -> dict[str, Any]:
    found = json.loads(data)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
