"""Snapshots made, deleted, applied and renamed on the disks of a machine that stands: on all of them or on none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from snapmgr.block.qcow2 import change
from snapmgr.snapshots import plans
from snapmgr.snapshots.plans import VmState
from snapmgr.snapshots.transaction import Changed, Plan, change_all, open_all
from snapmgr.work import CancelToken, Progress, no_progress


def create_snapshot(
    paths: Sequence[str | Path],
    name: str,
    state: VmState | None = None,
    *,
    now: Callable[[], int] = time.time_ns,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Keep every disk as it is now, and the machine where there is a ``state``.

    ``now`` gives the date in ns since 1970, the same for all disks; ``progress`` is told bytes of tables.  ``cancel``,
    here and below, counts until the first image is switched.  Raises as ``plans.creating`` and its plan, Cancelled, and
    what opening and changing an image raises; no image is changed then.
    """
    return _on_all(paths, plans.creating(name, now(), state, progress=progress), progress, cancel=cancel)


def delete_snapshot(
    paths: Sequence[str | Path],
    tag: str,
    *,
    trim: bool = False,
    missing_ok: bool = True,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Delete the snapshot from every disk that has it; with ``trim`` whatever is free in the files is given back.

    Raises NotFound ``snapshot-not-found`` where no disk has it, or without ``missing_ok`` where one has not; UsageError
    ``ambiguous-snapshot``.
    """
    return _on_all(paths, plans.deleting(tag, progress), progress, skip_missing=missing_ok, trim=trim, cancel=cancel)


def apply_snapshot(
    paths: Sequence[str | Path], tag: str, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> list[Changed]:
    """Make every disk what it was when the snapshot was taken.  Raises NotFound where one disk does not have it."""
    return _on_all(paths, plans.applying(tag, progress), progress, cancel=cancel)


def rename_snapshot(
    paths: Sequence[str | Path], tag: str, name: str, *, progress: Progress = no_progress
) -> list[Changed]:
    """Give the snapshot another name on every disk that has it.  Raises as the two above."""
    return _on_all(paths, plans.renaming(tag, name), progress, skip_missing=True)


def _on_all(
    paths: Sequence[str | Path],
    plan: Plan,
    progress: Progress,
    *,
    skip_missing: bool = False,
    trim: bool = False,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    with ExitStack() as open_files:
        images = open_all(paths, open_files)
        return change_all(
            images,
            lambda image: change.begin(image, progress),
            plan,
            skip_missing=skip_missing,
            trim=trim,
            cancel=cancel,
        )
