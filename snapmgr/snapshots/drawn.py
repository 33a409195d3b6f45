"""Screens that were made from VM states, in the cache folder: a few hundred, by the key of their snapshot.

One that could not be made is kept as an empty file, so that nobody tries again at every look.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import platformdirs

from snapmgr.sidecar.keys import Key
from snapmgr.sidecar.png import MOST_BYTES, check_png

MOST = 400
"""Files that are kept; those that nobody looked at for longest go first."""
_SUFFIX = ".png"


def cache_folder() -> Path:
    return platformdirs.user_cache_path("snapmgr", appauthor=False) / "screens"


def drawn(key: Key) -> bytes | None:
    """A PNG, looked through; empty where there is none to be made; None where nobody tried yet."""
    path = cache_folder() / f"{key}{_SUFFIX}"
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if data:
            check_png(data)
        os.utime(path)
    except OSError:
        return None
    except ValueError:
        with suppress(OSError):
            path.unlink()
        return None
    return data


def keep_drawn(key: Key, png: bytes) -> None:
    """Keep one, "" for none.  A cache that cannot be written is no fault."""
    folder = cache_folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=".part-", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(png)
        Path(name).replace(folder / f"{key}{_SUFFIX}")
        _bound(folder)


def _bound(folder: Path) -> None:
    kept = sorted(((path.stat().st_mtime_ns, path) for path in folder.iterdir()), reverse=True)
    for _, path in kept[MOST:]:
        path.unlink(missing_ok=True)
