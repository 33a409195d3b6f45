"""What is to be done with snapshots, and doing it where no machine runs: in a worker, on all disks or on none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from snapmgr.snapshots.find import tags_of
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from snapmgr.work import CancelToken
from ui.models.source_list import Paths

if TYPE_CHECKING:
    from snapmgr.snapshots.switched import Switched
    from snapmgr.snapshots.transaction import Changed

_STEPS = 1000
"""Progress is told in thousandths of the whole."""


class Kind(Enum):
    """What can be done; the value is its icon."""

    SAVE = "camera"
    LOAD = "clock-counter-clockwise"
    DELETE = "trash"
    RENAME = "pencil-simple"
    UNDO = "arrow-counter-clockwise"
    """Bring back what was deleted."""
    FINISH = "check-circle"
    """Keep on the disks that lack it what they hold now."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """``machine`` is the one on show, ``paths`` those of its disks that are changed.

    ``rows`` are the snapshots that this is about (none for a new one) and ``tags`` what names them on each disk.
    ``name`` is that of a new snapshot or the new one of a renamed one (of what another process deleted: what it is
    called), ``keep_first`` that under which the disks are
    saved before another is loaded ("" for not), ``date`` that of what is saved in ns since 1970; ``trim`` gives room
    back after deleting, ``note`` is written on what is saved, which takes the place of one of its name where
    ``overwrite``.  ``switched`` is what takes a deletion back.

    ``owned``: a machine of this window has the disks open and does it itself.  It is saved while its guest runs where
    ``live`` (None: it stands anyway), and its VM state goes to the disk ``vmstate``.
    """

    kind: Kind
    machine: Paths
    paths: Paths
    rows: tuple[SnapshotRow, ...] = ()
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    name: str = ""
    keep_first: str = ""
    date: int = 0
    trim: bool = False
    note: str = ""
    overwrite: bool = False
    switched: tuple[Switched, ...] = ()
    owned: bool = False
    live: bool | None = None
    vmstate: str | None = None


def about(kind: Kind, machine: Paths, rows: Sequence[SnapshotRow], found: Snapshots, **facts: object) -> ChangeRequest:
    """A request about snapshots that are there, on every disk that has one of them."""
    tags = tags_of(rows, found)
    owned = found.owned
    return ChangeRequest(kind, machine, tuple(tags), tuple(rows), tags, owned=owned, **facts)  # type: ignore[arg-type]


def make(request: ChangeRequest, *, progress: Callable[[int, int], None], cancel: CancelToken) -> Sequence[Changed]:
    """Do it.  Raises SnapmgrError, and Cancelled while ``cancel`` is not closed: nothing is changed then."""
    from snapmgr.snapshots import change

    paths, date = request.paths, request.date
    if request.kind is Kind.SAVE:
        report = Passes(progress, 2 * len(paths))
        saved = change.create_snapshot(
            paths, request.name, overwrite=request.overwrite, now=lambda: date, progress=report, cancel=cancel
        )
        if request.note:
            from snapmgr.snapshots.notes import note_what_was_saved

            note_what_was_saved(saved, request.note)
        return saved
    if request.kind is Kind.DELETE:
        passes = len(paths) + sum(map(len, request.tags.values()))
        report = Passes(progress, passes)
        return change.delete_snapshot(paths, request.tags, trim=request.trim, progress=report, cancel=cancel)
    if request.kind is Kind.UNDO:
        from snapmgr.snapshots.deleted import forget
        from snapmgr.snapshots.undo import bring_back

        bring_back(request.switched, progress=Passes(progress, len(paths)), cancel=cancel)
        forget(request.switched)
        return []
    if request.kind is Kind.FINISH:
        from snapmgr.snapshots.finish import finish_snapshot

        lacking = len(paths) - len(request.tags)
        return finish_snapshot(paths, request.tags, progress=Passes(progress, 2 * lacking), cancel=cancel)
    if request.kind is Kind.RENAME:
        report = Passes(progress, len(paths))
        return change.rename_snapshot(paths, request.tags, request.name, progress=report, cancel=cancel)
    if request.keep_first:
        report = Passes(progress, 4 * len(paths))
        return change.apply_after_saving(
            paths, request.tags, request.keep_first, now=lambda: date, progress=report, cancel=cancel
        )
    return change.apply_snapshot(paths, request.tags, progress=Passes(progress, 2 * len(paths)), cancel=cancel)


class Passes:
    """Progress of ``passes`` passes one after the other, as one: it never goes back."""

    def __init__(self, progress: Callable[[int, int], None], passes: int) -> None:
        self._progress, self._passes = progress, passes
        self._pass, self._done, self._told = 0, 0, 0

    def __call__(self, done: int, total: int) -> None:
        if done < self._done:
            self._pass = min(self._pass + 1, self._passes - 1)
        self._done = done
        part = done / total if total else 0.0
        self._told = max(self._told, int(_STEPS * (self._pass + min(part, 1.0)) / self._passes))
        self._progress(self._told, _STEPS)
