"""``python -m tests.snapshots.killed KIND K IMAGE…``: change images, and be killed with the k-th write half done."""

from __future__ import annotations

import itertools
import os
import signal
import sys

from snapmgr.block.checking import Repair, check_file
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot, rename_snapshot
from snapmgr.snapshots.undo import bring_back

_real = os.pwrite


def main(kind: str, last: int, images: list[str]) -> None:
    count = itertools.count(1)

    def pwrite(descriptor: int, data: bytes, offset: int, /) -> int:
        if next(count) < last:
            return _real(descriptor, data, offset)
        _real(descriptor, memoryview(data)[: len(data) // 2] if offset else data, offset)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still here")

    if kind == "undo":
        gone = [one.switched for one in delete_snapshot(images, "first")]
    os.pwrite = pwrite
    if kind == "create":
        create_snapshot(images, "new")
    elif kind == "delete":
        delete_snapshot(images, "id:1")
    elif kind == "apply":
        apply_snapshot(images, "id:1")
    elif kind == "undo":
        bring_back([one for one in gone if one is not None])
    elif kind == "repair":
        check_file(images[0], repair=Repair.ALL)
    else:
        rename_snapshot(images, "id:1", "renamed")
    print(next(count) - 1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
