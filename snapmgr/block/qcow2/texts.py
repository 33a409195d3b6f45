"""What QEMU says of snapshots that it does not save or load (savevm.c: save_snapshot, load_snapshot)."""

from __future__ import annotations

DISK_ONLY = "This is a disk-only snapshot. Revert to it  offline using qemu-img"


def exists(name: str) -> str:
    """Where one of that name is there already."""
    return f"Snapshot '{name}' already exists in one or more devices"


def is_missing(name: str) -> str:
    """Where a disk does not have it."""
    return f"Snapshot '{name}' does not exist in one or more devices"
