"""What the snapshots of a machine take up on all its disks, and what deleting some of them would free."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from snapmgr.block import lock
from snapmgr.block.images import open_image
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.space import ImageSpace, SnapshotSpace, space_of
from snapmgr.block.raw import RawFile
from snapmgr.errors import ImageError, InUse, SnapmgrError
from snapmgr.snapshots.model import DiskSnapshot, SnapshotRow
from snapmgr.work import CancelToken, Progress, no_progress, stoppable

MOST_METADATA = 64 << 30
"""Bytes of tables that are read where somebody waits for it."""


@dataclass(frozen=True, slots=True)
class MachineSpace:
    """``images`` by path; ``errors`` says why others are not known."""

    images: Mapping[str, ImageSpace]
    errors: Mapping[str, SnapmgrError]

    def of(self, row: SnapshotRow) -> SnapshotSpace | None:
        """What it takes up on all of its disks, None where one of them is not known."""
        parts = []
        for path, entry in row.entries.items():
            place = self._place(path, entry)
            if place is None:
                return None
            parts.append(self.images[path].of(place))
        return SnapshotSpace(
            sum(part.unique for part in parts),
            sum(part.shared for part in parts),
            sum(part.state_unique for part in parts),
            sum(part.state_shared for part in parts),
        )

    def freed_by(self, rows: Iterable[SnapshotRow]) -> int | None:
        """Bytes that are free once all of these are deleted, None where one of their disks is not known."""
        gone: dict[str, list[int]] = {}
        for row in rows:
            for path, entry in row.entries.items():
                place = self._place(path, entry)
                if place is None:
                    return None
                gone.setdefault(path, []).append(place)
        return sum(self.images[path].freed_by(places) for path, places in gone.items())

    def _place(self, path: str, entry: DiskSnapshot) -> int | None:
        """Its place in the table that was looked through, None where that was another table."""
        image = self.images.get(path)
        if image is None or entry.index >= len(image.entries):
            return None
        known = image.entries[entry.index]
        same = (known.id_text, known.name_text) == (entry.id, entry.name)
        return entry.index if same else None


def measure(
    paths: Sequence[str | Path],
    *,
    most_metadata: int = MOST_METADATA,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> MachineSpace:
    """Look through the tables of every disk; ``progress`` is told their bytes, disk by disk.

    Nobody is kept from the images meanwhile.  What cannot be looked through stands in ``errors``: InUse where another
    process writes it, ImageError ``damaged``, ``changed`` where somebody wrote to it meanwhile, and what opening it
    raises.  Raises Cancelled.
    """
    images: dict[str, ImageSpace] = {}
    errors: dict[str, SnapmgrError] = {}
    report = stoppable(progress, cancel)
    for path in paths:
        if cancel is not None:
            cancel.check()
        try:
            images[str(path)] = _measure(path, most_metadata, report)
        except SnapmgrError as error:
            if cancel is not None:
                cancel.check()  # whatever went wrong besides: nobody wants to know it any more
            error.path = error.path or str(path)
            errors[str(path)] = error.again()
    return MachineSpace(images, errors)


def _measure(path: str | Path, most_metadata: int, progress: Progress) -> ImageSpace:
    image = open_image(path, use=lock.Use.SHARE)
    try:
        before = _written(image)
        found = space_of(image, most_metadata=most_metadata, progress=progress)
        if _written(image) != before:
            raise ImageError("changed", "somebody wrote to the image while its tables were looked through", path=path)
        return found
    finally:
        image.close()


def _written(image: Qcow2Image) -> int:
    """When it was last written to, in ns.  Raises InUse while somebody may write to it."""
    if not isinstance(image.file, RawFile):
        return 0
    holder = lock.in_use_by(image.file.descriptor)
    if holder is not None:
        raise InUse("in-use", f"{image.path} is in use by {holder}: its tables are in flux", path=image.path)
    return os.fstat(image.file.descriptor).st_mtime_ns
