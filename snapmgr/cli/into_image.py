"""``snapctl convert --container qcow2``: a stream as the VM state of a new snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from snapmgr.cli.newfile import new_path
from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.errors import NotFound, UsageError

if TYPE_CHECKING:
    from snapmgr.gathered import Gathered
    from snapmgr.snapshots.plans import Put, VmState
    from snapmgr.snapshots.transaction import Changed

_EMPTY_DISK = 1 << 20
"""Bytes of the disk of an image that is made for its VM state alone."""


def put_state(output: Output, state: VmState, total: int, target: str, tag: str, *, force: bool) -> Changed:
    """Add snapshot ``tag`` with this VM state (``total`` bytes, for the progress) to the image ``target``, or make an
    image with an empty disk for it.

    Raises as ``create_snapshot``; UsageError ``exists`` for another file of that name, unless ``force`` is there.
    """
    from snapmgr.snapshots.change import create_snapshot

    told = _told(output, state, total)
    if _is_image(target):
        return create_snapshot([target], tag, told)[0]
    with new_path(target, force=force) as path:
        _make_image(path)
        return create_snapshot([path], tag, told)[0]


def refuse_own(sources: Iterable[Path | None], target: str, allow_roots: Iterable[Path]) -> None:
    """Raise UsageError where the image would be written to while it is read."""
    from snapmgr.block.replace import read_from

    if read_from(Path(target), sources, allow_roots) is not None:
        raise UsageError(
            "same-file",
            f"{target} is a file that is being read",
            path=target,
            hint="Copy the VM state into a file first: snapctl convert IMAGE@TAG -o FILE.",
        )


def _is_image(target: str) -> bool:
    from snapmgr.block.images import format_of
    from snapmgr.block.raw import RawFile

    try:
        file = RawFile.open(target)
    except NotFound:
        return False
    try:
        return format_of(file) == "qcow2"
    finally:
        file.close()


def _make_image(path: Path) -> None:
    from snapmgr.block.qcow2.create import Qcow2Writer

    with path.open("r+b") as file:
        file.truncate(0)
        Qcow2Writer(file.fileno(), _EMPTY_DISK).finish()


def _told(output: Output, state: VmState, total: int) -> VmState:
    """The same, with progress."""
    from dataclasses import replace

    def content(put: Put) -> None:
        done = 0

        def counted(piece: bytes | bytearray | memoryview | Gathered) -> None:
            nonlocal done
            put(piece)
            done += len(piece)
            report(done, total)

        with progress(output, "Writing") as report:
            state.content(counted)

    return replace(state, content=content)
