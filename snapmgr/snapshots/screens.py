"""Screens of snapshots: kept when one is saved, read when somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from snapmgr.errors import SnapmgrError
from snapmgr.sidecar.keys import Key
from snapmgr.sidecar.png import to_png
from snapmgr.sidecar.records import SCREEN, Records
from snapmgr.sidecar.store import Store
from snapmgr.snapshots.drawn import drawn
from snapmgr.snapshots.transaction import Changed


def keep_screen(saved: Changed, picture: npt.NDArray[np.uint8]) -> None:
    """Keep what the guest showed, (height, width, 3), with the snapshot that was saved on this disk.

    A snapshot is no worse without: what goes wrong is not said.
    """
    if saved.deed is not None:
        with suppress(SnapmgrError, OSError, ValueError):
            Records(Store(quiet=True)).put_screen(saved.deed.keys[0], to_png(picture))


def screen_file(key: Key) -> Path:
    """Where that of a snapshot is kept, if it has one."""
    return Store().folder / f"{key}.{SCREEN}"


def screen_of(key: Key) -> bytes | None:
    """A PNG, looked through; None where there is none any more."""
    return screens_of([key])[0].get(key)


def screens_of(keys: Sequence[Key]) -> tuple[dict[Key, bytes], tuple[str, ...]]:
    """Those that there are, saved or made later, and files that were set aside as damaged."""
    records = Records()
    found = {key: png for key in keys if (png := records.screen(key) or drawn(key))}
    return found, tuple(records.store.damaged)
