"""``python -m tests.snapshots.full_disk FOLDER IMAGE how``: change a copy of IMAGE in FOLDER while that is full.

``mounted``: FOLDER is a small tmpfs of this process's own, and full means that the system has no page left.
``imitated``: where nothing may be mounted, what would take more room fails as it would there, after half of it.
Prints one line for each try: what was tried, bytes that were free, code and hint of the failure, and whether the image
is what it was.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from snapmgr.block import vectored
from snapmgr.errors import SnapmgrError
from snapmgr.gathered import Places
from snapmgr.machine.disks import open_disk
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.snapshots import machine as whole
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot, rename_snapshot

ROOMS = (0, 96 << 10, 32 << 20)
"""Bytes that are free: none, less than any change needs, and enough for all."""


def save(path: Path) -> None:
    """With its VM state, of a machine whose room nobody asked for before."""
    whole.check_room = lambda *_: None  # type: ignore[attr-defined]
    with Machine(MachineOptions(ram=16 << 20, boot=BootOptions("full", 1)), [open_disk(path)]) as made:
        whole.save_snapshot(made, "new")


KINDS: dict[str, Callable[[Path], object]] = {
    "create": lambda path: create_snapshot([path], "new"),
    "delete": lambda path: delete_snapshot([path], "id:1"),
    "apply": lambda path: apply_snapshot([path], "id:1"),
    "rename": lambda path: rename_snapshot([path], "id:1", "renamed"),
    "save": save,
}


@contextmanager
def filled(folder: Path, room: int) -> Iterator[None]:
    """Only ``room`` bytes are free meanwhile."""
    filler = folder / "filler"
    free = os.statvfs(folder)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(4096, free.f_bavail * free.f_frsize - room))
        yield
    filler.unlink()


@contextmanager
def imitated(path: Path, room: int) -> Iterator[None]:
    """The file takes ``room`` bytes more than now, and not one beyond."""
    real, real_places, most = os.pwrite, vectored.write_places, path.stat().st_blocks * 512 + room

    def refuse(descriptor: int) -> None:
        if os.fstat(descriptor).st_blocks * 512 > most:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def pwrite(descriptor: int, data: bytes, offset: int, /) -> int:
        done = real(descriptor, memoryview(data)[: max(1, len(data) // 2)], offset)
        refuse(descriptor)
        return done

    def write_places(descriptor: int, places: Places, offset: int) -> int:
        done = real_places(descriptor, places[: max(1, len(places) // 2)], offset)
        refuse(descriptor)
        return done

    os.pwrite, vectored.write_places = pwrite, write_places
    try:
        yield
    finally:
        os.pwrite, vectored.write_places = real, real_places


def main(folder: Path, source: Path, how: str) -> None:
    path = folder / "image.qcow2"
    for kind, change in KINDS.items():
        for room in ROOMS:
            shutil.copyfile(source, path)
            before = path.read_bytes()
            code = hint = None
            with filled(folder, room) if how == "mounted" else imitated(path, room):
                try:
                    change(path)
                except SnapmgrError as error:
                    code, hint = error.code, error.hint
                same = path.read_bytes() == before
            sound = subprocess.run(["qemu-img", "check", "-q", path], check=False).returncode == 0
            print(json.dumps([kind, room, code, hint, same, sound]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
