"""TARGET as a person names it: a stream, a dump, or a QEMU command line (DESIGN §6)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from snapmgr.containers.open import open_source, split_tag
from snapmgr.inspect.against.dumped import target_of_dump
from snapmgr.inspect.against.probe import probe
from snapmgr.inspect.against.streams import target_of_stream
from snapmgr.inspect.against.target import Target
from snapmgr.vmstate.dumpfile import DumpError, parse_dump
from snapmgr.work import CancelToken, Progress, no_progress

_HEAD = 4096


def resolve_target(
    name: str,
    *,
    allow_roots: Sequence[Path] = (),
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Target:
    """The machine that ``name`` means.

    Raises UsageError, DumpError, StreamError, SnapmgrError ``qemu-failed``, and as ``open_source``.
    """
    path, _ = split_tag(name)
    if not os.path.exists(path) or _is_program(path):  # noqa: PTH110 - pathlib raises for a long command line
        return probe(name)
    if _is_dump(path):
        try:
            return target_of_dump(parse_dump(path.read_bytes()), path.name)
        except DumpError as error:
            error.path = str(path)
            raise
    source = open_source(name, allow_roots=tuple(allow_roots))
    try:
        return target_of_stream(source, progress=progress, cancel=cancel)
    finally:
        source.close()


def _is_program(path: Path) -> bool:
    """A binary that can be run, and not a stream that somebody marked so."""
    if not path.is_file() or not os.access(path, os.X_OK):
        return False
    with path.open("rb") as file:
        head = file.read(4)
    return head == b"\x7fELF" or head.startswith(b"#!")


def _is_dump(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(_HEAD).lstrip().startswith(b"{")
