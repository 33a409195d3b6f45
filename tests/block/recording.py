"""A block device in memory that remembers what was done to it, and what a crash would have left of that."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from snapmgr.block.memory import MemoryDevice

SECTOR = 512


@dataclass(frozen=True)
class Write:
    offset: int
    data: bytes


@dataclass(frozen=True)
class Resize:
    size: int


@dataclass(frozen=True)
class Flush:
    """Everything before is on stable storage."""


Action = Write | Resize | Flush


class Recording(MemoryDevice):
    """``actions`` are all changes since it was made, in their order."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.actions: list[Action] = []

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        self.actions.append(Write(offset, b"".join(buffers)))
        super().pwrite(offset, buffers)

    def resize(self, size: int) -> None:
        self.actions.append(Resize(size))
        super().resize(size)

    def flush(self) -> None:
        self.actions.append(Flush())


def prefixes(before: bytes, actions: Sequence[Action]) -> Iterator[tuple[int, bytes]]:
    """How many actions were done, and the content then, from none to all."""
    device = MemoryDevice(before)
    yield 0, device.content
    for number, action in enumerate(actions, 1):
        _do(device, action)
        yield number, device.content


def losses(before: bytes, actions: Sequence[Action], chance: random.Random) -> Iterator[tuple[int, bytes]]:
    """The same where power fails: of what was written since the last flush any part may be lost, sector by sector."""
    for number in range(len(actions) + 1):
        done = actions[:number]
        flushed = max((place for place, action in enumerate(done) if isinstance(action, Flush)), default=-1)
        device = MemoryDevice(before)
        for place, action in enumerate(done):
            if place <= flushed or isinstance(action, Resize):
                _do(device, action)
            elif isinstance(action, Write):
                for start in range(0, len(action.data), SECTOR):
                    if chance.random() < 0.5:
                        _do(device, Write(action.offset + start, action.data[start : start + SECTOR]))
        yield number, device.content


def _do(device: MemoryDevice, action: Action) -> None:
    if isinstance(action, Write):
        device.pwrite(action.offset, [memoryview(action.data)])
    elif isinstance(action, Resize):
        device.resize(action.size)
