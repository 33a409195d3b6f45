"""What differs between two streams, for scripts (JSON) and for people (lines of text)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from snapmgr.inspect.diff_ram import PageState
from snapmgr.names import visible_text
from snapmgr.sizes import size

if TYPE_CHECKING:
    from snapmgr.inspect.diff import StreamDifference
    from snapmgr.inspect.diff_fields import DeviceDifference, FieldDifference, Shown
    from snapmgr.inspect.diff_ram import BlockDifference

SHOWN = 20
"""Fields of a device that ``stream_lines`` lists unless it is asked for every one."""


def stream_document(streams: StreamDifference | None) -> dict[str, Any]:
    """``configuration``, ``sections``, ``fields`` and ``ram``, each empty for None: the VM states were not compared.

    ``ranges`` of RAM are [first page, pages].
    """
    if streams is None:
        return {"configuration": [], "sections": [], "fields": [], "ram": []}
    devices = streams.devices.differing
    document: dict[str, Any] = {
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


def stream_lines(streams: StreamDifference, *, every: bool = False) -> Iterator[str]:
    """Lines of text; titles are not indented.  ``every``: all fields, not the first 20 of a device."""
    if streams.configuration:
        yield "Configuration"
        for one in streams.configuration:
            yield f"  {one.path}: {visible_text(one.a or 'not sent')} → {visible_text(one.b or 'not sent')}"
    devices, total = streams.devices.differing, len(streams.devices.differing) + len(streams.devices.same)
    yield f"Devices ({len(devices)} of {total} differ)" if devices else f"Devices (all {total} are the same)"
    for device in devices:
        yield from _device_lines(device, every=every)
    yield "RAM"
    yield from (f"  {_block_line(block)}" for block in streams.ram)


def _device_lines(device: DeviceDifference, *, every: bool) -> Iterator[str]:
    name = visible_text(device.device)
    if device.only:
        yield f"  {name}: only in {device.only.upper()}"
        return
    if device.version_a != device.version_b:
        yield f"  {name}: version {device.version_a} → {device.version_b}"
    shown = device.fields if every else device.fields[:SHOWN]
    for field in shown:
        yield f"  {name}/{visible_text(field.path)}: {_side(field.a)} → {_side(field.b)}"
    if (more := len(device.fields) - len(shown)) or device.more:
        yield f"  {name}: {more} more fields differ" + (" at least" if device.more else "")


def _side(side: Shown | None) -> str:
    return "not there" if side is None else visible_text(side.value or side.meaning or f"{side.length} bytes")


def _block_line(block: BlockDifference) -> str:
    name = visible_text(block.name)
    if block.length_a is None or block.length_b is None:
        return f"{name}: only in {'B' if block.length_a is None else 'A'}"
    lengths = "" if block.length_a == block.length_b else f"; {size(block.length_a)} → {size(block.length_b)}"
    if block.error is not None:
        return f"{name}: not compared: {visible_text(block.error.message)}{lengths}"
    if not block.changed_pages:
        return f"{name}: all {len(block.states)} pages are the same{lengths}"
    parts = [f"{block.changed_pages} of {len(block.states)} pages differ, in {ranges_text(block.ranges())}"]
    for state, text in ((PageState.ONLY_A, "all zeros in B"), (PageState.ONLY_B, "all zeros in A")):
        if count := block.count(state):
            parts.append(f"{count} {text}")
    return f"{name}: {'; '.join(parts)}{lengths}"


def ranges_text(ranges: Sequence[tuple[int, int]]) -> str:
    return f"{len(ranges)} range{'s' * (len(ranges) != 1)}"
