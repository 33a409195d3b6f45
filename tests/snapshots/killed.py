"""Changes of images that are killed with the k-th write half done.

``python -m tests.snapshots.killed`` stays: for each line ``[KIND, K, [IMAGE, …], ENVIRONMENT]`` it forks a process that
makes the change, and answers ``[STATUS, TEXT]``: how that ended, and how many writes there were where it came so far.
KIND ``save`` saves the demo machine with the images as its disks, ``live`` does while its guest runs.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from snapmgr.block import vectored
from snapmgr.block.checking import Repair, check_file
from snapmgr.gathered import Places
from snapmgr.machine.disks import open_disk
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot, rename_snapshot
from snapmgr.snapshots.live import save_snapshot_live
from snapmgr.snapshots.machine import save_snapshot
from snapmgr.snapshots.undo import bring_back
from tests import corpus
from tests.limits import wait_for_no_disk

SECTOR = 512
"""Bytes that are written together or not at all, such as an entry of a table."""

_real, _real_places = os.pwrite, vectored.write_places


def killed(kind: str, write: int, *images: Path) -> int:
    """0 where it was killed, else the number of writes that there were."""
    server = _server()
    assert server.stdin is not None and server.stdout is not None
    try:
        server.stdin.write(json.dumps([kind, write, [str(image) for image in images], dict(os.environ)]) + "\n")
        server.stdin.flush()
        status, text = json.loads(server.stdout.readline())
    except BaseException:  # its answer would be taken for that of the next one
        server.kill()
        _server.cache_clear()
        raise
    assert status in (0, -signal.SIGKILL), text
    return int(text or 0)


@functools.cache
def _server() -> subprocess.Popen[str]:
    """One for all, as most of the time of a process goes into its imports; it ends with this one, which closes it."""
    command = [sys.executable, "-m", "tests.snapshots.killed"]
    return subprocess.Popen(command, cwd=corpus.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def serve() -> None:
    for line in sys.stdin:
        kind, last, images, environment = json.loads(line)
        out, into = os.pipe()
        if not (child := os.fork()):
            os.environ.update(environment)
            _answer(into, kind, last, images)
        os.close(into)
        with os.fdopen(out) as answer:
            text = answer.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps([status, text]), flush=True)


def _answer(into: int, kind: str, last: int, images: list[str]) -> None:
    status = 0
    try:
        text = str(main(kind, last, images))
    except BaseException:
        status, text = 1, traceback.format_exc()
    os.write(into, text.encode())
    os._exit(status)


def main(kind: str, last: int, images: list[str]) -> int:
    """How many writes there were, unless it dies."""
    count = itertools.count(1)

    def pwrite(descriptor: int, data: bytes, offset: int, /) -> int:
        if next(count) < last:
            return _real(descriptor, data, offset)
        _real(descriptor, memoryview(data)[: len(data) // 2 // SECTOR * SECTOR] if offset else data, offset)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still here")

    def write_places(descriptor: int, places: Places, offset: int) -> int:
        if next(count) < last:
            return _real_places(descriptor, places, offset)
        _real_places(descriptor, places[: len(places) // 2], offset)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still here")

    change = PREPARED[kind](images) if kind in PREPARED else changes(images)[kind]
    os.pwrite, vectored.write_places = pwrite, write_places
    change()
    return next(count) - 1


def changes(images: list[str]) -> dict[str, Callable[[], object]]:
    return {
        "create": lambda: create_snapshot(images, "new"),
        "delete": lambda: delete_snapshot(images, "id:1"),
        "apply": lambda: apply_snapshot(images, "id:1"),
        "rename": lambda: rename_snapshot(images, "id:1", "renamed"),
        "repair": lambda: check_file(images[0], repair=Repair.ALL),
    }


def undo(images: list[str]) -> Callable[[], object]:
    """Of a deletion that has just taken place."""
    gone = [one.switched for one in delete_snapshot(images, "first")]
    return lambda: bring_back([one for one in gone if one is not None])


def live(images: list[str]) -> Callable[[], object]:
    """A save of a machine whose guest goes on meanwhile."""
    machine = Machine(MachineOptions(ram=16 << 20, boot=BootOptions("random", 1)), [open_disk(path) for path in images])
    machine.start()
    machine.run(30)
    return lambda: save_snapshot_live(
        machine, "new", order=lambda go: go(), progress=lambda done, total: machine.run(1)
    )


def save(images: list[str]) -> Callable[[], object]:
    """Of a machine that has written to its disks, and stands."""
    machine = Machine(MachineOptions(ram=16 << 20, boot=BootOptions("random", 1)), [open_disk(path) for path in images])
    machine.start()
    machine.run(5)
    machine.stop()
    return lambda: save_snapshot(machine, "new")


PREPARED = {"save": save, "live": live, "undo": undo}

if __name__ == "__main__":
    wait_for_no_disk()
    serve()
