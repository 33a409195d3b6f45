"""``snapctl diff``: what differs between two streams, or two snapshots of an image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import allow_root, indexed
from snapmgr.cli.complete import SourceType
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.style import heading
from snapmgr.cli.text import printable, size
from snapmgr.errors import SnapmgrError

if TYPE_CHECKING:
    from snapmgr.inspect.diff import StreamDifference
    from snapmgr.inspect.diff_fields import DeviceDifference, FieldDifference, Shown
    from snapmgr.inspect.diff_ram import BlockDifference
    from snapmgr.snapshots.diff_disks import DiskDifference

_SHOWN = 20
"""Fields of a device that are listed; all of them with -v."""


@click.command()
@click.argument("a", metavar="A", type=SourceType())
@click.argument("b", metavar="B", type=SourceType())
@allow_root
@output_options
@pass_output
def diff(output: Output, a: str, b: str, allow_roots: tuple[Path, ...]) -> int:
    """Compare two streams: configuration, devices field by field, pages of RAM.

    A and B are SRC each. Of two snapshots of one image (IMAGE@TAG) the disk is compared too, and of snapshots without
    a VM state the disk alone. Exit code 0 says that nothing differs, 1 that something does.

    \b
    Examples:
      snapctl diff before.mig after.mig
      snapctl diff disk.qcow2@before-update disk.qcow2@after-update
      snapctl diff before.mig after.mig --json | jq '.ram[].changed_pages'
    """
    disk = _disk(output, a, b, allow_roots)
    try:
        streams = _streams(output, a, b, allow_roots)
    except SnapmgrError as error:
        if error.code != "disk-only" or disk is None:
            raise
        streams = None
    if output.json:
        output.document(_document(streams, disk))
    else:
        output.lines("\n".join([*(_stream_lines(output, streams) if streams else []), *_disk_lines(disk)]))
    differs = (streams is not None and streams.differs) or (disk is not None and disk.differs)
    return Exit.FAILED if differs else Exit.DONE


def _streams(output: Output, a: str, b: str, allow_roots: tuple[Path, ...]) -> StreamDifference:
    from snapmgr.inspect.diff import compare_streams

    with ExitStack() as both:
        one = both.enter_context(indexed(output, a, allow_roots))
        other = both.enter_context(indexed(output, b, allow_roots))
        with progress(output, "Comparing") as report:
            return compare_streams(one, other, progress=report)


def _disk(output: Output, a: str, b: str, allow_roots: tuple[Path, ...]) -> DiskDifference | None:
    """The disk of an image of which both are snapshots."""
    from snapmgr.containers.open import split_tag
    from snapmgr.snapshots.diff_disks import compare_disk

    (one, tag), (other, other_tag) = split_tag(a), split_tag(b)
    if tag is None or other_tag is None or not (one.exists() and other.exists() and one.samefile(other)):
        return None
    with progress(output, "Comparing the disk") as report:
        return compare_disk(one, tag, other_tag, allow_roots=allow_roots, progress=report)


# -- for scripts -------------------------------------------------------------------------------------------------------


def _document(streams: StreamDifference | None, disk: DiskDifference | None) -> dict[str, Any]:
    """``ranges`` of RAM are [first page, pages], of a disk [offset, length] in bytes."""
    document: dict[str, Any] = {"configuration": [], "sections": [], "fields": [], "ram": []}
    if streams is not None:
        devices = streams.devices.differing
        document = {
            "configuration": [{"path": one.path, "a": one.a, "b": one.b} for one in streams.configuration],
            "sections": [
                {"section": one.device, "a": one.version_a, "b": one.version_b}
                for one in devices
                if one.version_a != one.version_b
            ],
            "fields": [_field(field) for device in devices for field in device.fields],
            "ram": [_block(block) for block in streams.ram if block.differs],
        }
        if more := [device.device for device in devices if device.more]:
            document["more-fields-in"] = more
    if disk is not None:
        document["disks"] = [
            {
                "path": disk.path,
                "cluster-size": disk.cluster_size,
                "disk-size": {"a": disk.size_a, "b": disk.size_b},
                "changed-clusters": disk.changed,
                "ranges": [list(pair) for pair in disk.ranges()],
            }
        ]
    return document


def _field(field: FieldDifference) -> dict[str, Any]:
    sides = {
        name: None if side is None else side.value or side.meaning for name, side in (("a", field.a), ("b", field.b))
    }
    return {"path": f"{field.device}/{field.path}", **sides}


def _block(block: BlockDifference) -> dict[str, Any]:
    document = {
        "block": block.name,
        "page_size": block.page_size,
        "used_length": {"a": block.length_a, "b": block.length_b},
        "changed_pages": block.changed_pages,
        "ranges": [list(pair) for pair in block.ranges()],
    }
    if block.error is not None:
        document["error"] = block.error.message
    return document


# -- for people --------------------------------------------------------------------------------------------------------


def _stream_lines(output: Output, found: StreamDifference) -> Iterator[str]:
    if found.configuration:
        yield heading("Configuration")
        for one in found.configuration:
            yield f"  {one.path}: {printable(one.a or 'not sent')} → {printable(one.b or 'not sent')}"
    devices, total = found.devices.differing, len(found.devices.differing) + len(found.devices.same)
    yield heading(f"Devices ({len(devices)} of {total} differ)" if devices else f"Devices (all {total} are the same)")
    for device in devices:
        yield from _device_lines(output, device)
    yield heading("RAM")
    yield from (f"  {_block_line(block)}" for block in found.ram)


def _device_lines(output: Output, device: DeviceDifference) -> Iterator[str]:
    name = printable(device.device)
    if device.only:
        yield f"  {name}: only in {device.only.upper()}"
        return
    if device.version_a != device.version_b:
        yield f"  {name}: version {device.version_a} → {device.version_b}"
    shown = device.fields if output.verbose else device.fields[:_SHOWN]
    for field in shown:
        yield f"  {name}/{printable(field.path)}: {_side(field.a)} → {_side(field.b)}"
    if (more := len(device.fields) - len(shown)) or device.more:
        yield f"  {name}: {more} more fields differ" + (" at least" if device.more else "")


def _side(side: Shown | None) -> str:
    return "not there" if side is None else printable(side.value or side.meaning or f"{side.length} bytes")


def _block_line(block: BlockDifference) -> str:
    from snapmgr.inspect.diff_ram import PageState

    name = printable(block.name)
    if block.length_a is None or block.length_b is None:
        return f"{name}: only in {'B' if block.length_a is None else 'A'}"
    lengths = "" if block.length_a == block.length_b else f"; {size(block.length_a)} → {size(block.length_b)}"
    if block.error is not None:
        return f"{name}: not compared: {printable(block.error.message)}{lengths}"
    if not block.changed_pages:
        return f"{name}: all {len(block.states)} pages are the same{lengths}"
    parts = [f"{block.changed_pages} of {len(block.states)} pages differ, in {_ranges(block.ranges())}"]
    for state, text in ((PageState.ONLY_A, "all zeros in B"), (PageState.ONLY_B, "all zeros in A")):
        if count := block.count(state):
            parts.append(f"{count} {text}")
    return f"{name}: {'; '.join(parts)}{lengths}"


def _disk_lines(disk: DiskDifference | None) -> Iterator[str]:
    if disk is None:
        return
    yield heading("Disk")
    path, total, changed = printable(disk.path), len(disk.clusters), disk.changed
    if disk.size_a != disk.size_b:
        yield f"  {path}: {size(disk.size_a)} → {size(disk.size_b)}"
    if changed:
        amount = size(changed * disk.cluster_size)
        yield f"  {path}: {changed} of {total} clusters differ ({amount}), in {_ranges(disk.ranges())}"
    else:
        yield f"  {path}: all {total} clusters are the same"


def _ranges(ranges: Sequence[tuple[int, int]]) -> str:
    return f"{len(ranges)} range{'s' * (len(ranges) != 1)}"
