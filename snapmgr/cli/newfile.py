"""Files that a command writes: whole or not at all, nothing overwritten unasked, never the source."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from snapmgr.errors import UsageError


def check_target(target: str, *, force: bool, sources: Sequence[Path | None] = ()) -> None:
    """Refuse a target that exists (unless ``force``), is a folder, or is one of the ``sources``.

    Raises UsageError ``same-file``, ``exists``, ``is-a-directory`` or ``no-such-folder``.
    """
    if target == "-" or _is_special(target):
        return
    path = Path(target)
    if path.is_dir():
        raise UsageError("is-a-directory", "is a folder; name a file to write", path=target)
    if not path.parent.is_dir():
        raise UsageError("no-such-folder", "there is no such folder to write into", path=path.parent)
    if not os.path.lexists(target):
        return
    for source in sources:
        if source is not None and source.exists() and path.exists() and path.samefile(source):
            raise UsageError("same-file", "is the file that is being read; name another to write", path=target)
    if not force:
        raise UsageError("exists", "exists already", path=target, hint="Use --force to replace it.")


def _is_special(target: str) -> bool:
    """Whether ``target`` is a device or pipe, such as /dev/null: written to as it stands."""
    try:
        mode = Path(target).stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


@contextmanager
def new_path(target: str, *, force: bool) -> Iterator[Path]:
    """A temporary path beside ``target`` that becomes it when the block ends well, and vanishes when it does not."""
    if _is_special(target):
        yield Path(target)
        return
    final = Path(target)
    handle, name = tempfile.mkstemp(prefix=f".{final.name[:100]}.", suffix=".part", dir=final.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        _rename(temporary, final, force=force)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def new_file(target: str, *, force: bool) -> Iterator[BinaryIO]:
    """Like new_path, opened for writing; ``-`` is standard output."""
    if target == "-":
        refuse_terminal()
        sys.stdout.flush()
        yield cast(BinaryIO, sys.stdout.buffer)
        return
    with new_path(target, force=force) as path:
        with path.open("r+b") as file:
            yield file
            file.flush()
            with suppress(OSError):  # devices cannot be synced
                os.fsync(file.fileno())


def refuse_terminal() -> None:
    """Raise UsageError rather than fill a person's terminal with raw bytes."""
    if sys.stdout.isatty():
        raise UsageError("terminal", "raw bytes are not written to a terminal", hint="Use -o FILE, or a pipe.")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _rename(temporary: Path, final: Path, *, force: bool) -> None:
    if force:
        temporary.replace(final)
        return
    try:
        final.hardlink_to(temporary)  # unlike a rename it never replaces what appeared meanwhile
    except FileExistsError:
        raise UsageError("exists", "exists already", path=final, hint="Use --force to replace it.") from None
    except OSError:  # a file system without hard links
        temporary.replace(final)
