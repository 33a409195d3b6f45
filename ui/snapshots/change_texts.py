"""What a change of snapshots is called while it runs, and how it is said to have ended.  Pure text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from snapmgr.errors import SnapmgrError
from snapmgr.names import visible_text
from snapmgr.snapshots.model import SnapshotRow
from ui.isolation import isolated
from ui.models.names import quoted
from ui.shell import formats
from ui.shell.failures import Failure, describe
from ui.snapshots.change_request import ChangeRequest, Kind
from ui.words import plural, tr

if TYPE_CHECKING:
    from snapmgr.snapshots.machine import Saved
    from snapmgr.snapshots.transaction import Changed


def subject(request: ChangeRequest) -> str:
    """“before-update”, or how many."""
    if request.kind is Kind.SAVE:
        return quoted(request.name)
    return rows_text(request.rows) or request.name


def rows_text(rows: Sequence[SnapshotRow]) -> str:
    """The name of one snapshot, or how many there are."""
    if len(rows) == 1:
        return quoted(rows[0].name, rows[0].id)
    return plural("{n} snapshot", "{n} snapshots", len(rows)) if rows else ""


def noted_text(name: str, count: int) -> str:
    """The same of a deletion that was noted, 0 where that was not counted."""
    if count == 1:
        return quoted(name)
    return plural("{n} snapshot", "{n} snapshots", count) if count else tr("what was deleted")


def running(request: ChangeRequest) -> str:
    """What it is called while it runs."""
    what = subject(request)
    if request.kind is Kind.SAVE:
        return tr("Saving {snapshot}", snapshot=what)
    if request.kind is Kind.LOAD:
        return tr("Loading {snapshot}", snapshot=what)
    if request.kind is Kind.DELETE:
        return tr("Deleting {snapshot}", snapshot=what)
    if request.kind is Kind.UNDO:
        return tr("Bringing back {snapshot}", snapshot=what)
    if request.kind is Kind.FINISH:
        return tr("Finishing {snapshot}", snapshot=what)
    return tr("Renaming {snapshot}", snapshot=what)


def done(request: ChangeRequest) -> str:
    """What it is called when it went well."""
    what = subject(request)
    if request.kind is Kind.SAVE:
        return tr("Saved {snapshot}", snapshot=what)
    if request.kind is Kind.LOAD:
        return tr("Loaded {snapshot}", snapshot=what)
    if request.kind is Kind.DELETE:
        return tr("Deleted {snapshot}", snapshot=what)
    if request.kind is Kind.UNDO:
        return tr("Brought back {snapshot}", snapshot=what)
    if request.kind is Kind.FINISH:
        return tr("Finished {snapshot}", snapshot=what)
    return tr("Renamed {snapshot} to {name}", snapshot=what, name=quoted(request.name))


def disks_of(outcome: Sequence[Changed] | Saved) -> Sequence[Changed]:
    """What became of each disk."""
    from snapmgr.snapshots.machine import Saved  # here, since it brings numpy: the first paint has no use for it

    return outcome.devices if isinstance(outcome, Saved) else outcome


def result(request: ChangeRequest, outcome: Sequence[Changed] | Saved, units: formats.Units) -> str:
    """What is on disk now."""
    from snapmgr.snapshots.machine import Saved

    if isinstance(outcome, Saved):
        size = formats.size(outcome.vm_state_size, units)
        if request.live is None:
            return tr("VM state {size}", size=size)
        stood = formats.grouped(-(-(outcome.stood + outcome.waited) // 1_000_000))
        return tr("VM state {size}, the guest stood still for {ms} ms", size=size, ms=stood)
    changed, count = outcome, len(outcome)
    if request.kind is Kind.LOAD and request.owned:
        return tr("The machine is what it was then")
    if request.kind is Kind.SAVE:
        return plural("On one disk, disk only", "On {n} disks, disk only", count)
    if request.kind is Kind.LOAD:
        said = plural("The disk is what it was then.", "{n} disks are what they were then.", count)
        if not request.keep_first:
            return said
        return " ".join((said, tr("What was there before is kept as {snapshot}.", snapshot=quoted(request.keep_first))))
    if request.kind is Kind.DELETE:
        if request.trim:
            size = formats.size(sum(one.given_back or 0 for one in changed), units)
            return plural("{size} of the file were given back", "{size} of {n} files were given back", count, size=size)
        return freed_text(changed, units)
    if request.kind is Kind.UNDO:
        return plural("The disk is as it was.", "The disks are as they were.", len(request.paths))
    if request.kind is Kind.FINISH:
        return plural("One more disk has it now.", "{n} more disks have it now.", count)
    return plural("On one disk", "On {n} disks", count)


def freed_text(changed: Sequence[Changed], units: formats.Units) -> str:
    """What a deletion made free within the files."""
    size = formats.size(sum(one.freed for one in changed), units)
    return plural("{size} of the file are free now", "{size} of {n} files are free now", len(changed), size=size)


def not_done(kind: Kind) -> str:
    """The title of a failure."""
    titles = {
        Kind.SAVE: tr("Not saved"),
        Kind.LOAD: tr("Not loaded"),
        Kind.DELETE: tr("Not deleted"),
        Kind.RENAME: tr("Not renamed"),
        Kind.UNDO: tr("Not brought back"),
        Kind.FINISH: tr("Not finished"),
    }
    return titles[kind]


def cancelled(kind: Kind) -> str:
    return tr("{what}: cancelled, nothing left behind", what=not_done(kind))


def unchanged(request: ChangeRequest) -> str:
    if request.owned:
        return tr("The machine and its disks are as they were.")
    return plural("The disk is as it was.", "The disks are as they were.", len(request.paths))


def failed(request: ChangeRequest, error: BaseException, *, sealed: bool) -> Failure:
    """Why it was not done, and what is the state now; ``sealed``: it failed at its very end."""
    failure = describe(error, not_done(request.kind), "" if request.owned else request.paths[0])
    state = tr("The list shows what is there now.") if sealed else unchanged(request)
    gone = isinstance(error, SnapmgrError) and error.code == "file-not-found"
    if (request.kind is Kind.UNDO or gone) and not sealed:
        state = tr("Nothing was changed.")
    why = failure.text.replace(visible_text(failure.path), isolated(visible_text(Path(failure.path).name)))
    return replace(failure, text=f"{why} {state}")
