"""Notes on snapshots, written and read."""

from __future__ import annotations

from collections.abc import Sequence

from snapmgr.errors import SnapmgrError
from snapmgr.sidecar.records import Records
from snapmgr.snapshots.model import SnapshotRow
from snapmgr.snapshots.transaction import Changed


def write_note(row: SnapshotRow, text: str) -> None:
    """Note ``text`` on the snapshot, in the place of what was noted; an empty one takes the note away.

    Raises UsageError ``note-too-long``, SnapmgrError ``sidecar`` where nothing can be written.
    """
    Records().put_note((entry.key for entry in row.entries.values()), text)


def note_what_was_saved(saved: Sequence[Changed], text: str) -> None:
    """Note ``text`` on a snapshot that was made just now.

    Raises SnapmgrError ``not-noted``, which says that the snapshot is there all the same.
    """
    try:
        Records().put_note((key for one in saved if one.deed is not None for key in one.deed.keys), text)
    except SnapmgrError as error:
        raise SnapmgrError(
            "not-noted",
            f"the snapshot is saved, but its note is not: {error.message}",
            path=error.path,
            hint=error.hint,
        ) from error


def read_note(row: SnapshotRow) -> tuple[str, tuple[str, ...]]:
    """The newest that any disk's snapshot of this name has, "" for none; and files that were set aside as damaged."""
    records = Records()
    newest = records.newest_note(entry.key for entry in row.entries.values())
    return newest, tuple(records.store.damaged)
