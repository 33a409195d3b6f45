"""The snapshots of one or several disks, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snapmgr.cli.image_problems import image_problem_lines
from snapmgr.cli.output import Output
from snapmgr.cli.style import columns, heading
from snapmgr.cli.text import clock, date, power, printable, size, table
from snapmgr.names import shown_name, visible_name, visible_text
from snapmgr.snapshots.join import short_names
from snapmgr.snapshots.model import DeviceInfo, SnapshotRow, Snapshots

if TYPE_CHECKING:
    from snapmgr.block.qcow2.space import SnapshotSpace
    from snapmgr.snapshots.space import MachineSpace

_MOST_SIZES = 3
_NOT_RECORDED = "not recorded"
_FIXED = {"read-only": "read-only", "snapshots-with-data-file": "can have none: its data is in another file"}
"""Why no snapshot can be made, where nothing else in the list says it."""


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    align: str
    cell: Callable[[SnapshotRow], str]


def snapshot_lines(output: Output, found: Snapshots, space: MachineSpace | None = None) -> Iterator[str]:
    """Disks, snapshots with what they take up where it was measured, and what is wrong with either."""
    yield heading("Disks")
    yield table(["PATH", "FORMAT", "SIZE", "CLUSTER", "REMARK"], [_device(device) for device in found.devices], "<<>><")
    yield ""
    yield heading(f"Snapshots ({len(found.rows)})" if found.rows else "No snapshots")
    if found.rows:
        yield _table(output, found, space)
    yield from (f"  {shown_name(row.name)}: {printable(text)}" for row in found.rows for text in row.differs)
    yield from _problems(output, found)


def _device(device: DeviceInfo) -> list[str]:
    remarks = [device.error.message] if device.error else []
    if device.in_use:
        remarks.append(f"in use by {device.in_use}")
    if device.fixed is not None and device.fixed.code in _FIXED:
        remarks.append(_FIXED[device.fixed.code])
    if device.encrypted:
        remarks.append("encrypted")
    if device.backing:
        remarks.append(f"backed by {device.backing}")
    cluster = "" if device.cluster_size is None else power(device.cluster_size)
    return [device.path, device.format, size(device.virtual_size), cluster, "; ".join(remarks)]


def _table(output: Output, found: Snapshots, space: MachineSpace | None) -> str:
    """The rows; on a terminal long names and ids are shortened to its width, unless all is to be said."""
    shown = _columns(output, found, space)
    return table(
        [column.title for column in shown],
        [[column.cell(row) for column in shown] for row in found.rows],
        "".join(column.align for column in shown),
        room=None if output.verbose else columns(),
        give=(_NAME, _ID),
    )


def _columns(output: Output, found: Snapshots, space: MachineSpace | None) -> list[_Column]:
    """What every list has, what was measured, instructions where some were counted, and of several disks who has a
    snapshot."""
    counted = output.verbose or any(row.icount for row in found.rows)  # 0 is what qemu-img writes without a machine
    always = [*_COLUMNS, *(_space_columns(space) if space is not None else []), *([_ICOUNT] if counted else [])]
    if len(found.devices) < 2:
        return [*always, *_beside(found)]
    names = short_names([device.path for device in found.devices])

    def having(row: SnapshotRow) -> str:
        return f"all {len(names)}" if len(row.entries) == len(names) else _joined(row.entries, names)

    disks = [_Column("ON", "<", having)]
    if any(row.missing for row in found.rows):
        disks.append(_Column("MISSING ON", "<", lambda row: _joined(row.missing, names)))
    return [*always, *disks, *_beside(found)]


def _space_columns(space: MachineSpace) -> list[_Column]:
    def cell(part: Callable[[SnapshotSpace], int]) -> Callable[[SnapshotRow], str]:
        return lambda row: "not known" if (of := space.of(row)) is None else size(part(of))

    return [_Column("UNIQUE", ">", cell(lambda of: of.unique)), _Column("SHARED", ">", cell(lambda of: of.shared))]


def _beside(found: Snapshots) -> list[_Column]:
    """What stands beside the images, where anything does."""
    beside, rows = found.beside, found.rows
    places = {id(row): place for place, row in enumerate(rows)}

    def came_from(row: SnapshotRow) -> str:
        place = places[id(row)]
        parent = beside.parents.get(place)
        said = shown_name(rows[parent].name) if parent is not None else "-" if place in beside.parents else "not known"
        return f"{said} (current)" if place == beside.current else said

    def note(row: SnapshotRow) -> str:
        return visible_text(" ".join(beside.notes.get(places[id(row)], "").split()))

    columns = [_Column("CAME FROM", "<", came_from)] if beside.parents or beside.current is not None else []
    return [*columns, _Column("NOTE", "<", note)] if beside.notes else columns


def _joined(paths: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(names[path] for path in paths)


def _disk_size(row: SnapshotRow) -> str:
    """The size that the disk had; of several disks with several sizes all of them in their order, or the span."""
    sizes = list(row.disk_sizes.values())
    if len(set(sizes)) == 1:
        return size(sizes[0])
    if len(sizes) <= _MOST_SIZES:
        return ", ".join(size(one) for one in sizes)
    return f"{size(min(sizes))} to {size(max(sizes))}"


_COLUMNS = (
    _Column("ID", "<", lambda row: visible_name(row.id)),
    _Column("NAME", "<", lambda row: shown_name(row.name)),
    _Column("DATE", "<", lambda row: date(row.date_sec) if row.dated else _NOT_RECORDED),
    _Column("VM CLOCK", ">", lambda row: clock(row.vm_clock_nsec) if row.clocked else _NOT_RECORDED),
    _Column("VM STATE", ">", lambda row: "disk only" if row.disk_only else size(row.vm_state_size)),
    _Column("DISK", ">", _disk_size),
)
_ID, _NAME = 0, 1
_ICOUNT = _Column("ICOUNT", ">", lambda row: _NOT_RECORDED if row.icount is None else str(row.icount))


def _problems(output: Output, found: Snapshots) -> Iterator[str]:
    for device in found.devices:
        if not device.problems:
            continue
        yield ""
        yield from image_problem_lines(output, f"Problems in {printable(device.path)}", device.problems)
