"""The snapshot that a person means by TAG, among the entries of one image or the rows of a machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from snapmgr.block.qcow2.tags import find_tag
from snapmgr.snapshots.model import DiskSnapshot, SnapshotRow

_Found = TypeVar("_Found", DiskSnapshot, SnapshotRow)


def find_snapshot(entries: Sequence[_Found], tag: str, path: str | Path = "the image") -> _Found:
    """The entry that is named ``tag``, else the one with that id; ``id:N`` and ``name:T`` say which.

    Raises NotFound ``snapshot-not-found`` (the hint lists what there is), UsageError ``ambiguous-snapshot``.
    """
    return entries[find_tag([(entry.id, entry.name) for entry in entries], tag, path)]
