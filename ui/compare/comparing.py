"""Comparing two streams, or two snapshots of a machine: VM states, and what each disk was.  Runs in a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.work import CancelToken
from ui.snapshots.change_request import Passes

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
        from snapmgr.containers.open import split_tag  # with numpy behind it, which the first paint does without

        states = (split_tag(source)[0] for source in (self.a, self.b) if source is not None)
        return (*map(str, states), *(path for path, _, _ in self.disks))


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared with another: its name and a few words about it as they are shown, SRC of its VM state (None
    where it has none), the tag of it on each disk, by path, its VM clock in ns where that is recorded, and the picture
    of its screen where there is one."""

    name: str
    about: str
    source: str | None
    tags: Mapping[str, str] = field(default_factory=dict)
    clock: int | None = None
    screen: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two streams: the machine and how many devices it has."""

    machine: str
    devices: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``streams`` None where they were not compared; ``errors`` are what kept a part from it.

    ``indexes`` are the two streams, open until ``close``: whoever looks at a difference sees its bytes."""

    streams: StreamDifference | None
    sides: tuple[Side, Side] | None
    disks: tuple[DiskDifference, ...]
    errors: tuple[SnapmgrError, ...] = ()
    indexes: tuple[StreamIndex, ...] = ()

    def close(self) -> None:
        for index in self.indexes:
            index.source.close()


def request_for(a: Compared, b: Compared) -> CompareRequest:
    disks = tuple((path, tag, b.tags[path]) for path, tag in a.tags.items() if path in b.tags)
    return CompareRequest(a.source, b.source, disks)


def compare(
    request: CompareRequest, roots: Sequence[Path], *, progress: Callable[[int, int], None], cancel: CancelToken
) -> Comparison:
    """Do it.  Raises Cancelled; whatever else goes wrong is told with the rest."""
    from snapmgr.snapshots.diff_disks import compare_disk

    report = Passes(progress, _PARTS + len(request.disks))
    streams, sides, errors, disks = None, None, [], []
    indexes: tuple[StreamIndex, ...] = ()
    with ExitStack() as opened:
        try:
            if request.a is not None and request.b is not None:
                streams, sides, indexes = _streams(opened, request.a, request.b, roots, report, cancel)
        except Cancelled:
            raise
        except SnapmgrError as error:
            errors.append(error.again())
            opened.close()
        for path, a, b in request.disks:
            try:
                disks.append(compare_disk(path, a, b, allow_roots=tuple(roots), progress=report, cancel=cancel))
            except Cancelled:
                raise
            except SnapmgrError as error:
                error.path = error.path or path
                errors.append(error.again())
        opened.pop_all()
    return Comparison(streams, sides, tuple(disks), tuple(errors), indexes)


def _streams(
    opened: ExitStack, a: str, b: str, roots: Sequence[Path], report: Callable[[int, int], None], cancel: CancelToken
) -> tuple[StreamDifference, tuple[Side, Side], tuple[StreamIndex, StreamIndex]]:
    from snapmgr.containers.open import open_source
    from snapmgr.inspect.diff import compare_streams
    from snapmgr.inspect.index import index_stream

    indexes = []
    for source in (a, b):
        stream = open_source(source, allow_roots=roots, cancel=cancel)
        opened.callback(stream.close)
        indexes.append(index_stream(stream, progress=report, cancel=cancel))
        cancel.check()
    one, other = indexes
    found = compare_streams(one, other, progress=report, cancel=cancel)
    return found, (_side(one), _side(other)), (one, other)


def _side(index: StreamIndex) -> Side:
    machine = index.configuration.machine if index.configuration is not None else ""
    return Side(machine, sum(one.type == "FULL" for one in index.records))
