"""Snapshot tables of several disks as rows: the same name on several disks is one snapshot of the machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from snapmgr.snapshots.model import DiskSnapshot, SnapshotRow

_SECOND = 1_000_000_000


def joined(tables: Mapping[str, Sequence[DiskSnapshot]]) -> tuple[SnapshotRow, ...]:
    """Rows in table order of the first disk, then what only later disks have.

    A name that a table holds twice makes two rows: the n-th of each disk belong together.
    """
    found: dict[tuple[str, int], dict[str, DiskSnapshot]] = {}
    for path, entries in tables.items():
        seen: defaultdict[str, int] = defaultdict(int)
        for entry in entries:
            found.setdefault((entry.name, seen[entry.name]), {})[path] = entry
            seen[entry.name] += 1
    names = short_names(list(tables))
    return tuple(_row(entries, names) for entries in found.values())


def _row(entries: dict[str, DiskSnapshot], names: Mapping[str, str]) -> SnapshotRow:
    main = next((entry for entry in entries.values() if entry.vm_state_size), None) or next(iter(entries.values()))
    several = len(names) > 1
    return SnapshotRow(
        name=main.name,
        id=main.id,
        vm_state_size=main.vm_state_size,
        date_sec=main.date_sec,
        date_nsec=main.date_nsec,
        vm_clock_nsec=main.vm_clock_nsec,
        icount=main.icount,
        disk_size=main.disk_size,
        entries=entries,
        missing=tuple(path for path in names if path not in entries) if several else (),
        differs=_differences(entries, names),
        disk_size_differs=_difference("disk size", lambda entry: f"{entry.disk_size} bytes", entries, names),
    )


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """File names for sentences; whole paths where they would be the same."""
    bare = {path: Path(path).name for path in paths}
    return bare if len(set(bare.values())) == len(bare) else {path: path for path in paths}


def _differences(entries: Mapping[str, DiskSnapshot], names: Mapping[str, str]) -> tuple[str, ...]:
    said: tuple[tuple[str, Callable[[DiskSnapshot], str]], ...] = (
        ("id", lambda entry: entry.id),
        ("date", _date),
        ("VM clock", lambda entry: f"{entry.vm_clock_nsec / _SECOND:.9f} s"),
    )
    differences = [text for word, value in said if (text := _difference(word, value, entries, names))]
    states = [names[path] for path, entry in entries.items() if entry.vm_state_size]
    if len(states) > 1:
        differences.append(f"VM state on more than one disk: {', '.join(states)}")
    return tuple(differences)


def _difference(
    word: str,
    value: Callable[[DiskSnapshot], str],
    entries: Mapping[str, DiskSnapshot],
    names: Mapping[str, str],
) -> str:
    """What each disk says, in one sentence; empty where all say the same."""
    if len(entries) == 1:
        return ""
    values = {names[path]: value(entry) for path, entry in entries.items()}
    if len(set(values.values())) < 2:
        return ""
    return f"{word} differs: " + ", ".join(f"{text} on {name}" for name, text in values.items())


def _date(entry: DiskSnapshot) -> str:
    if not entry.dated:
        return "not recorded"
    moment = datetime.fromtimestamp(entry.date_sec, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{entry.date_nsec:09d} UTC"
