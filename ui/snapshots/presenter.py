"""Engine calls of the Snapshots view: listing, who uses a disk, the machine that a VM state names, exporting,
changing."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from snapmgr.errors import SnapmgrError
from snapmgr.snapshots.phase import Phase
from snapmgr.work import CancelToken
from ui.compare.comparing import CompareRequest, Comparison, compare
from ui.shell.tasks import Tasks
from ui.shell.turns import TurnsOf
from ui.shell.watch import Stamps, stamps_of
from ui.snapshots.change_request import ChangeRequest, make

if TYPE_CHECKING:
    from snapmgr.jobs.control import JobControl
    from snapmgr.snapshots.deleted import Deletion
    from snapmgr.snapshots.export import ExportResult
    from snapmgr.snapshots.model import Snapshots
    from snapmgr.snapshots.transaction import Changed

HEAD = 4096
"""Bytes of a VM state that hold its configuration section, if it has one."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Write the disk ``image`` as of the snapshot ``tag`` (None: as it is now) to ``target``, in ``form``; ``replace``
    where somebody was told that a file is there already."""

    image: str
    tag: str | None
    target: Path
    form: str
    replace: bool = False


class Presenter:
    """``roots`` answers the folders that backing files may lie in beside the image's own."""

    def __init__(self, tasks: Tasks, roots: Callable[[], Sequence[Path]]) -> None:
        self._tasks = tasks
        self._roots = roots
        self._alone = TurnsOf()
        """Of the images, held by whoever locks one: our own reading would keep our own writing off."""

    async def read(self, paths: Sequence[str]) -> Snapshots:
        """The snapshots of a machine with these disks.

        Raises SnapmgrError where none of them can be listed: what is wrong with the first one.
        """
        return await self._tasks.run_in_worker(read_list, tuple(paths), tuple(self._roots()))

    async def stamps(self, paths: Sequence[str]) -> Stamps:
        """What the files are now, to tell later whether they changed.  Raises OSError where nobody can tell."""
        return await self._tasks.run_in_worker(stamps_of, tuple(paths))

    async def last_deletion(self, paths: Sequence[str]) -> Deletion | None:
        """What was deleted last from these images by whomever, as far as that was noted."""
        return await self._tasks.run_in_worker(last_deletion, tuple(paths))

    async def machine(self, source: str) -> str:
        """Machine type that the VM state names, "" where it names none or cannot be read."""
        async with self.alone([source.rpartition("@")[0]]):
            return await self._tasks.run_in_worker(machine_type, source, tuple(self._roots()))

    def alone(self, paths: Sequence[str]) -> AbstractAsyncContextManager[None]:
        """Have these images to oneself: nothing else of the window locks them meanwhile."""
        return self._alone.all_of(paths)

    async def compare(
        self, request: CompareRequest, progress: Callable[[int, int], None], cancel: CancelToken
    ) -> Comparison:
        """Compare two snapshots.  Raises Cancelled; whatever else goes wrong is part of the answer."""
        async with self.alone(request.paths):
            return await self._tasks.run_in_worker(
                compare, request, tuple(self._roots()), progress=progress, cancel=cancel
            )

    async def export(
        self, request: ExportRequest, progress: Callable[[int, int], None], cancel: CancelToken
    ) -> ExportResult:
        """Write a disk out.  Raises SnapmgrError, OSError; Cancelled leaves nothing behind."""
        async with self.alone([request.image]):
            return await self._tasks.run_in_worker(
                write_disk, request, tuple(self._roots()), progress=progress, cancel=cancel
            )


def change_work(request: ChangeRequest) -> Callable[[JobControl], Sequence[Changed]]:
    """Change snapshots on all disks or on none, as a job.  Raises SnapmgrError, OSError, Cancelled."""

    def work(control: JobControl) -> Sequence[Changed]:
        control.stage(Phase.DISKS, 0)
        return make(request, progress=control.progress, cancel=control.cancel)

    return work


def read_list(paths: Sequence[str], roots: Sequence[Path]) -> Snapshots:
    from snapmgr.snapshots.beside import with_beside
    from snapmgr.snapshots.list import list_snapshots

    return with_beside(list_snapshots(paths, allow_roots=roots))


def last_deletion(paths: Sequence[str]) -> Deletion | None:
    from snapmgr.snapshots import deleted

    try:
        return deleted.last_deletion(paths)
    except (SnapmgrError, OSError):  # a note that cannot be read keeps no list from being shown
        return None


def find_holders(paths: Sequence[str]) -> tuple[str | None, ...]:
    """Who has each disk open; a file that is gone is used by nobody."""
    from snapmgr.block.lock import in_use_by

    found: list[str | None] = []
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            found.append(None)
            continue
        try:
            found.append(in_use_by(descriptor))
        finally:
            os.close(descriptor)
    return tuple(found)


def machine_type(source: str, roots: Sequence[Path]) -> str:
    """Reads the first bytes of a VM state: its configuration section begins with the name of the machine type."""
    from snapmgr.containers.open import open_source

    try:
        opened = open_source(source, allow_roots=roots)
    except (SnapmgrError, OSError):
        return ""
    try:
        return machine_in_head(bytes(opened.read(0, HEAD)))
    except (SnapmgrError, OSError):
        return ""
    finally:
        opened.close()


def machine_in_head(head: bytes) -> str:
    """The machine type named in the first bytes of a stream, "" where there is none."""
    from snapmgr.wire.constants import MAGIC, RecordType

    if not head.startswith(MAGIC) or head[8:9] != bytes([RecordType.CONFIGURATION]):
        return ""
    length = int.from_bytes(head[9:13])
    name = head[13 : 13 + length]
    return name.decode("utf-8", "surrogateescape") if 0 < length == len(name) <= 256 else ""


def write_disk(
    request: ExportRequest, roots: Sequence[Path], *, progress: Callable[[int, int], None], cancel: CancelToken
) -> ExportResult:
    """Write the disk; the file appears whole or not at all."""
    from snapmgr.snapshots.export import export_disk

    return export_disk(
        Path(request.image),
        request.tag,
        request.target,
        format=request.form,
        overwrite=request.replace,
        allow_roots=roots,
        progress=progress,
        cancel=cancel,
    )
