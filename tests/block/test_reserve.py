"""Room that is set aside for what waits, on the file system of an image."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from snapmgr.block import reserve
from snapmgr.block.held import PAGE, HeldDevice
from snapmgr.block.memory import MemoryDevice
from snapmgr.block.reserve import Reserve
from snapmgr.errors import SnapmgrError

CLUSTER, SPAN = 1 << 16, 1 << 20
Full = Callable[[int, int], None]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Full:
    """``full(most, number)``: a file system that sets ``most`` bytes aside and refuses more with that errno."""

    def limit(most: int, number: int) -> None:
        def fallocate(descriptor: int, mode: int, offset: int, length: int) -> int:
            if offset + length <= most:
                return 0
            ctypes.set_errno(number)
            return -1

        monkeypatch.setattr(reserve, "libc", lambda: SimpleNamespace(fallocate=fallocate))

    return limit


def test_each_cluster_and_each_table_is_set_aside_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "image"
    path.touch()
    opened: list[int] = []
    system = os.open

    def noting(*words: Any, **named: Any) -> int:
        opened.append(system(*words, **named))
        return opened[-1]

    monkeypatch.setattr(os, "open", noting)
    held = Reserve(path, cluster=CLUSTER, span=SPAN)
    held.take(0, 10)
    if not opened:
        pytest.skip("the file system of temporary files can set nothing aside")
    first = held.size
    assert first >= 6 * CLUSTER, "a cluster, its table, and what the image itself needs"
    held.take(100, CLUSTER - 100)
    assert held.size == first
    held.take(0, 8 << 20)
    assert held.size > 8 << 20
    [mine] = opened
    assert os.fstat(mine).st_blocks * 512 >= held.size, "the file system has it"
    assert list(tmp_path.iterdir()) == [path]
    held.release()
    assert held.size == 0
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(mine)


def test_a_write_without_room_is_not_taken(tmp_path: Path, full: Full) -> None:
    full(6 << 20, errno.ENOSPC)
    below = MemoryDevice(bytes(8 << 20))
    held = HeldDevice(below, reserve=Reserve(tmp_path / "image", cluster=CLUSTER, span=SPAN))
    taken = 0
    with pytest.raises(SnapmgrError, match="image cannot be written: No space left") as refused:
        for number in range(128):
            held.pwrite(number * CLUSTER, [memoryview(b"x" * PAGE)])
            taken += 1
    assert refused.value.hint and 70 < taken < 96
    assert held.waiting == taken * PAGE, "nothing of the one that was refused waits"
    held.pwrite(0, [memoryview(b"y" * PAGE)])  # its room is set aside already
    full(1 << 40, 0)
    held.pwrite(taken * CLUSTER, [memoryview(b"z" * PAGE)])
    held.let_go()
    assert [below.content[at * CLUSTER : at * CLUSTER + 1] for at in (0, 1, taken)] == [b"y", b"x", b"z"]


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EFBIG])
def test_what_cannot_set_anything_aside_takes_all(tmp_path: Path, full: Full, number: int) -> None:
    full(0, number)
    held = Reserve(tmp_path / "image")
    held.take(0, 1 << 20)
    nowhere = Reserve(tmp_path / "none" / "image")
    nowhere.take(0, 1 << 20)
    assert (held.size, nowhere.size) == (0, 0)
    held.release()
    held.release()
