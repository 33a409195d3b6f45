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
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import platformdirs

from snapmgr.block import lock
from snapmgr.block.qcow2.geometry import SECTOR
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.raw import RawFile, identity_of
from snapmgr.errors import NotFound, SnapmgrError

_MOST_JOURNALS, _LONGEST = 1000, 1 << 20
_TABLES = slice(40, 56)
"""Where the header names the active L1 and the refcount table, which a change writes anew."""


@dataclass(frozen=True, slots=True)
class _Switch:
    """One image: its header sector before and after, and when it was last written to, in ns, once it was prepared.

    ``done`` where it was seen to be switched, while another one could not be.
    """

    path: Path
    before: bytes
    after: bytes
    written: int
    done: bool = False

    def stands(self, sector: bytes) -> bool | None:
        """Whether it was switched, by its header sector now; None where others changed too much of it."""
        if self.done:
            return True
        if sector in (self.before, self.after):
            return sector == self.after
        before, after, now = (one[_TABLES] for one in (self.before, self.after, sector))
        return now == after if before != after and now in (before, after) else None


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
    def begin(cls, shadows: Sequence[Switch], *, disks: bool) -> Journal | None:
        """Note what is going to be switched, and whether the ``disks`` get other contents by that; None where one image
        alone needs no note, or none can be made."""
        if len(shadows) < 2:
            return None
        images = []
        for shadow in shadows:
            path = Path(str(shadow.image.path)).absolute()
            images.append(_facts(path, shadow.old_sector, shadow.new_sector, path.stat().st_mtime_ns))
        target = _folder() / f"{uuid.uuid4().hex}.json"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, json.dumps({"images": images, "disks": disks}))
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
    disks: bool = True
    """Whether it was about what the disks hold, not only about their snapshots."""

    @property
    def hint(self) -> str:
        return HINT if self.disks else "Their list says which snapshot misses on which disk: finish or delete it there."

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
    for file, found in _concerned(paths):
        if found.lost is None:
            _close(file, found, _finish(found.switches, disks=found.disks))


def settle(paths: Iterable[str | Path]) -> list[CutOff]:
    """The same for whoever looks at them: what could not be made up for is told, and told again until it is put right.

    Where it only cannot be done now, as somebody uses one of them, that is the reason that is told.
    """
    told = []
    for file, found in _concerned(paths):
        left = found.lost
        if left is None:
            try:
                left = _finish(found.switches, disks=found.disks)
                _close(file, found, left)
            except SnapmgrError as error:  # its writer may be at work just now: the journal is his
                left = _as_it_is(found.switches, error.message, final=False, disks=found.disks)
        if left is not None:
            told.append(left)
    return told


def forget_cut_off(paths: Iterable[str | Path]) -> None:
    """All of these disks were put right together: what was cut off before is no matter any more."""
    right = {None, *(identity_of(Path(path)) for path in paths)}
    for file, found in _concerned(paths):
        if all(identity_of(switch.path) in right for switch in found.switches):
            _drop(file)


@dataclass(frozen=True, slots=True)
class _Noted:
    """What stands in a journal; ``lost`` is what is known to be so, ``disks`` whether their contents were to change."""

    switches: tuple[_Switch, ...] = ()
    lost: CutOff | None = None
    disks: bool = True


def _concerned(paths: Iterable[str | Path]) -> Iterator[tuple[Path, _Noted]]:
    """Journals of changes that one of these images was part of."""
    wanted = {identity_of(Path(path)) for path in paths} - {None}
    for file in _journals():
        found = _read(file)
        if any(identity_of(switch.path) in wanted for switch in found.switches):
            yield file, found


def _close(file: Path, found: _Noted, left: CutOff | None) -> None:
    """The journal goes where nothing is left to be done, or the list of snapshots says all; what is known of the disks
    is noted in it, as they may change on."""
    if left is None or (left.final and not left.disks):
        _drop(file)
        return
    if not left.final and all(one.done == (one.path in left.done) for one in found.switches):
        return  # it is noted
    facts: dict[str, Any] = {"disks": found.disks}
    if left.final:
        done, others = [str(path) for path in left.done], [str(path) for path in left.left]
        facts["lost"] = {"done": done, "left": others, "why": left.why}
    facts["images"] = [
        _facts(one.path, one.before, one.after, one.written) | {"done": one.path in left.done} for one in found.switches
    ]
    with suppress(OSError):
        _write(file, json.dumps(facts))


def _facts(path: Path, before: bytes, after: bytes, written: int) -> dict[str, Any]:
    return {"path": str(path), "before": before.hex(), "after": after.hex(), "written": written}


def _drop(file: Path) -> None:
    with suppress(OSError):
        file.unlink()


def _finish(switches: Sequence[_Switch], *, disks: bool) -> CutOff | None:
    """Switch those that were not, if any was: all are ready.  Where none was, nothing has happened yet.

    None where there is nothing left to be done.
    """
    ready: list[tuple[_Switch, RawFile]] = []
    stale: list[Path] = []
    missing: list[Path] = []
    done = False
    with ExitStack() as open_files:
        for switch in switches:
            try:
                written = switch.path.stat().st_mtime_ns
                file = RawFile.open(switch.path, writable=True)
            except (NotFound, FileNotFoundError):
                missing.append(switch.path)
                continue
            open_files.callback(file.close)
            lock.acquire(file.descriptor, lock.Use.WRITE, switch.path)
            sector = _sector(file)
            stands = switch.stands(sector)
            done |= stands is True
            if stands is False and (sector != switch.before or written != switch.written):
                stale.append(switch.path)  # what was prepared may not be there any more
            elif stands is False:
                ready.append((switch, file))
        if done and stale:
            return _as_it_is(switches, f"{_named(stale, was=True)} written to since", disks=disks)
        for switch, file in ready if done else ():
            file.pwrite(0, [memoryview(switch.after)])
            file.flush()
    if done and missing:
        return _as_it_is(switches, f"{_named(missing)} not there", final=False, disks=disks)
    return None


def _as_it_is(switches: Sequence[_Switch], why: str, *, final: bool = True, disks: bool) -> CutOff | None:
    """None where all, or none, were switched, as far as can be seen."""
    done: list[Path] = []
    left: list[Path] = []
    for switch in switches:
        try:
            file = RawFile.open(switch.path)
        except NotFound:
            left.append(switch.path)
            continue
        except SnapmgrError:
            continue
        with closing(file), suppress(SnapmgrError):
            (left if switch.stands(_sector(file)) is False else done).append(switch.path)
    return CutOff(tuple(done), tuple(left), why, final, disks) if done and left else None


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


def _read(file: Path) -> _Noted:
    """What stands in a journal; nothing where that is none of ours."""
    try:
        if file.stat().st_size > _LONGEST:
            return _Noted()
        found = json.loads(file.read_text())
        lost = found.get("lost")
        switches = tuple(_switch(image) for image in found["images"])
        return _Noted(switches, None if lost is None else _lost(lost), bool(found.get("disks", True)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _Noted()


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
    return _Switch(Path(image["path"]), before, after, int(image["written"]), image.get("done") is True)


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
