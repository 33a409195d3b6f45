"""Snapshots built by hand, for what no corpus image shows."""

from __future__ import annotations

from snapmgr.snapshots.model import DeviceInfo, DiskSnapshot, SnapshotRow, Snapshots

MIB = 1 << 20
NOON = 1_795_435_200
"""23 November 2026, 12:00 UTC."""


def device(path: str = "/vm/vda.qcow2", **facts: object) -> DeviceInfo:
    return DeviceInfo(path, "qcow2", 16 * MIB, 65536, **facts)  # type: ignore[arg-type]


def row(
    name: str,
    id: str = "1",
    *,
    date: int = NOON,
    nsec: int = 0,
    state: int = MIB,
    clock: int = 10**9,
    icount: int | None = None,
    disk: int = 16 * MIB,
    on: tuple[str, ...] = ("/vm/vda.qcow2",),
    missing: tuple[str, ...] = (),
    differs: tuple[str, ...] = (),
) -> SnapshotRow:
    """A row whose VM state, if any, is on the first disk of ``on``."""
    entries = {
        path: DiskSnapshot(id, name, state if path == on[0] else 0, date, nsec, clock, icount, disk) for path in on
    }
    return SnapshotRow(name, id, state, date, nsec, clock, icount, disk, entries, missing, differs)


def machine(*rows: SnapshotRow, devices: tuple[DeviceInfo, ...] = ()) -> Snapshots:
    return Snapshots(devices or (device(),), rows)


def many(count: int) -> Snapshots:
    """``count`` snapshots, one a minute."""
    rows = [
        row(f"auto-{n:05}", str(n), date=NOON - n * 60, state=MIB * (n % 3), clock=n * 10**9, disk=MIB * (1 + n % 7))
        for n in range(count)
    ]
    return machine(*rows)
