"""Space that nothing in an image uses any more, given back to the disk that the image is on.

An image stays as long as it once was, whatever QEMU deletes in it, and so it does here while that may be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from snapmgr.snapshots.transaction import about, begin, open_all, taken_up
from snapmgr.work import CancelToken, Progress, no_progress, stoppable


@dataclass(frozen=True, slots=True)
class Trimmed:
    """One image, the bytes that it took up on its disk, and those that it takes up now."""

    path: str
    before: int
    after: int


def trim_images(
    paths: Sequence[str | Path], *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> list[Trimmed]:
    """Punch holes where no cluster is in use, and cut the file behind the last that is.

    No table is written; what was deleted before cannot be brought back afterwards.  All images are looked through
    before the first is touched.  Raises as ``change.begin``, SnapmgrError ``cannot-write``, Cancelled.
    """
    report = stoppable(progress, cancel)
    with ExitStack() as stack:
        shadows = []
        for image in open_all(paths, stack):
            with about(image):
                shadows.append(begin(image, report))
        if cancel is not None:
            cancel.close()
        done = []
        for shadow in shadows:
            path = str(shadow.image.path)
            before = taken_up(path)
            with about(shadow.image):
                shadow.trim()
            done.append(Trimmed(path, before, taken_up(path)))
    return done
