"""Notes on snapshots, written and read."""

from __future__ import annotations

from snapmgr.sidecar.records import Records
from snapmgr.snapshots.model import SnapshotRow


def write_note(row: SnapshotRow, text: str) -> None:
    """Note ``text`` on the snapshot, in the place of what was noted; an empty one takes the note away.

    Raises UsageError ``note-too-long``, SnapmgrError ``sidecar`` where nothing can be written.
    """
    Records().put_note((entry.key for entry in row.entries.values()), text)


def read_note(row: SnapshotRow) -> tuple[str, tuple[str, ...]]:
    """The newest that any disk's snapshot of this name has, "" for none; and files that were set aside as damaged."""
    records = Records()
    found = [note for entry in row.entries.values() if (note := records.note(entry.key)) is not None]
    newest = max(found, key=lambda note: note.when, default=None)
    return newest.text if newest is not None else "", tuple(records.store.damaged)
