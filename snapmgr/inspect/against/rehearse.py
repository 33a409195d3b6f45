"""A load into the target, rehearsed: the real loader, with a machine behind it that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from snapmgr.containers.capture import CaptureSource
from snapmgr.errors import SnapmgrError, Unsupported
from snapmgr.inspect.against.layouts import Layouts
from snapmgr.inspect.against.machine import Rehearsal, Sent
from snapmgr.inspect.against.streams import writer_of
from snapmgr.inspect.against.target import Target
from snapmgr.inspect.index import StreamIndex
from snapmgr.savevm.effects import EnableColo
from snapmgr.savevm.failures import LoadError, errno_of
from snapmgr.savevm.loader import LISTEN_FAILED, LOST_BITMAPS, PAUSED, Loader
from snapmgr.vmstate.catalogue import Catalogue, is_like, known
from snapmgr.vmstate.description import Struct
from snapmgr.wire.events import NeedData
from snapmgr.wire.wording import CHAINING, chain_of
from snapmgr.work import CancelToken

POSTCOPY_RAM, DIRTY_BITMAPS = "postcopy-ram", "dirty-bitmaps"
LOST_LITTLE = (
    "All state is migrated except dirty bitmaps. Some dirty bitmaps may be lost, but any migrated dirty bitmaps are "
    "valid."
)
"""What newer QEMUs say where the guest has everything else."""
Key = tuple[str, int]
_MOST = 1 << 24
"""Bytes of a section beyond which it is no known device's."""
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
    layouts = layouts or Layouts()
    host, loader = _begin(index, target, release, layouts)
    try:
        colo = _run(loader, _pieces(index), cancel)
    except LoadError as error:
        if loader.failed_before is not None and not host.lost:
            host, loader, error = _again(index, target, release, layouts, loader.failed_before) or (host, loader, error)
        if host.lost:
            return Outcome(UNKNOWN, (), error.code, error.offset or 0, error.message)
        return _failed_apart(host, error, runs=loader.runs) if loader.failed_apart else _refused(host, error)
    except Unsupported as error:
        return Outcome(UNKNOWN, tuple(host.lines), error.code, error.offset or 0, error.message)
    if loader.discards and release not in CHAINING:  # newer ones take it for done
        message = "pages were discarded for a postcopy, and the stream ends before it begins"
        return Outcome(WAITS, tuple(host.lines), "postcopy-state", 0, message)
    return Outcome(WAITS if colo else LOADS, tuple(host.lines), "colo" if colo else "")


def _begin(index: StreamIndex, target: Target, release: str, layouts: Layouts) -> tuple[Rehearsal, Loader]:
    host = Rehearsal(target, release, _sent(index, target), _Lengths(index), layouts, _low_ram(index))
    return host, Loader(host, colo=True, postcopy=True, folds=True)


def _again(
    index: StreamIndex, target: Target, release: str, layouts: Layouts, end: int
) -> tuple[Rehearsal, Loader, LoadError] | None:
    """The load as far as ``end``, where a package ends: what QEMU says of one that is too short."""
    host, loader = _begin(index, target, release, layouts)
    try:
        _run(loader, _cut(_pieces(index), end), None)
    except LoadError as error:
        return None if host.lost else (host, loader, error)
    except Unsupported:
        return None
    return None


def _cut(pieces: Iterator[memoryview], length: int) -> Iterator[memoryview]:
    for piece in pieces:
        if length:
            yield piece[:length]
            length -= min(length, len(piece))


def _run(loader: Loader, pieces: Iterator[memoryview], cancel: CancelToken | None) -> bool:
    """To the end; whether checkpoints are waited for then (COLO)."""
    colo = False
    while (step := loader.next_effect()) is not None:
        if isinstance(step, NeedData):
            if cancel is not None:
                cancel.check()
            loader.feed(next(pieces, b""))
        colo = colo or isinstance(step, EnableColo)
    return colo


def _pieces(index: StreamIndex) -> Iterator[memoryview]:
    source = index.source
    main = source.member(source.main) if isinstance(source, CaptureSource) else source
    yield from main.chunks()
    yield from main.beyond()


