"""What a comparison found, as a tree of rows: configuration, RAM, devices, disks.  Pure text, nothing read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from snapmgr.names import visible_name, visible_text
from ui.shell import formats
from ui.words import plural, tr

if TYPE_CHECKING:
    from snapmgr.inspect.diff import StreamDifference
    from snapmgr.inspect.diff_fields import DeviceDifference, FieldDifference, Shown
    from snapmgr.inspect.diff_ram import BlockDifference
    from snapmgr.snapshots.diff_disks import DiskDifference
    from ui.compare.comparing import Comparison

MOST_SHOWN = 18
"""Characters of a value and what it says that are shown together: as many as 64 bits take alone."""
MOST_RANGES = 200
"""Stretches of pages or clusters that have a row of their own."""


class Mark(Enum):
    """How a row differs; the value is its icon."""

    NONE = ""
    CHANGED = "arrows-left-right"
    ONLY_A = "minus-circle"
    ONLY_B = "plus-circle"


@dataclass(eq=False, slots=True)
class Row:
    """``differs``: it or something below it is not the same; ``place`` is its number below its parent, ``block`` the
    RAM block that it belongs to, ``page`` its first page there; ``at_a`` and ``at_b`` are (offset, bytes) of a field in
    the two streams.  ``kind`` is the token of the swatch before it, ``mark`` says how it differs: changed, only in A or
    in B."""

    name: str
    a: str = ""
    b: str = ""
    said: str = ""
    differs: bool = True
    children: list[Row] = field(default_factory=list)
    parent: Row | None = None
    place: int = 0
    block: str = ""
    page: int | None = None
    at_a: tuple[int, int] | None = None
    at_b: tuple[int, int] | None = None
    kind: str = ""
    mark: Mark = Mark.NONE

    def add(self, child: Row) -> Row:
        child.parent, child.place = self, len(self.children)
        self.children.append(child)
        return child


def rows_of(found: Comparison, labels: Mapping[str, str]) -> Row:
    """The root, which is not shown."""
    root = Row("")
    if found.streams is not None and found.sides is not None:
        root.add(_configuration(found))
        root.add(_devices(found.streams, found.sides[0].devices, found.sides[1].devices))
        root.add(_ram(found.streams))
    if found.disks:
        root.add(_disks(found.disks, labels))
    return root


def leaves(row: Row) -> Iterator[Row]:
    """Every difference, from top to bottom."""
    pending = [row]
    while pending:
        one = pending.pop()
        if not one.differs:
            continue
        if one.children:
            pending.extend(reversed(one.children))
        elif one.parent is not None:
            yield one


def _configuration(found: Comparison) -> Row:
    assert found.streams is not None and found.sides is not None
    one, other = found.sides
    differ = found.streams.configuration
    said = plural("{n} value differs", "{n} values differ", len(differ)) if differ else tr("the same")
    machines = visible_text(one.machine), visible_text(other.machine)
    row = Row(tr("Configuration"), *machines, said, bool(differ), kind="k_meta")
    for value in differ:
        missing = tr("not sent")
        sides = visible_text(value.a or missing), visible_text(value.b or missing)
        row.add(Row(value.path, *sides, tr("changed"), mark=Mark.CHANGED))
    return row


def _devices(streams: StreamDifference, ours: int, theirs: int) -> Row:
    differing, same = streams.devices.differing, streams.devices.same
    total = len(differing) + len(same)
    #: Of the devices: 9 of 62 differ
    said = tr("{n} of {total} differ", n=len(differing), total=total) if differing else tr("all the same")
    row = Row(tr("Devices"), formats.grouped(ours), formats.grouped(theirs), said, bool(differing), kind="k_dev")
    for device in differing:
        row.add(_device(device))
    for name in same:
        row.add(Row(visible_text(name), said=tr("the same"), differs=False, kind="k_dev"))
    return row


def _device(device: DeviceDifference) -> Row:
    name, there = visible_text(device.device), tr("present")
    if device.only == "a":
        return Row(name, there, "", tr("only in A"), kind="k_dev", mark=Mark.ONLY_A)
    if device.only == "b":
        return Row(name, "", there, tr("only in B"), kind="k_dev", mark=Mark.ONLY_B)
    count = len(device.fields)
    said = plural("{n} field differs", "{n} fields differ", count)
    if device.more:
        said = tr("more than {n} fields differ", n=formats.grouped(count))
    row = Row(name, said=said, kind="k_dev")
    if device.version_a != device.version_b:
        row.a, row.b = (tr("version {n}", n=version) for version in (device.version_a, device.version_b))
    for one in device.fields:
        row.add(_field(one))
    return row


def _field(one: FieldDifference) -> Row:
    said = tr("only in A") if one.b is None else tr("only in B") if one.a is None else tr("changed")
    at_a, at_b = ((side.offset, side.length) if side is not None else None for side in (one.a, one.b))
    mark = Mark.ONLY_A if one.b is None else Mark.ONLY_B if one.a is None else Mark.CHANGED
    return Row(visible_text(one.path), _value(one.a), _value(one.b), said, at_a=at_a, at_b=at_b, mark=mark)


def _value(side: Shown | None) -> str:
    if side is None:
        return ""
    value = visible_text(side.value or side.meaning)
    #: A value as it stands in the stream, and what it says: 0x000c (12)
    return tr("{value} ({meaning})", value=value, meaning=visible_text(side.meaning)) if _helps(side) else value


def _helps(side: Shown) -> bool:
    """Whether what a value says is more than its digits."""
    return bool(side.value and side.meaning) and len(side.value) + len(side.meaning) <= MOST_SHOWN


def _ram(streams: StreamDifference) -> Row:
    pages, differs = streams.page_count, any(block.differs for block in streams.ram)
    said = plural("{n} page differs", "{n} pages differ", pages) if pages else tr("all pages are the same")
    lengths = [
        sum(length for block in streams.ram if (length := getattr(block, side)) is not None)
        for side in ("length_a", "length_b")
    ]
    row = Row(tr("RAM"), formats.size(lengths[0]), formats.size(lengths[1]), said, differs, kind="k_ram")
    for block in streams.ram:
        row.add(_block(block))
    return row


def _block(block: BlockDifference) -> Row:
    sizes = ["" if length is None else formats.size(length) for length in (block.length_a, block.length_b)]
    row = Row(visible_name(block.name), *sizes, _block_said(block), block.differs, block=block.name, kind="k_ram")
    if block.length_a is not None and block.length_b is not None:
        ranges = block.ranges()
        for first, count in ranges[:MOST_RANGES]:
            start, end, at = formats.grouped(first), formats.grouped(first + count - 1), f"{first * block.page_size:#x}"
            #: A page of RAM and where it stands: page 5 (0x5000)
            name = tr("page {first} ({at})", first=start, at=at)
            if count > 1:
                #: Pages of RAM in a row, and where the first stands
                name = tr("pages {first} to {last} ({at})", first=start, last=end, at=at)
            row.add(Row(name, said=tr("changed"), block=block.name, page=first, mark=Mark.CHANGED))
        _more(row, len(ranges) - MOST_RANGES)
    return row


def _block_said(block: BlockDifference) -> str:
    if block.length_a is None:
        return tr("only in B")
    if block.length_b is None:
        return tr("only in A")
    if block.error is not None:
        return tr("not compared: {reason}", reason=block.error.message)
    if block.changed_pages:
        return plural("{n} page differs", "{n} pages differ", block.changed_pages)
    return tr("the same") if not block.differs else tr("another size")


def _disks(disks: tuple[DiskDifference, ...], labels: Mapping[str, str]) -> Row:
    changed = sum(disk.changed for disk in disks)
    said = plural("{n} cluster differs", "{n} clusters differ", changed) if changed else tr("all the same")
    row = Row(tr("Disks"), said=said, differs=any(disk.differs for disk in disks), kind="k_block")
    for disk in disks:
        row.add(_disk(disk, labels))
    return row


def _disk(disk: DiskDifference, labels: Mapping[str, str]) -> Row:
    said = plural("{n} cluster differs", "{n} clusters differ", disk.changed) if disk.changed else tr("the same")
    name = labels.get(disk.path, disk.path)
    row = Row(name, formats.size(disk.size_a), formats.size(disk.size_b), said, disk.differs)
    ranges = disk.ranges()
    for offset, length in ranges[:MOST_RANGES]:
        #: Bytes of a disk that differ: how many, and where they begin
        name = tr("{size} at {offset}", size=formats.size(length), offset=f"{offset:#x}")
        row.add(Row(name, said=tr("changed"), mark=Mark.CHANGED))
    _more(row, len(ranges) - MOST_RANGES)
    return row


def _more(row: Row, count: int) -> None:
    if count > 0:
        row.add(Row(plural("and {n} more", "and {n} more", count), said=tr("changed"), block=row.block))
