"""A directory with the connections of one migration, as a tap between two QEMUs wrote them down (docs/format).

All channels together are one Source: their bytes stand one behind the other, those that went to the destination
first, so that an offset says both the channel and the place in it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from snapmgr.containers.file import FileSource
from snapmgr.errors import SnapmgrError, StreamError, UsageError
from snapmgr.ram.multifd import MAGIC as MULTIFD_MAGIC
from snapmgr.wire.constants import MAGIC

MAX_CONNECTIONS = 1024
MAX_ORDER = 16 << 20
"""Bytes of order.json that are read."""

_FILE = re.compile(r"(?:(?P<prefix>.+)\.)?conn(?P<number>\d{1,4})\.(?P<way>fwd|rev)\.bin(?:\.zst)?")
_RECORDS = frozenset({1, 2, 3, 4, 8})
"""First bytes of a connection after recovery: a section or a command."""


class Role(Enum):
    """What a channel carries."""

    MAIN = "main stream"
    MULTIFD = "multifd channel"
    RECOVERED = "main stream after recovery"
    PREEMPT = "postcopy preempt channel"
    RETURN = "return path"
    UNKNOWN = "not read"


@dataclass(frozen=True, slots=True)
class Channel:
    """One direction of connection ``number``: bytes ``[offset, offset + size)`` of the capture."""

    number: int
    role: Role
    offset: int
    size: int
    file: str

    @property
    def name(self) -> str:
        """``conn1.fwd``, ``conn0.rev``."""
        return f"conn{self.number}.{'rev' if self.role is Role.RETURN else 'fwd'}"

    @property
    def title(self) -> str:
        """``conn1, multifd channel``."""
        return f"conn{self.number}, {self.role.value}"


class CaptureSource:
    """A Source over all channels; ``channels`` are in the order of their offsets, and none is empty."""

    def __init__(self, path: Path, members: Sequence[tuple[Channel, FileSource]]) -> None:
        self.path: Path | None = path
        self.label = path.name or str(path)
        self.container = "directory"
        self.tag: str | None = None
        self.origin = 0
        self.folder = path
        self.channels = tuple(channel for channel, _ in members)
        self.complete = all(source.complete for _, source in members)
        self._members = [source for _, source in members]
        self._starts = [channel.offset for channel in self.channels]
        self.size = self.channels[-1].offset + self.channels[-1].size

    @property
    def main(self) -> Channel:
        return next(channel for channel in self.channels if channel.role is Role.MAIN)

    def place(self, offset: int) -> tuple[Channel, int]:
        """The channel that a byte belongs to, and where in it; the end of the last one for all beyond."""
        row = max(0, bisect_right(self._starts, offset) - 1)
        return self.channels[row], offset - self._starts[row]

    def tell(self, error: SnapmgrError) -> None:
        """Let an error about a byte of the capture name the file of its channel, and count in that."""
        known = error.offset is not None and error.offset < self.size
        if known and error.path in (None, str(self.path)):
            channel, error.offset = self.place(error.offset or 0)
            error.path = str(self.folder / channel.file)

    def member(self, channel: Channel) -> FileSource:
        """The bytes of one channel alone."""
        return self._members[self.channels.index(channel)]

    def read(self, offset: int, length: int) -> memoryview:
        """Bytes ``[offset, offset + length)``, fewer at the end.  Raises as FileSource.read."""
        end, pieces = min(offset + max(length, 0), self.size), []
        at = max(offset, 0)
        while at < end:
            channel, inside = self.place(at)
            piece = self.member(channel).read(inside, min(end - at, channel.size - inside))
            pieces.append(piece)
            at += len(piece)
        return pieces[0] if len(pieces) == 1 else memoryview(b"".join(pieces))

    def chunks(self, offset: int = 0, room: int = 0) -> Iterator[memoryview]:
        """All channels from ``offset`` on, one behind the other, in pieces of some MiB."""
        for channel, source in zip(self.channels, self._members, strict=True):
            if offset < channel.offset + channel.size:
                yield from source.chunks(max(0, offset - channel.offset), room)

    def beyond(self) -> Iterator[memoryview]:
        """Nothing stands behind the end of a capture."""
        return iter(())

    def close(self) -> None:
        for source in self._members:
            source.close()


def is_capture(path: Path) -> bool:
    """Whether ``path`` is a folder in which a connection's file lies."""
    try:
        return path.is_dir() and bool(_listed(path))
    except (OSError, ValueError):  # a name that can never be, or a folder that nobody may look into
        return False


