"""Comparing two snapshots of a machine: their VM states, and what each disk was.  Runs in a worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.snapshots.find import tag_of
from snapmgr.snapshots.model import SnapshotRow, Snapshots
from snapmgr.work import CancelToken
from ui.snapshots.change_request import Passes
from ui.snapshots.explain import source_of

if TYPE_CHECKING:
    from snapmgr.inspect.diff import StreamDifference
    from snapmgr.inspect.index import StreamIndex
    from snapmgr.snapshots.diff_disks import DiskDifference

_PARTS = 4
"""Passes over the VM states: each is read, both are compared, and the rest."""


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """``a`` and ``b`` are SRC of the VM states, None where one has none; ``disks`` are (path, tag in A, tag in B) of
    the disks that have both snapshots."""

    a: str | None
    b: str | None
    disks: tuple[tuple[str, str, str], ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The images that are read."""
        states = (source.rpartition("@")[0] for source in (self.a, self.b) if source is not None)
        return (*states, *(path for path, _, _ in self.disks))


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two streams: the machine and how many devices it has."""

    machine: str
    devices: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``streams`` None where they were not compared; ``errors`` are what kept a part from it."""

    streams: StreamDifference | None
    sides: tuple[Side, Side] | None
    disks: tuple[DiskDifference, ...]
    errors: tuple[SnapmgrError, ...] = ()


def request_for(a: SnapshotRow, b: SnapshotRow, found: Snapshots) -> CompareRequest:
    paths = [device.path for device in found.devices if device.path in a.entries and device.path in b.entries]
    disks = tuple((path, tag_of(a, path, found), tag_of(b, path, found)) for path in paths)
    return CompareRequest(source_of(a, found), source_of(b, found), disks)


def compare(
    request: CompareRequest, roots: Sequence[Path], *, progress: Callable[[int, int], None], cancel: CancelToken
) -> Comparison:
    """Do it.  Raises Cancelled; whatever else goes wrong is told with the rest."""
    from snapmgr.snapshots.diff_disks import compare_disk

    report = Passes(progress, _PARTS + len(request.disks))
    streams, sides, errors, disks = None, None, [], []
    try:
        if request.a is not None and request.b is not None:
            streams, sides = _streams(request.a, request.b, roots, report, cancel)
    except Cancelled:
        raise
    except SnapmgrError as error:
        errors.append(error.again())
    for path, a, b in request.disks:
        try:
            disks.append(compare_disk(path, a, b, allow_roots=tuple(roots), progress=report, cancel=cancel))
        except Cancelled:
            raise
        except SnapmgrError as error:
            error.path = error.path or path
            errors.append(error.again())
    return Comparison(streams, sides, tuple(disks), tuple(errors))


def _streams(
    a: str, b: str, roots: Sequence[Path], report: Callable[[int, int], None], cancel: CancelToken
) -> tuple[StreamDifference, tuple[Side, Side]]:
    from snapmgr.containers.open import open_source
    from snapmgr.inspect.diff import compare_streams
    from snapmgr.inspect.index import index_stream

    with ExitStack() as opened:
        indexes = []
        for source in (a, b):
            stream = open_source(source, allow_roots=roots, cancel=cancel)
            opened.callback(stream.close)
            indexes.append(index_stream(stream, progress=report, cancel=cancel))
            cancel.check()
        one, other = indexes
        return compare_streams(one, other, progress=report, cancel=cancel), (_side(one), _side(other))


def _side(index: StreamIndex) -> Side:
    machine = index.configuration.machine if index.configuration is not None else ""
    return Side(machine, sum(one.type == "FULL" for one in index.records))
