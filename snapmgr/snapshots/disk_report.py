"""What differs between a disk as of two snapshots, for scripts (JSON) and for people (lines of text)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from snapmgr.names import visible_text
from snapmgr.sizes import size

if TYPE_CHECKING:
    from snapmgr.snapshots.diff_disks import DiskDifference


def disk_document(disk: DiskDifference) -> dict[str, Any]:
    """``ranges`` are [offset, length] in bytes."""
    return {
        "path": disk.path,
        "cluster-size": disk.cluster_size,
        "disk-size": {"a": disk.size_a, "b": disk.size_b},
        "changed-clusters": disk.changed,
        "ranges": [list(pair) for pair in disk.ranges()],
    }


def disk_lines(disks: Sequence[DiskDifference]) -> Iterator[str]:
    """Lines of text; the title is not indented."""
    if disks:
        yield "Disk" if len(disks) == 1 else "Disks"
    for disk in disks:
        yield from _lines(disk)


def _lines(disk: DiskDifference) -> Iterator[str]:
    path, total, changed = visible_text(disk.path), len(disk.clusters), disk.changed
    if disk.size_a != disk.size_b:
        yield f"  {path}: {size(disk.size_a)} → {size(disk.size_b)}"
    if changed:
        amount, count = size(changed * disk.cluster_size), len(disk.ranges())
        ranges = f"{count} range{'s' * (count != 1)}"
        yield f"  {path}: {changed} of {total} clusters differ ({amount}), in {ranges}"
    else:
        yield f"  {path}: all {total} clusters are the same"