def capture_around(path: Path) -> Path | None:
    """The folder of the capture that a file is a connection of by its name, None where it is none."""
    return path.parent if _FILE.fullmatch(path.name) else None


def open_capture(path: Path, open_file: Callable[[Path], FileSource]) -> CaptureSource:
    """Open the captured connections in the folder ``path``; ``open_file`` opens one file, unpacked where it is packed.

    Raises UsageError where there are several captures, StreamError where no connection carries the main stream.
    """
    names = _one_capture(path)
    opened: dict[tuple[str, int], FileSource] = {}
    try:
        for (way, number), name in names.items():
            source = opened[way, number] = open_file(path / name)
            if source.size == 0:
                source.close()
                del opened[way, number]
        members = list(_members(opened, names))
        if not any(channel.role is Role.MAIN for channel, _ in members):
            raise StreamError(
                "no-main-stream",
                f"none of the connections in {path} begins with QEVM",
                path=path,
                hint="The main stream is the first connection of a migration: conn0.fwd.bin.",
                qemu="Not a migration stream",
            )
    except BaseException:
        for source in opened.values():
            source.close()
        raise
    return CaptureSource(path, members)


def read_order(path: Path) -> list[tuple[int, str, int]] | None:
    """The runs of bytes as they arrived: (connection, ``f`` or ``r``, bytes); None where there is no order.json.

    Raises StreamError where the file says something else.
    """
    found = next((file for file in sorted(path.iterdir()) if re.fullmatch(r"(.+\.)?order\.json", file.name)), None)
    if found is None:
        return None
    with found.open("rb") as file:
        text = file.read(MAX_ORDER + 1)
    try:
        said = json.loads(text)
        runs = [run for part in said.values() for run in part] if isinstance(said, dict) else said
        return [(int(number), str(way), int(count)) for number, way, count in runs]
    except (ValueError, TypeError, RecursionError) as error:
        raise StreamError("order-json", f"{found} does not list runs of bytes: {error}", path=found) from error


def _listed(path: Path) -> dict[str, dict[tuple[str, int], str]]:
    """Names of files by what stands before ``conn``, then by direction and connection; plain before packed ones."""
    found: dict[str, dict[tuple[str, int], str]] = {}
    for name in sorted(file.name for file in path.iterdir()):
        match = _FILE.fullmatch(name)
        if match and int(match["number"]) < MAX_CONNECTIONS:
            found.setdefault(match["prefix"] or "", {}).setdefault((match["way"], int(match["number"])), name)
    return found


def _one_capture(path: Path) -> dict[tuple[str, int], str]:
    found = _listed(path)
    if len(found) > 1:
        names = ", ".join(sorted(found)[:5]) + (", …" if len(found) > 5 else "")
        raise UsageError(
            "which-capture",
            f"{path} holds the connections of {len(found)} migrations",
            path=path,
            hint=f"Put each into a folder of its own: {names}",
        )
    return found[next(iter(found))]


def _members(
    opened: dict[tuple[str, int], FileSource], names: dict[tuple[str, int], str]
) -> Iterator[tuple[Channel, FileSource]]:
    """Channels with their places: forward ones first, each in the order in which the connections were opened."""
    offset, main_seen = 0, False
    for way, number in sorted(opened):
        source = opened[way, number]
        role = Role.RETURN if way == "rev" else _role(bytes(source.read(0, 8)), main_seen=main_seen)
        main_seen = main_seen or role is Role.MAIN
        yield Channel(number, role, offset, source.size, names[way, number]), source
        offset += source.size


def _role(head: bytes, *, main_seen: bool) -> Role:
    """What a connection carries, by its first bytes (a preempt channel begins with a word of RAM, a small number)."""
    if head.startswith(MAGIC):
        return Role.UNKNOWN if main_seen else Role.MAIN
    if head.startswith(MULTIFD_MAGIC.to_bytes(4)):
        return Role.MULTIFD
    if head[:1] == b"\0":
        return Role.PREEMPT
    return Role.RECOVERED if head and head[0] in _RECORDS else Role.UNKNOWN
