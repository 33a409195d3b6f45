"""The snapshots of one or several disks, for people."""

from __future__ import annotations

from collections.abc import Iterator

from snapmgr.cli.output import Output
from snapmgr.cli.style import columns, heading, paint
from snapmgr.cli.text import clock, date, offset, printable, size, table
from snapmgr.names import shown_name, visible_name
from snapmgr.snapshots.model import DeviceInfo, SnapshotRow, Snapshots

_MOST_SIZES = 3
_ID, _NAME = 0, 1


def snapshot_lines(output: Output, found: Snapshots) -> Iterator[str]:
    """Disks, snapshots, and what is wrong with either."""
    yield heading("Disks")
    yield table(["PATH", "FORMAT", "SIZE", "CLUSTER", "REMARK"], [_device(device) for device in found.devices], "<<>><")
    yield ""
    yield heading(f"Snapshots ({len(found.rows)})" if found.rows else "No snapshots")
    several = len(found.devices) > 1
    if found.rows:
        yield _table(found, several=several, room=None if output.verbose else columns())
    yield from (f"  {shown_name(row.name)}: {printable(text)}" for row in found.rows for text in row.differs)
    yield from _problems(output, found)


def _device(device: DeviceInfo) -> list[str]:
    remarks = [device.error.message] if device.error else []
    if device.in_use:
        remarks.append(f"in use by {device.in_use}")
    if device.encrypted:
        remarks.append("encrypted")
    if device.backing:
        remarks.append(f"backed by {device.backing}")
    cluster = "" if device.cluster_size is None else size(device.cluster_size)
    return [device.path, device.format, size(device.virtual_size), cluster, "; ".join(remarks)]


def _table(found: Snapshots, *, several: bool, room: int | None) -> str:
    """The rows; in ``room`` columns of a terminal long names and ids are shortened."""
    header = ["ID", "NAME", "DATE", "VM CLOCK", "VM STATE", "DISK"]
    rows, align = [_row(row) for row in found.rows], "<<<>>>"
    if several:
        header, align = [*header, "MISSING ON"], align + "<"
        rows = [[*cells, ", ".join(row.missing)] for cells, row in zip(rows, found.rows, strict=True)]
    return table(header, rows, align, room=room, give=(_NAME, _ID))


def _row(row: SnapshotRow) -> list[str]:
    state = "disk only" if row.disk_only else size(row.vm_state_size)
    return [
        visible_name(row.id),
        shown_name(row.name),
        date(row.date_sec),
        clock(row.vm_clock_nsec),
        state,
        _disk_size(row),
    ]


def _disk_size(row: SnapshotRow) -> str:
    """The size that the disk had; of several disks with several sizes all of them in their order, or the span."""
    sizes = list(row.disk_sizes.values())
    if len(set(sizes)) == 1:
        return size(sizes[0])
    if len(sizes) <= _MOST_SIZES:
        return ", ".join(size(one) for one in sizes)
    return f"{size(min(sizes))} to {size(max(sizes))}"


def _problems(output: Output, found: Snapshots) -> Iterator[str]:
    for device in found.devices:
        if not device.problems:
            continue
        yield ""
        yield heading(f"Problems in {printable(device.path)} ({len(device.problems)})")
        for problem in device.problems:
            where = f"{'':8}" if problem.offset is None else offset(problem.offset)
            yield f"  {where}  {paint(printable(problem.message), 'warning')}"
            if problem.hint and not output.quiet:
                yield f"{'':12}{printable(problem.hint)}"
            if output.verbose:
                yield f"{'':12}code: {problem.code}"