def _refused(host: Rehearsal, error: LoadError) -> Outcome:
    lines = host.lines or ([error.qemu] if error.qemu else [])
    return Outcome(REFUSES, tuple(lines), error.code, error.offset or 0, error.message, error.device, error.instance)


def _failed_apart(host: Rehearsal, error: LoadError, *, runs: bool) -> Outcome:
    """What the thread that listens makes of a failure (savevm.c: postcopy_ram_listen_thread).

    A guest that runs without all of its RAM is paused, and waits for another connection; without dirty bitmaps only it
    goes on; everything else ends the process.
    """
    capabilities, verdict, text = host.target.capabilities, REFUSES, LISTEN_FAILED
    if runs and POSTCOPY_RAM in capabilities:
        verdict, text = WAITS, PAUSED
    elif runs and DIRTY_BITMAPS in capabilities:
        verdict, text = LOADS, LOST_BITMAPS
    lines = [*host.lines, text.format(-errno_of(error))]
    if host.options.release in CHAINING:
        lines = _chained_apart(host, error, verdict)
    return Outcome(verdict, tuple(lines), error.code, error.offset or 0, error.message, error.device, error.instance)


def _chained_apart(host: Rehearsal, error: LoadError, verdict: str) -> list[str]:
    """The lines where errors travel up: what happened is said first, and of what that means only where it is little."""
    chain = chain_of(host.lines[-1] if host.lines else error.qemu or "")
    said = f"loadvm failed during postcopy: {-errno_of(error)}: {chain}"
    return [*host.lines[:-1], *{WAITS: [PAUSED], LOADS: [said, LOST_LITTLE], REFUSES: [said]}[verdict]]


def _sent(index: StreamIndex, target: Target) -> Sent:
    """What the stream holds, as far as the target does not describe it in the same way: by its own description, and
    where it has none by what is known of devices."""
    local = {(device.idstr, device.instance_id): device.state for device in target.devices or ()}
    catalogue = known(writer_of(target.ram_id))
    sent = _described(index) if index.description is not None else _learned(index, local, catalogue)
    return {key: state for key, state in sent if state != local.get(key)}


def _described(index: StreamIndex) -> Iterator[tuple[Key, Struct]]:
    for device in index.description or ():
        if device.state.contradiction is None and device.size is None:
            yield (device.name, device.instance_id), device.state


def _learned(
    index: StreamIndex, local: Mapping[Key, Struct | None], catalogue: Catalogue
) -> Iterator[tuple[Key, Struct]]:
    """Only of devices that the target has, in its own layout but for what follows from the values: bytes of another
    layout are no such device, or damaged."""
    for record in index.records.of("FULL"):
        key = (record.idstr or "", record.instance_id or 0)
        if key in local and record.payload_length < _MOST:
            payload = bytes(index.source.read(record.payload, record.payload_length))
            state, here = catalogue.describe(key[0], record.version_id or 0, payload), local[key]
            if state is not None and (here is None or is_like(state, here)):
                yield key, state


def _low_ram(index: StreamIndex) -> Callable[[int], int | None]:
    """Of the largest block, which begins at address 0; what was not sent is zero, as after a reset."""
    block = max(index.blocks, key=lambda block: block.used_length, default=None)

    def read(address: int) -> int | None:
        if block is None or address >= block.used_length:
            return 0
        try:
            return None if block.ignored else index.ram.read(block.name, address, 1)[0]
        except SnapmgrError:
            return None

    return read


class _Lengths:
    """Payloads as the index found their ends."""

    def __init__(self, index: StreamIndex) -> None:
        self._index = index
        self._lost = any(problem.code == "section-end-unknown" for problem in index.problems)

    def __call__(self, offset: int) -> int | None:
        row = self._index.records.holding(offset - 1)
        if row is None:
            return None
        record = self._index.records[row]
        known = record.payload == offset and not (self._lost and offset + record.payload_length >= self._index.size)
        return record.payload_length if known else None
