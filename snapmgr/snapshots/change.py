"""Snapshots made, deleted, applied and renamed on the disks of a machine that does not run: on all of them or on none.

Every image is prepared first; only when all are ready their headers are switched, one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from snapmgr.block import lock
from snapmgr.block.images import open_image
from snapmgr.block.qcow2 import change
from snapmgr.block.qcow2.entry import NewEntry, check_name, next_id
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.block.qcow2.state_writer import StateWriter
from snapmgr.block.qcow2.tags import find_tag
from snapmgr.errors import NotFound, SnapmgrError, UsageError
from snapmgr.names import quoted
from snapmgr.work import Progress, no_progress


@dataclass(frozen=True, slots=True)
class Changed:
    """One image of those that were changed, and which snapshot of it this was about.

    ``freed`` are the bytes of the file that are not used any more: the image grows into them before it grows longer.
    """

    path: str
    id: str
    name: str
    freed: int = 0


_Plan = Callable[[Shadow], Changed]
Put = Callable[[bytes | bytearray | memoryview], object]


@dataclass(frozen=True, slots=True)
class VmState:
    """What is kept of the machine itself: ``content(put)`` puts the stream piece by piece; it goes to the image at
    ``position`` of those that the snapshot is made on.  The clock in ns of the guest; ``icount`` None = not counted."""

    content: Callable[[Put], None]
    vm_clock_nsec: int = 0
    icount: int | None = None
    position: int = 0


def create_snapshot(
    paths: Sequence[str | Path],
    name: str,
    state: VmState | None = None,
    *,
    now: Callable[[], int] = time.time_ns,
    progress: Progress = no_progress,
) -> list[Changed]:
    """Keep every disk as it is now, and the machine where there is a ``state``.

    ``name`` may hold any bytes (surrogateescape); ``now`` gives the date in ns since 1970, the same for all disks;
    ``progress`` is told bytes of tables.  Raises UsageError ``snapshot-name``, SnapmgrError ``snapshot-exists``,
    ``vm-state-too-large``, what opening and changing an image raises, and what ``state.content`` raises; no image is
    changed then.
    """
    raw = name.encode(errors="surrogateescape")
    check_name(raw)
    seconds, nanoseconds = divmod(now(), 1_000_000_000)
    positions = iter(range(len(paths)))

    def plan(shadow: Shadow) -> Changed:
        image = shadow.image
        _refuse_taken(image, name)
        new = NewEntry(next_id(image.snapshots), raw, seconds, nanoseconds, image.header.raw_size)
        tables = None
        if state is not None:
            new = replace(new, vm_clock_nsec=state.vm_clock_nsec, icount=state.icount)
            if next(positions) == state.position:
                writer = StateWriter(shadow)
                state.content(writer.write)
                tables = writer.tables()
                new = replace(new, vm_state_size=writer.size)
        change.create(shadow, new, tables, progress=progress)
        return Changed(str(image.path), new.id.decode(), name)

    return _all_or_none(paths, plan, progress)


def delete_snapshot(
    paths: Sequence[str | Path],
    tag: str,
    *,
    trim: bool = False,
    missing_ok: bool = True,
    progress: Progress = no_progress,
) -> list[Changed]:
    """Delete the snapshot from every disk that has it; with ``trim`` whatever is free in the files is given back.

    Raises NotFound ``snapshot-not-found`` where no disk has it, or without ``missing_ok`` where one has not; UsageError
    ``ambiguous-snapshot``.
    """

    def plan(shadow: Shadow) -> Changed:
        entry = _found(shadow.image, tag)
        change.delete(shadow, [entry], progress)
        return _changed(shadow, entry)

    return _all_or_none(paths, plan, progress, skip_missing=missing_ok, trim=trim)


def apply_snapshot(paths: Sequence[str | Path], tag: str, *, progress: Progress = no_progress) -> list[Changed]:
    """Make every disk what it was when the snapshot was taken.  Raises NotFound where one disk does not have it."""

    def plan(shadow: Shadow) -> Changed:
        entry = _found(shadow.image, tag)
        change.apply(shadow, entry, progress)
        return _changed(shadow, entry)

    return _all_or_none(paths, plan, progress)


def rename_snapshot(
    paths: Sequence[str | Path], tag: str, name: str, *, progress: Progress = no_progress
) -> list[Changed]:
    """Give the snapshot another name on every disk that has it.  Raises as the two above."""
    raw = name.encode(errors="surrogateescape")
    check_name(raw)

    def plan(shadow: Shadow) -> Changed:
        entry = _found(shadow.image, tag)
        if entry.name_text != name:
            _refuse_taken(shadow.image, name)
        change.rename(shadow, entry, raw)
        return _changed(shadow, entry)

    return _all_or_none(paths, plan, progress, skip_missing=True)


def _changed(shadow: Shadow, entry: SnapshotEntry) -> Changed:
    return Changed(str(shadow.image.path), entry.id_text, entry.name_text)


def _found(image: Qcow2Image, tag: str) -> SnapshotEntry:
    entries = image.snapshots
    return entries[find_tag([(entry.id_text, entry.name_text) for entry in entries], tag, str(image.path))]


def _refuse_taken(image: Qcow2Image, name: str) -> None:
    if any(entry.name_text == name for entry in image.snapshots):
        raise SnapmgrError(
            "snapshot-exists",
            f"{image.path} has a snapshot {quoted(name)} already",
            path=image.path,
            hint="Choose another name, or delete that snapshot first.",
        )


def _all_or_none(
    paths: Sequence[str | Path], plan: _Plan, progress: Progress, *, skip_missing: bool = False, trim: bool = False
) -> list[Changed]:
    """Prepare every image, then switch all; what was prepared is given up where one cannot be."""
    done: list[Changed] = []
    missing: list[NotFound] = []
    with ExitStack() as open_files:
        shadows: list[Shadow] = []
        for image in _opened(paths, open_files):
            with _about(image):
                shadows.append(change.begin(image, progress))
                open_files.callback(shadows[-1].abandon)
        for shadow in list(shadows):
            try:
                with _about(shadow.image):
                    planned = plan(shadow)
                    shadow.prepare()
            except NotFound as error:
                if not skip_missing:
                    raise
                missing.append(error)
                shadows.remove(shadow)
            else:
                done.append(replace(planned, freed=shadow.freed))
        if not shadows:
            raise missing[0]
        _switch(shadows)
        for shadow in shadows if trim else ():
            shadow.trim()
    return done


@contextmanager
def _about(image: Qcow2Image) -> Iterator[None]:
    """What goes wrong here goes wrong with this image."""
    try:
        yield
    except SnapmgrError as error:
        error.path = error.path or str(image.path)
        raise


def _opened(paths: Iterable[str | Path], open_files: ExitStack) -> list[Qcow2Image]:
    """All images, locked for writing.  Raises UsageError ``same-file`` for one that is named twice."""
    images: list[Qcow2Image] = []
    for path in paths:
        if any(Path(path).samefile(str(image.path)) for image in images):
            raise UsageError("same-file", f"{path} is named twice", path=path, hint="Name each disk once.")
        image = open_image(path, use=lock.Use.WRITE)
        open_files.callback(image.close)
        images.append(image)
    return images


def _switch(shadows: Sequence[Shadow]) -> None:
    """Switch one after the other; where one cannot be, those before go back."""
    for position, shadow in enumerate(shadows):
        try:
            shadow.commit()
        except BaseException:
            for earlier in reversed(shadows[: position + 1]):
                earlier.go_back()
            raise
