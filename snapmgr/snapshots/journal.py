"""What makes a change of several images one change, also by ``kill -9`` between the switches of two headers.

Before the first switch the header sectors of all images, as they are and as they will be, go to a file in the state
folder; behind the last switch it is taken away.  Who opens one of the images next, to look or to change it, goes on
where that was cut off: the new metadata is all there, and as long as nobody wrote to an image since it was prepared,
its switch can be made up for.  Where somebody did, that is told until the images are put right together.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import platformdirs

from snapmgr.block import lock
from snapmgr.block.qcow2.geometry import SECTOR
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.raw import RawFile
from snapmgr.errors import NotFound, SnapmgrError

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
            images.append(_facts(path, shadow.old_sector, shadow.new_sector, path.stat().st_mtime_ns))
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


@dataclass(frozen=True, slots=True)
class CutOff:
    """A change that was cut off and could not be made up for: the images that are as after it, and those as before."""

    done: tuple[Path, ...]
    left: tuple[Path, ...]
    why: str
    final: bool = True
    """Whether nobody can make up for it any more."""

    @property
    def message(self) -> str:
        """For everybody who opens one of them."""
        never = "cannot be made up for any more" if self.final else "could not be made up for yet"
        state = f"{_named(self.done)} as after it, {_named(self.left)} as before"
        return f"a change of several disks was cut off between them and {never}: {state} ({self.why})"


HINT = "Apply a snapshot that all of them have: until then they do not belong together."


def finish_cut_off(paths: Iterable[str | Path]) -> None:
    """Make up for what was cut off in a change that these images were part of; for whoever is about to change them.

    Raises InUse where another process uses an image of that change, SnapmgrError where it cannot be written.
    """
    for file, switches, lost in _concerned(paths):
        if lost is None:
            _close(file, switches, _finish(switches))


def settle(paths: Iterable[str | Path]) -> list[CutOff]:
    """The same for whoever looks at them: what could not be made up for is told, and told again until it is put right.

    Where it only cannot be done now, as somebody uses one of them, that is the reason that is told.
    """
    found = []
    for file, switches, lost in _concerned(paths):
        left = lost
        if left is None:
            try:
                left = _finish(switches)
                _close(file, switches, left)
            except SnapmgrError as error:  # its writer may be at work just now: the journal is his
                left = _as_it_is(switches, error.message, final=False)
        if left is not None:
            found.append(left)
    return found


def forget_cut_off(paths: Iterable[str | Path]) -> None:
    """All of these disks were put right together: what was cut off before is no matter any more."""
    right = {_identity(Path(path)) for path in paths}
    for file, switches, _ in _concerned(paths):
        if all(_identity(switch.path) in right for switch in switches):
            _drop(file)


def _concerned(paths: Iterable[str | Path]) -> Iterator[tuple[Path, list[_Switch], CutOff | None]]:
    """Journals of changes that one of these images was part of, and what is known to be lost of each."""
    wanted = {_identity(Path(path)) for path in paths} - {None}
    for file in _journals():
        switches, lost = _read(file)
        if any(_identity(switch.path) in wanted for switch in switches):
            yield file, switches, lost


def _close(file: Path, switches: Sequence[_Switch], left: CutOff | None) -> None:
    """The journal goes where nothing is left to be done; what is lost is noted in it, as the images may change on."""
    if left is None:
        _drop(file)
    elif left.final:
        lost = {"done": [str(path) for path in left.done], "left": [str(path) for path in left.left], "why": left.why}
        images = [_facts(switch.path, switch.before, switch.after, switch.written) for switch in switches]
        with suppress(OSError):
            _write(file, json.dumps({"images": images, "lost": lost}))


def _facts(path: Path, before: bytes, after: bytes, written: int) -> dict[str, Any]:
    return {"path": str(path), "before": before.hex(), "after": after.hex(), "written": written}


def _drop(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


def _finish(switches: Sequence[_Switch]) -> CutOff | None:
    """Switch those that were not, if any was: all are ready.  Where none was, nothing has happened yet.

    None where there is nothing left to be done.
    """
    open_files: list[tuple[_Switch, RawFile]] = []
    stale: list[Path] = []
    try:
        for switch in switches:
            with suppress(NotFound):
                written = switch.path.stat().st_mtime_ns if switch.path.exists() else -1
                file = RawFile.open(switch.path, writable=True)
                open_files.append((switch, file))
                lock.acquire(file.descriptor, lock.Use.WRITE, switch.path)
                if written != switch.written and _sector(file) == switch.before:
                    stale.append(switch.path)  # what was prepared may not be there any more
        if not any(_sector(file) == switch.after for switch, file in open_files):
            return None
        if stale:
            return _as_it_is(switches, f"{_named(stale, was=True)} written to since")
        for switch, file in open_files:
            if _sector(file) == switch.before:
                file.pwrite(0, [memoryview(switch.after)])
                file.flush()
    finally:
        for _, file in open_files:
            file.close()
    return None


def _as_it_is(switches: Sequence[_Switch], why: str, *, final: bool = True) -> CutOff | None:
    """None where all, or none, were switched, as far as can be seen."""
    done: list[Path] = []
    left: list[Path] = []
    for switch in switches:
        with suppress(SnapmgrError):
            file = RawFile.open(switch.path)
            try:
                (left if _sector(file) == switch.before else done).append(switch.path)
            finally:
                file.close()
    return CutOff(tuple(done), tuple(left), why, final) if done and left else None


def _named(paths: Sequence[Path], *, was: bool = False) -> str:
    names = [path.name for path in paths]
    if len(names) == 1:
        return f"{names[0]} {'was' if was else 'is'}"
    return f"{', '.join(names[:-1])} and {names[-1]} {'were' if was else 'are'}"


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


def _read(file: Path) -> tuple[list[_Switch], CutOff | None]:
    """What stands in a journal; nothing where that is none of ours."""
    try:
        if file.stat().st_size > _LONGEST:
            return [], None
        found = json.loads(file.read_text())
        lost = found.get("lost")
        return [_switch(image) for image in found["images"]], None if lost is None else _lost(lost)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [], None


def _lost(facts: Any) -> CutOff:
    """Raises as ``_switch``."""
    done, left = (tuple(Path(path) for path in facts[which]) for which in ("done", "left"))
    if not done or not left:
        raise ValueError("nothing is lost")
    return CutOff(done, left, str(facts["why"]))


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
