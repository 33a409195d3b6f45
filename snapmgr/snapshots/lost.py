"""An image that is open, and whose name leads elsewhere by now: what is written to it is gone once it is closed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.shadow import DELETED_HINT
from snapmgr.block.raw import RawFile, identity_of
from snapmgr.errors import SnapmgrError

_MOVED_HINT = "Move it back while it is open, then try again: what is written to it now would be lost with it."


def refuse_lost(images: Iterable[Qcow2Image]) -> None:
    """Raise SnapmgrError ``image-lost`` where an open image was moved or deleted, or another file has its name."""
    for image in images:
        if not isinstance(image.file, RawFile):
            continue
        found = identity_of(Path(str(image.path)))
        if found == image.file.identity:
            continue
        if found is None:
            said = f"{image.path} is gone: the file that is open was moved or deleted"
        else:
            said = f"another file is called {image.path} now: the one that is open was moved or deleted"
        raise SnapmgrError(
            "image-lost",
            said,
            path=image.path,
            hint=DELETED_HINT if image.file.is_deleted() else _MOVED_HINT,
        )
