"""Screens of snapshots: kept when one is saved, read when somebody looks."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import numpy.typing as npt

from snapmgr.errors import SnapmgrError
from snapmgr.sidecar.keys import Key
from snapmgr.sidecar.png import to_png
from snapmgr.sidecar.records import Records
from snapmgr.snapshots.transaction import Changed


def keep_screen(saved: Changed, picture: npt.NDArray[np.uint8]) -> None:
    """Keep what the guest showed, (height, width, 3), with the snapshot that was saved on this disk.

    A snapshot is no worse without: what goes wrong is not said.
    """
    if saved.deed is not None:
        with suppress(SnapmgrError, OSError, ValueError):
            Records().put_screen(saved.deed.keys[0], to_png(picture))


def screen_of(key: Key) -> bytes | None:
    """A PNG, looked through; None where there is none any more."""
    return Records().screen(key)
