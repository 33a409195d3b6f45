"""Whether a file may take the place of another: never that of what it is read from, nor of an image in use.

A rename asks nobody: the process that has the old file open goes on writing into what no longer has a name, and an
overlay whose base is gone is lost.  So whoever writes files asks here first, and once more before it takes the name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from snapmgr.block import lock
from snapmgr.block.backing import MAX_DEPTH, Chain
from snapmgr.block.images import format_of
from snapmgr.block.qcow2.opening import read_metadata
from snapmgr.block.raw import Identity, RawFile, identity_of
from snapmgr.errors import InUse, NotFound, SnapmgrError, UsageError

_MOST_FILES = 4 * MAX_DEPTH


def check_replace(
    target: str | Path, sources: Iterable[str | Path | None] = (), allow_roots: Iterable[Path] = ()
) -> None:
    """Refuse to replace ``target`` by what is read from ``sources``; nothing is refused where no such file exists.

    Raises UsageError ``same-file`` (see ``read_from``) or ``not-a-file``, InUse with the holder's name and pid,
    SnapmgrError ``cannot-tell`` where the file cannot be opened to find out.
    """
    path = Path(target)
    if not path.exists():
        return
    if not path.is_file():
        raise UsageError("not-a-file", f"{path} is no ordinary file", path=path, hint="Choose another name.")
    if read_from(path, sources, allow_roots) is not None:
        raise UsageError("same-file", f"{path} is a file that is being read", path=path, hint="Choose another name.")
    refuse_used(path)


def refuse_used(target: Path) -> None:
    """Raise InUse where another process holds ``target`` as an image, SnapmgrError ``cannot-tell``."""
    holder = used_by(target)
    if holder is not None:
        raise InUse(
            "in-use",
            f"{target} is in use by {holder}",
            path=target,
            hint="Choose another name, or shut down the machine that uses it.",
        )


def used_by(target: Path) -> str | None:
    """Who holds ``target`` as an image (``qemu-system-x86, 4711``); None = nobody, or there is no such file.

    Raises SnapmgrError ``cannot-tell`` where it cannot be opened.
    """
    try:
        file = RawFile.open(target)
    except NotFound:
        return None
    except SnapmgrError as error:
        raise SnapmgrError(
            "cannot-tell",
            f"{target} may be in use, and cannot be opened to find out",
            path=target,
            hint="Choose another name, or remove it first.",
        ) from error
    try:
        return lock.in_use_by(file.descriptor)
    finally:
        file.close()


def read_from(target: Path, sources: Iterable[str | Path | None], allow_roots: Iterable[Path] = ()) -> Path | None:
    """The file that ``target`` is, under whatever name, among ``sources`` and all that they stand on.

    That is, of an image, each backing file down to the last, and each external data file.
    """
    wanted = identity_of(target)
    roots = tuple(allow_roots)
    if wanted is None:
        return None
    files = (file for source in sources if source is not None for file in files_of(Path(source), roots))
    return next((path for path in files if identity_of(path) == wanted), None)


def files_of(image: Path, allow_roots: Iterable[Path] = ()) -> Iterator[Path]:
    """``image`` and every file that it needs, as far as they can be read; files that are no image stand alone.

    Those outside the allowed folders are named too, but not opened to see what they need in turn.
    """
    chain = Chain.of(image, allow_roots)
    pending, seen = [image], set[Identity]()
    while pending and len(seen) < _MOST_FILES:
        path = pending.pop()
        identity = identity_of(path)
        if identity is None or identity in seen:
            continue
        seen.add(identity)
        yield path
        if len(seen) == 1 or _may_open(chain, path):
            pending.extend(path.parent / name for name in _named_in(path))


def _may_open(chain: Chain, path: Path) -> bool:
    try:
        chain.resolve(str(path.absolute()), path)
    except SnapmgrError:
        return False
    return True


def _named_in(path: Path) -> list[str]:
    """The names of backing and data file that stand in the header of ``path``."""
    try:
        file = RawFile.open(path)
    except SnapmgrError:
        return []
    try:
        if format_of(file) != "qcow2":
            return []
        found = read_metadata(file)
    except SnapmgrError:  # nothing is read through an image that cannot be opened
        return []
    finally:
        file.close()
    names = (found.backing_name, found.extensions.data_file)
    return [plain for name in names if name for plain in _plain(name)]


def _plain(name: str) -> list[str]:
    """File names in what QEMU takes as a name: a path, ``file:PATH``, or ``json:`` with paths as ``filename``."""
    if not name.startswith("json:"):
        return [name.removeprefix("file:")]
    try:
        return [text.removeprefix("file:") for text in _file_names(json.loads(name.removeprefix("json:")))]
    except (ValueError, RecursionError):
        return []


def _file_names(value: Any) -> Iterator[str]:
    """Every ``filename``, also as ``file.filename``; the text has 1023 bytes at most, so it is not deep."""
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if isinstance(inner, str) and key.rpartition(".")[2] == "filename":
            yield inner
        yield from _file_names(inner)
