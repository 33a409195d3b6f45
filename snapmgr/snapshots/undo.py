"""Deleted snapshots brought back while nobody has written to the images since.

A change puts new tables beside the old ones and switches by the header sector, so the old tables and all that they
refer to are still there until somebody uses their clusters.  Whether anybody did is found out before: by the file's
times, its header, all of its refcounts, and a check of the whole image as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress

from snapmgr.block.device import BlockDevice, Extent
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.geometry import SECTOR
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.space import HARMLESS
from snapmgr.block.raw import RawFile
from snapmgr.errors import SnapmgrError
from snapmgr.snapshots.switched import Switched, state_of
from snapmgr.snapshots.transaction import about, open_all, switch_all
from snapmgr.work import CancelToken, Progress, no_progress, stoppable

_MOST_METADATA = 64 << 30


def bring_back(
    changes: Sequence[Switched], *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> None:
    """Make every image what it was before it was changed, or none; on stable storage when it returns.

    ``progress`` is told bytes of tables.  Raises SnapmgrError ``written-since`` where anybody wrote to one of them,
    Cancelled, and what opening an image for writing raises; nothing is changed then.
    """
    with ExitStack() as open_files:
        images = open_all([change.path for change in changes], open_files)
        switch_back(images, changes, progress=progress, cancel=cancel)


def switch_back(
    images: Sequence[Qcow2Image],
    changes: Sequence[Switched],
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> None:
    """The same for images that are open for writing, in the order of ``changes``; the file is what is looked at."""
    report = stoppable(progress, cancel)
    backs = [_Back(image, change) for image, change in zip(images, changes, strict=True)]
    for back in backs:
        with about(back.image):
            back.verify(report)
    if cancel is not None:
        cancel.close()
    switch_all(backs, disks=False)
    for back in backs:
        back.shorten()


class _Back:
    """One image on its way back: what ``switch_all`` asks of a shadow."""

    def __init__(self, image: Qcow2Image, change: Switched) -> None:
        file = image.file
        assert isinstance(file, RawFile), "images are opened from files"
        self.image, self._file, self._change = image, file, change

    @property
    def old_sector(self) -> bytes:
        return self._change.after

    @property
    def new_sector(self) -> bytes:
        return self._change.before

    def verify(self, progress: Progress) -> None:
        """Raise SnapmgrError ``written-since`` unless all is as the change left it."""
        sector = bytearray(SECTOR)
        self._file.pread_into(0, memoryview(sector))
        if bytes(sector) != self._change.after or state_of(self.image, self._file) != self._change.state:
            raise self._too_late()
        before = Qcow2Image(_Under(self._file, self._change.before), path=self.image.path)
        checked = check_image(before, most_metadata=_MOST_METADATA, others=False, progress=progress)
        if not checked.complete or any(problem.code not in HARMLESS for problem in checked.problems):
            raise self._too_late()

    def _too_late(self) -> SnapmgrError:
        return SnapmgrError(
            "written-since",
            f"{self.image.path} was written to since the snapshot was deleted: what it held may be overwritten",
            path=self.image.path,
            hint="A deletion can be undone only while nobody has used the image.",
        )

    def commit(self) -> None:
        self._write(self._change.before)

    def go_back(self) -> None:
        self._write(self._change.after)

    def _write(self, sector: bytes) -> None:
        self._file.pwrite(0, [memoryview(sector)])
        self._file.flush()

    def shorten(self) -> None:
        """The new tables may have made the file longer: nothing refers to them any more."""
        if self._file.size > self._change.length:
            with suppress(SnapmgrError):
                self._file.resize(self._change.length)


class _Under(BlockDevice):
    """A file as it would be with another header sector."""

    def __init__(self, file: RawFile, sector: bytes) -> None:
        self._file, self._sector = file, sector

    @property
    def size(self) -> int:
        return self._file.size

    @property
    def read_only(self) -> bool:
        return True

    def pread_into(self, offset: int, buffer: memoryview) -> None:
        self._file.pread_into(offset, buffer)
        if offset < len(self._sector):
            part = self._sector[offset : offset + len(buffer)]
            buffer[: len(part)] = part

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        raise SnapmgrError("read-only", "this is only looked at")

    def extents(self, offset: int, length: int) -> Iterator[Extent]:
        return self._file.extents(offset, length)

    def flush(self) -> None:
        """Nothing is ever written."""

    def close(self) -> None:
        """The file belongs to somebody else."""
