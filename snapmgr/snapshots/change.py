"""Snapshots made, deleted, applied and renamed on the disks of a machine that stands: on all of them or on none.

``progress`` is told bytes of tables, once per image for looking through it and once more for the change.  With a
``cancel`` the change can be stopped until the first header is switched; the token is closed then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.errors import SnapmgrError
from snapmgr.names import quoted
from snapmgr.snapshots import plans
from snapmgr.snapshots.deleted import remember
from snapmgr.snapshots.plans import Tags, VmState
from snapmgr.snapshots.transaction import Changed, Plan, begin, change_all, open_all
from snapmgr.work import CancelToken, Progress, no_progress, stoppable


def create_snapshot(
    paths: Sequence[str | Path],
    name: str,
    state: VmState | None = None,
    *,
    overwrite: bool = False,
    now: Callable[[], int] = time.time_ns,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Keep every disk as it is now, and the machine where there is a ``state``.

    With ``overwrite`` it takes the place of those of that name, once it is complete.  ``now`` gives the date in ns
    since 1970, the same for all disks; ``progress`` is told bytes of tables.  ``cancel``, here and below, counts until
    the first image is switched.  Raises as ``plans.creating`` and its plan, Cancelled, and
    what opening and changing an image raises; no image is changed then.
    """
    report = stoppable(progress, cancel)
    return _on_all(paths, _creating(name, now(), state, report, overwrite=overwrite), report, cancel)


def delete_snapshot(
    paths: Sequence[str | Path],
    tags: Tags,
    *,
    trim: bool = False,
    missing_ok: bool = True,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Delete the snapshot from every disk that has it, or several in one go where ``tags`` names them disk by disk;
    with ``trim`` whatever is free in the files is given back.  Without it ``undo.bring_back`` undoes it, and
    ``deleted.undo_last`` in another process.

    Raises NotFound ``snapshot-not-found`` where no disk has it, or without ``missing_ok`` where one has not; UsageError
    ``ambiguous-snapshot``.
    """
    report = stoppable(progress, cancel)
    plan = plans.deleting(tags, report)
    done = _on_all(paths, lambda _: plan, report, cancel, skip_missing=missing_ok, trim=trim, undoable=True)
    remember(done)
    return done


def apply_snapshot(
    paths: Sequence[str | Path],
    tags: Tags,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Make every disk what it was when the snapshot was taken.  Raises NotFound where one disk does not have it."""
    report = stoppable(progress, cancel)
    return _on_all(paths, lambda _: plans.applying(tags, report), report, cancel)


def apply_after_saving(
    paths: Sequence[str | Path],
    tags: Tags,
    name: str,
    *,
    now: Callable[[], int] = time.time_ns,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Keep every disk as it is now as a snapshot ``name``, then make it what it was.

    Where the second cannot be done the first is taken back: no image is changed then either.  Raises as the two.
    """
    report = stoppable(progress, cancel)
    saved = _on_all(paths, _creating(name, now(), None, report), report)
    try:
        return apply_snapshot(paths, tags, progress=progress, cancel=cancel)
    except BaseException as error:
        _take_back(saved, name, error)
        raise


def _take_back(saved: Sequence[Changed], name: str, error: BaseException) -> None:
    """Delete what was saved; where not even that can be done, ``error`` says that it is still there."""
    try:
        delete_snapshot([one.path for one in saved], {one.path: [f"id:{one.id}"] for one in saved})
    except SnapmgrError:
        if isinstance(error, SnapmgrError):
            error.hint = f"The snapshot {quoted(name)} was made before, and is still there."


def rename_snapshot(
    paths: Sequence[str | Path],
    tags: Tags,
    name: str,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Give the snapshot another name on every disk that has it.  Raises as the two above."""
    report = stoppable(progress, cancel)
    return _on_all(paths, lambda _: plans.renaming(tags, name), report, cancel, skip_missing=True)


PlanOf = Callable[[Sequence[Qcow2Image]], Plan]
"""What is to be done, once the images are open that it is done on."""


def _creating(name: str, now: int, state: VmState | None, report: Progress, *, overwrite: bool = False) -> PlanOf:
    return lambda images: plans.creating(
        name, now, state, new_id=plans.common_id(images), overwrite=overwrite, progress=report
    )


def _on_all(
    paths: Sequence[str | Path],
    plan: PlanOf,
    progress: Progress,
    cancel: CancelToken | None = None,
    *,
    skip_missing: bool = False,
    trim: bool = False,
    undoable: bool = False,
) -> list[Changed]:
    with ExitStack() as open_files:
        images = open_all(paths, open_files)
        return change_all(
            images,
            lambda image: begin(image, progress),
            plan(images),
            skip_missing=skip_missing,
            trim=trim,
            undoable=undoable,
            cancel=cancel,
        )
