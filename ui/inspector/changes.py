"""What became of a stream's file since it was opened, and what that means for what is shown of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from snapmgr.errors import SnapmgrError
from snapmgr.names import visible_text
from ui.isolation import isolated
from ui.shell import formats
from ui.shell.watch import Stamp
from ui.words import later, plural, tr

if TYPE_CHECKING:
    from snapmgr.block.qcow2.snapshots import SnapshotEntry
    from snapmgr.containers.source import Source


NO_FILE = later("There is no file of this name any more")
"""Why it cannot be read again."""


class Kind(Enum):
    """How the file differs from the one that was opened."""

    GREW = auto()
    SHRANK = auto()
    WRITTEN = auto()
    REPLACED = auto()
    GONE = auto()
    SNAPSHOT_GONE = auto()


@dataclass(frozen=True, slots=True)
class Change:
    """``by`` is how many bytes there are more or fewer; ``end`` where the file ends now."""

    kind: Kind
    by: int = 0
    end: int = 0

    @property
    def mixes(self) -> bool:
        """Whether bytes that are read now may be others than those that were read when the stream was opened."""
        return self.kind in (Kind.WRITTEN, Kind.SNAPSHOT_GONE)


def change_of(before: Stamp, now: Stamp | None) -> Change | None:
    """What a file with these two stamps went through, None for nothing."""
    if now is None:
        return Change(Kind.GONE)
    if (now.device, now.inode) != (before.device, before.inode):
        return Change(Kind.REPLACED)
    if now.size != before.size:
        by = now.size - before.size
        return Change(Kind.GREW if by > 0 else Kind.SHRANK, abs(by), now.size)
    return Change(Kind.WRITTEN, end=now.size) if now.mtime_ns != before.mtime_ns else None


def concerning(source: Source, change: Change) -> Change | None:
    """The change as far as it concerns ``source``, None where it does not.  Runs in a worker.

    A machine that runs writes to its image all the time: the VM state of a snapshot in it stays what it is as long as
    the snapshot is there.
    """
    entry: SnapshotEntry | None = getattr(source, "snapshot", None)
    if entry is None or source.path is None or change.kind not in (Kind.GREW, Kind.SHRANK, Kind.WRITTEN):
        return change
    from snapmgr.block import lock
    from snapmgr.block.images import open_image

    try:
        image = open_image(source.path, use=lock.Use.SHARE)
    except (SnapmgrError, OSError):  # in the middle of being written, or no image any more
        return change
    try:
        there = any(_same(entry, other) for other in image.snapshots)
    finally:
        image.close()
    if not there:
        return Change(Kind.SNAPSHOT_GONE)
    return change if change.kind is Kind.SHRANK else None


def _same(one: SnapshotEntry, other: SnapshotEntry) -> bool:
    """The same snapshot, wherever in the table it stands and whatever it is called now."""
    return replace(one, index=0, offset=0, length=0, name=b"") == replace(other, index=0, offset=0, length=0, name=b"")


def texts(change: Change, source: Source, digits: int) -> tuple[str, str]:
    """(title, what it means), for people."""
    name = isolated(visible_text(Path(source.path).name if source.path is not None else source.label))
    title = tr("{file} changed on disk", file=name)
    if change.kind is Kind.GONE:
        title = tr("{file} is gone from its folder", file=name)
    elif change.kind is Kind.SNAPSHOT_GONE:
        title = tr("The snapshot is gone from {file}", file=name)
    return title, _meaning(change, source, digits)


def _meaning(change: Change, source: Source, digits: int) -> str:
    if change.kind is Kind.GONE:
        return tr("It was deleted, moved or renamed. What was opened is held and whole until it is closed.")
    if change.kind is Kind.REPLACED:
        return tr("Another file has its name now. The one that was opened is shown, and held until it is closed.")
    if change.kind is Kind.SNAPSHOT_GONE:
        return tr("It was deleted or saved anew. What is read of it from now on may be bytes of something else.")
    if source.container not in ("raw", "qcow2"):
        return tr("It was unpacked when it was opened: what is shown is whole, and as it was then.")
    if change.kind is Kind.GREW:
        more = plural("It has {n} byte more", "It has {n} bytes more", change.by)
        return tr("{more} than when it was opened. They are not shown.", more=more)
    if change.kind is Kind.SHRANK:
        less = plural("It lost {n} byte", "It lost {n} bytes", change.by)
        if source.container == "qcow2":
            return tr("{less}. What of the VM state stood there cannot be read any more.", less=less)
        end = formats.offset(change.end, digits)
        return tr("{less}, and ends at {end} now. What stood behind cannot be read any more.", less=less, end=end)
    return tr("It was written to since it was opened: bytes that are read now may not fit the structure shown.")
