"""SRC as the rest of the engine sees it: a migration stream as seekable bytes, wherever it came from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Source(Protocol):
    """An unpacked migration stream.  Offsets and sizes are bytes of the unpacked stream.

    ``container`` is one of ``raw``, ``gz``, ``zst``, ``xz``, ``stdin`` (raw bytes from standard input), ``qcow2``,
    ``directory`` (captured channels), ``libvirt``.
    ``label`` is what a person calls it (``disk.qcow2@before``), ``path`` the file (None for standard input),
    ``tag`` the snapshot inside a qcow2.  All methods may be called from any thread.
    """

    label: str
    path: Path | None
    container: str
    tag: str | None
    size: int
    origin: int
    """Where in its file the stream begins, as far as offsets inside the stream count from the file's beginning."""
    complete: bool
    """False where the container was damaged, and only what came before the damage is here."""

    def read(self, offset: int, length: int) -> memoryview:
        """Bytes ``[offset, offset + length)``, fewer at the end.  Raises SnapmgrError where they cannot be had."""

    def chunks(self, offset: int = 0, room: int = 0) -> Iterator[memoryview]:
        """The stream from ``offset`` to its end in pieces of some MiB each, in memory of their own.

        Each has ``room`` bytes in front that are no data, but free for whoever reads it.
        """

    def beyond(self) -> Iterator[memoryview]:
        """Bytes behind ``size`` that a loader would go on reading: QEMU ignores the size a snapshot table records."""

    def close(self) -> None: ...
