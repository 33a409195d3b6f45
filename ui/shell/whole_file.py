"""A file that is written whole or not at all.  For workers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from snapmgr.block.replace import refuse_used


@contextmanager
def whole_file(target: Path) -> Iterator[IO[bytes]]:
    """A temporary file beside ``target`` that becomes it when the block ends well; a link is followed.

    Raises InUse where another process uses it as an image, OSError.
    """
    refuse_used(target)
    target = Path(os.path.realpath(target))
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        refuse_used(target)  # somebody may have begun to use it meanwhile
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
