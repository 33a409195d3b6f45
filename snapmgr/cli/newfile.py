"""Files that a command writes: whole or not at all, nothing overwritten unasked, never a source or an image in use."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from snapmgr.cli.output import from_os_error, printing
from snapmgr.errors import SnapmgrError, UsageError

OUT_OF_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says when a file cannot become as large as it should."""


def check_target(
    target: str, *, force: bool, sources: Sequence[Path | None] = (), allow_roots: Sequence[Path] = ()
) -> None:
    """Refuse a target that exists (unless ``force``), is no file, is read through ``sources``, or is an image in use.

    Raises UsageError ``no-name``, ``same-file``, ``exists``, ``is-a-directory``, ``not-a-file`` or ``no-such-folder``,
    InUse, SnapmgrError for a name that cannot be, or for a file that cannot be opened to see whether it is in use.
    """
    from snapmgr.block.replace import check_replace

    if target == "-" or _is_special(target):
        return
    if not target:
        raise UsageError("no-name", "the name of the file to write is empty")
    path, there = Path(target), _exists(target)
    if path.is_dir():
        raise UsageError("is-a-directory", "is a folder; name a file to write", path=target)
    if path.is_block_device():
        raise UsageError("not-a-file", "is a block device; write to a file, then copy that", path=target)
    if not path.parent.is_dir():
        raise UsageError("no-such-folder", "there is no such folder to write into", path=path.parent)
    if not there:
        return
    check_replace(target, sources, allow_roots)
    if not force:
        raise UsageError("exists", "exists already", path=target, hint="Use --force to replace it.")


def _exists(target: str) -> bool:
    """Raises SnapmgrError where nothing of that name can ever be."""
    try:
        os.lstat(target)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _cannot_write(target, error) from error
    return True


def _cannot_write(target: str, error: OSError) -> SnapmgrError:
    error.filename, error.filename2 = target, None
    return from_os_error(error)


def _is_special(target: str) -> bool:
    """Whether ``target`` is a device or pipe, such as /dev/null: written to as it stands."""
    try:
        mode = Path(target).stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


@contextmanager
def new_path(target: str, *, force: bool) -> Iterator[Path]:
    """A temporary path beside ``target`` that becomes it when the block ends well, and vanishes when it does not.

    A link is followed: what it leads to is replaced, not the link.  A file that is replaced keeps its permissions.
    """
    if _is_special(target):
        yield Path(target)
        return
    final = Path(os.path.realpath(target))
    try:
        handle, name = tempfile.mkstemp(prefix=".snapctl-", suffix=".part", dir=final.parent)
    except OSError as error:
        raise _cannot_write(target, error) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(_mode_of(final))
        _rename(temporary, final, force=force)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def new_file(target: str, *, force: bool) -> Iterator[BinaryIO]:
    """Like new_path, opened for writing; ``-`` is standard output.  A full disk is said of ``target``."""
    if target == "-":
        refuse_terminal()
        with printing():
            sys.stdout.flush()
            yield cast(BinaryIO, sys.stdout.buffer)
        return
    with new_path(target, force=force) as path:
        try:
            with path.open("wb" if _is_special(target) else "r+b") as file:  # a pipe cannot be read from
                yield file
                file.flush()
                with suppress(OSError):  # devices cannot be synced
                    os.fsync(file.fileno())
        except OSError as error:
            if error.errno in OUT_OF_ROOM and error.filename in (None, str(path)):
                raise _cannot_write(target, error) from error
            raise


def refuse_terminal() -> None:
    """Raise UsageError rather than fill a person's terminal with raw bytes."""
    if sys.stdout.isatty():
        raise UsageError("terminal", "raw bytes are not written to a terminal", hint="Use -o FILE, or a pipe.")


def _mode_of(final: Path) -> int:
    """Permissions for the file to come: those of the one that it replaces, else as of any new file."""
    try:
        return stat.S_IMODE(final.stat().st_mode) & 0o777
    except OSError:
        current = os.umask(0)
        os.umask(current)
        return 0o666 & ~current


def _rename(temporary: Path, final: Path, *, force: bool) -> None:
    if force:
        from snapmgr.block.replace import refuse_used

        refuse_used(final)  # somebody may have begun to use it meanwhile
        temporary.replace(final)
        return
    try:
        final.hardlink_to(temporary)  # unlike a rename it never replaces what appeared meanwhile
    except FileExistsError:
        raise UsageError("exists", "exists already", path=final, hint="Use --force to replace it.") from None
    except OSError:  # a file system without hard links
        temporary.replace(final)
