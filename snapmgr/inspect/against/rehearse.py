"""A load into the target, rehearsed: the real loader, with a machine behind it that keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from snapmgr.errors import Unsupported
from snapmgr.inspect.against.layouts import Layouts
from snapmgr.inspect.against.machine import Rehearsal, Sent
from snapmgr.inspect.against.target import Target
from snapmgr.inspect.index import StreamIndex
from snapmgr.savevm.failures import LoadError
from snapmgr.savevm.incoming import shown
from snapmgr.savevm.loader import Loader
from snapmgr.wire.constants import Command
from snapmgr.wire.events import NeedData
from snapmgr.work import CancelToken

LOADS, REFUSES, WAITS, UNKNOWN = "loads", "refuses", "waits", "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a load would end.  ``lines`` is what QEMU prints, without its own name before it; ``unknown`` where the rest
    cannot be told from here on."""

    verdict: str
    lines: tuple[str, ...]
    code: str = ""
    offset: int = 0
    message: str = ""
    device: str | None = None
    instance: int | None = None

    @property
    def section(self) -> str | None:
        return None if self.device is None else f"{self.device} ({self.instance})"


def rehearse(
    index: StreamIndex,
    target: Target,
    release: str,
    *,
    layouts: Layouts | None = None,
    cancel: CancelToken | None = None,
) -> Outcome:
    """Load the stream into the target as QEMU ``release`` would.  Raises Cancelled, and SnapmgrError where the source
    cannot be read."""
    host = Rehearsal(target, release, _sent(index, target), _Lengths(index), layouts or Layouts())
    loader = Loader(host)
    try:
        _run(loader, index, cancel)
    except LoadError as error:
        return _refused(host, error)
    except Unsupported as error:
        return _beyond(index, host, error)
    return Outcome(LOADS, tuple(host.lines))


def _run(loader: Loader, index: StreamIndex, cancel: CancelToken | None) -> None:
    pieces = _pieces(index)
    while (step := loader.next_effect()) is not None:
        if isinstance(step, NeedData):
            if cancel is not None:
                cancel.check()
            loader.feed(next(pieces, b""))


def _pieces(index: StreamIndex) -> Iterator[memoryview]:
    yield from index.source.chunks()
    yield from index.source.beyond()


def _refused(host: Rehearsal, error: LoadError) -> Outcome:
    lines = host.lines or ([error.qemu] if error.qemu else [])
    return Outcome(REFUSES, tuple(lines), error.code, error.offset or 0, error.message, error.device, error.instance)


def _beyond(index: StreamIndex, host: Rehearsal, error: Unsupported) -> Outcome:
    """What our loader does not do yet, as far as QEMU would get there."""
    row = index.records.holding(error.offset or 0)
    record = index.records[row] if row is not None else None
    if record is not None and record.type == "COMMAND":
        if record.idstr == Command.ENABLE_COLO.name:
            return Outcome(WAITS, tuple(host.lines), "colo", record.offset, error.message)
        if record.idstr == Command.RECV_BITMAP.name:
            return _bitmap(index, host, record.payload, record.payload_length)
    return Outcome(UNKNOWN, tuple(host.lines), error.code, error.offset or 0, error.message)


def _bitmap(index: StreamIndex, host: Rehearsal, offset: int, length: int) -> Outcome:
    name = bytes(index.source.read(offset + 1, length - 1)).split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    if name in host.memory.blocks:
        return Outcome(UNKNOWN, tuple(host.lines), "command-unsupported", offset, "")
    text = f"loadvm_handle_recv_bitmap: block '{shown(name)}' not found"
    message = f"RECV_BITMAP of the RAM block {shown(name)!r}, which the target does not have"
    return Outcome(REFUSES, (*host.lines, text), "command-data", offset, message)


def _sent(index: StreamIndex, target: Target) -> Sent:
    """What the stream describes, as far as the target does not describe it in the same way."""
    if index.description is None:
        return {}
    local = {(device.idstr, device.instance_id): device.state for device in target.devices or ()}
    return {
        (device.name, device.instance_id): device.state
        for device in index.description
        if device.state.contradiction is None
        and device.size is None
        and device.state != local.get((device.name, device.instance_id))
    }


class _Lengths:
    """Payloads as the index found their ends."""

    def __init__(self, index: StreamIndex) -> None:
        self._index = index

    def __call__(self, offset: int) -> int | None:
        row = self._index.records.holding(offset - 1)
        if row is None:
            return None
        record = self._index.records[row]
        return record.payload_length if record.payload == offset else None
