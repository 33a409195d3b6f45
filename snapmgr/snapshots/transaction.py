"""One change of several images: all of them are prepared, then their headers are switched one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from snapmgr.block import lock
from snapmgr.block.checking import MOST_METADATA
from snapmgr.block.images import open_image
from snapmgr.block.qcow2 import change
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.rebuild import repair_all
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.block.raw import ROOM_HINT
from snapmgr.errors import NotFound, SnapmgrError, UsageError
from snapmgr.sidecar.watching import Deed, Did, Watching
from snapmgr.snapshots.journal import Journal, Switch, finish_cut_off, forget_cut_off
from snapmgr.snapshots.lost import refuse_lost
from snapmgr.snapshots.switched import Switched, switched
from snapmgr.work import CancelToken, Progress, no_progress

_BLOCK = 512
"""Bytes that ``st_blocks`` counts in (POSIX)."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One image of those that were changed, and which snapshot of it this was about.

    ``freed`` are the bytes of the file that are not used any more: the image grows into them before it grows longer.
    ``given_back`` are the bytes that the file takes up less, where all that is free in it was given back.
    ``switched`` is what it takes to bring back what was there before, where that was asked for.
    ``deed`` is what is noted of it in the sidecar, None for nothing.
    """

    path: str
    id: str
    name: str
    freed: int = 0
    given_back: int | None = None
    switched: Switched | None = field(default=None, compare=False, repr=False)
    deed: Deed | None = field(default=None, repr=False, compare=False)


ROOM_FIRST = "Deleting and loading take some of it too: new tables are written before the old ones are free."


@contextmanager
def without_room() -> Iterator[None]:
    """Who deletes to make room, and has none, is told why even that fails."""
    try:
        yield
    except SnapmgrError as error:
        if error.hint == ROOM_HINT:
            error.hint = f"{ROOM_HINT} {ROOM_FIRST}"
        raise


Plan = Callable[[Shadow], Changed]
"""Fills one shadow in; NotFound where the image does not have what this is about."""


def begin(image: Qcow2Image, progress: Progress = no_progress) -> Shadow:
    """A change of an image without a machine.  One that was not closed properly is put right before, as QEMU does when
    it opens it for writing.  Raises as ``change.begin`` and ``repair_all``."""
    if image.dirty:
        repair_all(image, most_metadata=MOST_METADATA, progress=progress)
    return change.begin(image, progress)


@without_room()
def change_all(
    images: Sequence[Qcow2Image],
    begin: Callable[[Qcow2Image], Shadow],
    plan: Plan,
    *,
    skip_missing: bool = False,
    trim: bool = False,
    undoable: bool = False,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Change every image or none, those aside that ``plan`` finds nothing in where ``skip_missing``.

    The images must be open for writing.  ``trim`` gives back afterwards whatever is free in them; where it does not,
    ``undoable`` has what was done remembered, so that ``undo.bring_back`` can take it back.  ``cancel`` is closed
    when everything is prepared: from the first switch on it would come too late.  Raises what ``begin`` and ``plan``
    raise, Cancelled; the first NotFound where nothing is left to be changed; ``not-trimmed`` where all is done but
    that.
    """
    done: list[Changed] = []
    missing: list[NotFound] = []
    shadows: list[Shadow] = []
    before = {str(image.path): taken_up(str(image.path)) for image in images if trim}
    with ExitStack() as prepared:
        for image in images:
            with about(image):
                shadows.append(begin(image))
                prepared.callback(shadows[-1].abandon)
        for shadow in list(shadows):
            try:
                with about(shadow.image):
                    planned = plan(shadow)
                    shadow.prepare()
            except NotFound as error:
                if not skip_missing:
                    raise
                missing.append(error)
                shadows.remove(shadow)
            else:
                done.append(replace(planned, freed=shadow.freed))
        if not shadows and missing:
            raise missing[0]
        watching = Watching([shadow.image for shadow in shadows])
        if cancel is not None:
            cancel.close()
        deeds = [one.deed for one in done if one.deed is not None]
        applied = any(deed.did is Did.APPLIED for deed in deeds)
        watching.coming(deeds)
        switch_all(shadows, disks=applied)
    watching.done(deeds)
    if len(deeds) == len(done) and applied:
        forget_cut_off([one.path for one in done])
    if trim:
        for shadow in shadows:
            _trim(shadow)
        return [replace(one, given_back=max(0, before[one.path] - taken_up(one.path))) for one in done]
    if undoable:
        return [replace(one, switched=switched(shadow)) for one, shadow in zip(done, shadows, strict=True)]
    return done


def taken_up(path: str) -> int:
    """Bytes that a file takes up on the disk that it is on; 0 for one that is gone."""
    with suppress(OSError):
        return Path(path).stat().st_blocks * _BLOCK
    return 0


def _trim(shadow: Shadow) -> None:
    """What is wrong now is no reason to say that nothing was done."""
    try:
        shadow.trim()
    except SnapmgrError as error:
        raise SnapmgrError(
            "not-trimmed",
            f"the change is made, but the file could not be made smaller: {error.message}",
            path=shadow.image.path,
            hint=error.hint,
        ) from error


class Switchable(Switch, Protocol):
    """What is prepared to be switched, and can go back."""

    def commit(self) -> None: ...

    def go_back(self) -> None: ...


def switch_all(shadows: Sequence[Switchable], *, disks: bool) -> None:
    """Switch one after the other; where one cannot be, those before go back.  ``disks``: they get other contents.

    Raises SnapmgrError ``image-lost``, and what ``commit`` raises.
    """
    refuse_lost(shadow.image for shadow in shadows)
    journal = Journal.begin(shadows, disks=disks)
    for position, shadow in enumerate(shadows):
        try:
            shadow.commit()
        except BaseException:
            for earlier in reversed(shadows[: position + 1]):
                earlier.go_back()
            if journal is not None:
                journal.done()
            raise
    if journal is not None:
        journal.done()


@contextmanager
def about(image: Qcow2Image) -> Iterator[None]:
    """What goes wrong here goes wrong with this image."""
    try:
        yield
    except SnapmgrError as error:
        error.path = error.path or str(image.path)
        raise


@without_room()
def open_all(paths: Iterable[str | Path], open_files: ExitStack) -> list[Qcow2Image]:
    """All images, locked for writing; what was cut off in a change of several is made up for before.

    Raises UsageError ``same-file`` for one that is named twice, and as ``finish_cut_off``.
    """
    paths = list(paths)
    finish_cut_off(paths)
    images: list[Qcow2Image] = []
    for path in paths:
        if any(Path(path).samefile(str(image.path)) for image in images):
            raise UsageError("same-file", f"{path} is named twice", path=path, hint="Name each disk once.")
        image = open_image(path, use=lock.Use.WRITE)
        open_files.callback(image.close)
        images.append(image)
    return images
