"""What makes a change of several images one change, also by ``kill -9`` between the switches of two headers.

Before the first switch the header sectors of all images, as they are and as they will be, go to a file in the state
folder; behind the last switch it is taken away.  Who opens one of the images next goes on where that was cut off: the
new metadata is all there, and as long as nobody wrote to an image since it was prepared, its switch can be made up for.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import platformdirs

from snapmgr.block import lock
from snapmgr.block.qcow2.geometry import SECTOR
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.raw import RawFile
from snapmgr.errors import NotFound

_MOST_JOURNALS, _LONGEST = 1000, 1 << 20


@dataclass(frozen=True, slots=True)
class _Switch:
    """One image: its header sector before and after, and when it was last written to, in ns, once it was prepared."""

    path: Path
    before: bytes
    after: bytes
    written: int


class Switch(Protocol):
    """What is switched by one write: an image, its header sector as it is and as it will be."""

    image: Qcow2Image

    @property
    def old_sector(self) -> bytes: ...

    @property
    def new_sector(self) -> bytes: ...


class Journal:
    """One change that is being made.  ``done`` when every header is switched, or none is any more."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def begin(cls, shadows: Sequence[Switch]) -> Journal | None:
        """Note what is going to be switched; None where one image alone needs no note, or none can be made."""
        if len(shadows) < 2:
            return None
        images = []
        for shadow in shadows:
            path = Path(str(shadow.image.path)).absolute()
            images.append(
                {
                    "path": str(path),
                    "before": shadow.old_sector.hex(),
                    "after": shadow.new_sector.hex(),
                    "written": path.stat().st_mtime_ns,
                }
            )
        target = _folder() / f"{uuid.uuid4().hex}.json"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, json.dumps({"images": images}))
        except OSError:  # without it all is as it was before there were journals: several switches, one by one
            return None
        return cls(target)

    def done(self) -> None:
        with suppress(OSError):
            self._path.unlink()


def finish_cut_off(paths: Iterable[str | Path]) -> None:
    """Make up for what was cut off in a change that these images were part of.

    Raises InUse where another process uses an image of that change, SnapmgrError where it cannot be written.
    """
    wanted = {_identity(Path(path)) for path in paths} - {None}
    for file in _journals():
        switches = _read(file)
        if any(_identity(switch.path) in wanted for switch in switches):
            _finish(switches)
            with suppress(OSError):
                file.unlink()


def _finish(switches: Sequence[_Switch]) -> None:
    """Switch those that were not, if any was: all are ready.  Where none was, nothing has happened yet."""
    open_files: list[tuple[_Switch, RawFile]] = []
    try:
        for switch in switches:
            with suppress(NotFound):
                written = switch.path.stat().st_mtime_ns if switch.path.exists() else -1
                file = RawFile.open(switch.path, writable=True)
                open_files.append((switch, file))
                lock.acquire(file.descriptor, lock.Use.WRITE, switch.path)
                if written != switch.written and _sector(file) == switch.before:
                    return  # somebody wrote to it since: what was prepared may not be there any more
        if not any(_sector(file) == switch.after for switch, file in open_files):
            return
        for switch, file in open_files:
            if _sector(file) == switch.before:
                file.pwrite(0, [memoryview(switch.after)])
                file.flush()
    finally:
        for _, file in open_files:
            file.close()


def _sector(file: RawFile) -> bytes:
    buffer = bytearray(SECTOR)
    file.pread_into(0, memoryview(buffer))
    return bytes(buffer)


def _folder() -> Path:
    return Path(platformdirs.user_state_dir("snapmgr")) / "changes"


def _journals() -> list[Path]:
    try:
        return sorted(_folder().glob("*.json"))[:_MOST_JOURNALS]
    except OSError:
        return []


def _read(file: Path) -> list[_Switch]:
    """What stands in a journal; nothing where that is none of ours."""
    try:
        if file.stat().st_size > _LONGEST:
            return []
        found = json.loads(file.read_text())
        return [_switch(image) for image in found["images"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _switch(image: Any) -> _Switch:
    """Raises ValueError, KeyError or TypeError for nonsense."""
    before, after = bytes.fromhex(image["before"]), bytes.fromhex(image["after"])
    if len(before) != SECTOR or len(after) != SECTOR:
        raise ValueError("no header sector")
    return _Switch(Path(image["path"]), before, after, int(image["written"]))


def _write(target: Path, text: str) -> None:
    """On stable storage under its name, whole."""
    temporary = target.with_suffix(".part")
    with temporary.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
