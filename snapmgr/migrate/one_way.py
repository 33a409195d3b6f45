"""Channels that go one way only: a file, a command's pipe, a descriptor (migration/file.c, exec.c, fd.c)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from snapmgr.block.vectored import write_all, write_at
from snapmgr.errors import SnapmgrError, cannot_open
from snapmgr.migrate.channel import ChannelBroken
from snapmgr.savevm.output import Buffer

PIECE = 1 << 20


class DescriptorChannel:
    """A Channel over a descriptor that is read or written from where it stands; it takes it over.

    Nothing comes back: the source takes the guest for loaded when all is written, as QEMU does.
    """

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes] | None = None) -> None:
        self._descriptor = descriptor
        self._process = process
        self._open = True
        self.received = 0
        """Bytes that have come so far."""

    @property
    def returns(self) -> bool:
        return False

    @property
    def position(self) -> int | None:
        """Where it stands in its file; None for what has no places."""
        try:
            return os.lseek(self._descriptor, 0, os.SEEK_CUR)
        except OSError:
            return None

    def skip(self, count: int) -> None:
        """Go on so many bytes further.  Raises OSError."""
        os.lseek(self._descriptor, count, os.SEEK_CUR)

    def write_at(self, offset: int, buffers: Sequence[Buffer]) -> None:
        """Into the file, whatever stands there; ``position`` stays.  Raises ChannelBroken."""
        try:
            write_at(self._descriptor, [memoryview(buffer).cast("B") for buffer in buffers], offset)
        except OSError as error:
            raise ChannelBroken(f"what is sent cannot be written: {error.strerror or error}") from error

    def read_at(self, offset: int, view: memoryview) -> None:
        """Fill ``view`` from the file; ``position`` stays.  Raises ChannelBroken where it ends before."""
        view = view.cast("B")
        while len(view):
            try:
                count = os.preadv(self._descriptor, [view], offset)
            except OSError as error:
                raise ChannelBroken(f"what is received cannot be read: {error.strerror or error}") from error
            if not count:
                raise ChannelBroken("the file ends before RAM does")
            view, offset = view[count:], offset + count
            self.received += count

    def send(self, buffers: Sequence[Buffer]) -> None:
        try:
            write_all(self._descriptor, [memoryview(buffer).cast("B") for buffer in buffers])
        except OSError as error:
            raise ChannelBroken(f"what is sent cannot be written: {error.strerror or error}") from error

    def receive(self) -> Buffer:
        try:
            piece = os.read(self._descriptor, PIECE)
        except OSError as error:
            raise ChannelBroken(f"what is received cannot be read: {error.strerror or error}") from error
        self.received += len(piece)
        return piece

    def end(self) -> None:
        """Close it; a command is waited for.  Raises ChannelBroken where that says that it failed."""
        self._close()
        if self._process is not None and (code := self._process.wait()):
            raise ChannelBroken(f"the command ended with {code}")

    def yank(self) -> None:
        if self._process is not None:
            self._process.kill()
        else:
            self._close()

    def close(self) -> None:
        self._close()
        if self._process is not None:
            self._process.wait()

    def _close(self) -> None:
        if self._open:
            self._open = False
            with suppress(OSError):
                os.close(self._descriptor)


def to_file(
    path: Path, offset: int = 0, made: Callable[[int], DescriptorChannel] = DescriptorChannel
) -> DescriptorChannel:
    """A new file, or one that has ``offset`` bytes in front; ``made`` of its descriptor.  Raises SnapmgrError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (0 if offset else os.O_TRUNC), 0o600)
        os.lseek(descriptor, offset, os.SEEK_SET)
    except OSError as error:
        raise cannot_open(path, error) from error
    return made(descriptor)


def from_file(path: Path, offset: int = 0) -> DescriptorChannel:
    """Raises NotFound and other SnapmgrErrors."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        os.lseek(descriptor, offset, os.SEEK_SET)
    except OSError as error:
        raise cannot_open(path, error) from error
    return DescriptorChannel(descriptor)


def through(command: str, *, out: bool) -> DescriptorChannel:
    """A command in the user's shell, as ``exec:`` has it: what it reads (``out``) or writes is the stream.

    Raises SnapmgrError ``cannot-run``.
    """
    ours, theirs = os.pipe()[:: -1 if out else 1]
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=theirs if out else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if out else theirs,
        )
    except OSError as error:
        os.close(ours)
        raise SnapmgrError("cannot-run", f"{command} cannot be run: {error.strerror}") from error
    finally:
        os.close(theirs)
    return DescriptorChannel(ours, process)
