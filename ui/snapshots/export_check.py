"""What can be said before a disk is written: where to, whether it fits, what it would replace.  No widgets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from snapmgr.block.replace import read_from, used_by
from snapmgr.errors import SnapmgrError
from snapmgr.names import visible_name
from snapmgr.snapshots.model import DeviceInfo, SnapshotRow
from ui.isolation import isolated
from ui.shell import formats
from ui.words import tr

SUFFIXES = {"raw": ".raw", "qcow2": ".qcow2"}
_UNSAFE = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Check:
    """``refused`` says why it cannot be done; ``warning`` what to know before; ``space`` what is needed and free.
    ``replaces``: a file of this name is there already."""

    refused: str = ""
    warning: str = ""
    space: str = ""
    replaces: bool = False


def file_name(text: str) -> str:
    """A snapshot's name as part of a file name: letters of any script stay, what disturbs a path goes."""
    kept = "".join("-" if char in _UNSAFE or not char.isprintable() or char.isspace() else char for char in text)
    return kept.strip("-.")[:60]


def suggested(device: str, row: SnapshotRow | None, form: str, folder: Path, taken: Container[Path] = ()) -> Path:
    """``devbox-before-update.raw`` in ``folder``; a number is added where that is there or ``taken``."""
    stem = file_name(Path(device).name.removesuffix(".qcow2")) or "disk"
    tag = "now" if row is None else file_name(row.name) or f"id-{file_name(row.id)}"
    base, suffix = f"{stem}-{tag}", SUFFIXES[form]
    for number in range(1, 100):
        path = folder / (f"{base}{suffix}" if number == 1 else f"{base}-{number}{suffix}")
        if path not in taken and not os.path.lexists(path):
            return path
    return folder / f"{base}{suffix}"


def check(text: str, need: int, sources: Sequence[DeviceInfo], units: formats.Units) -> Check:
    """Whether a file of up to ``need`` bytes can be written to the path ``text``."""
    name = text.strip()
    if not name:
        return Check(tr("Name the file to write."))
    target = Path(name)
    if not target.is_absolute():
        return Check(tr("Give the whole path, beginning with a folder."))
    if target.is_dir():
        return Check(tr("This is a folder. Name a file in it."))
    folder = target.parent
    if not folder.is_dir():
        return Check(tr("There is no folder {folder}.", folder=isolated(visible_name(str(folder)))))
    replaces = os.path.lexists(target)
    if replaces and (twin := read_from(target, [device.path for device in sources])) is not None:
        name = isolated(visible_name(twin.name))
        return Check(tr("This is {file} itself, which is being read. Name another.", file=name))
    if replaces and not target.is_file():
        return Check(tr("This is not an ordinary file. Name another."))
    if replaces and (said := _unused(target)) is not None:
        return said
    if not os.access(folder, os.W_OK | os.X_OK):
        return Check(tr("You may not write into {folder}.", folder=isolated(visible_name(str(folder)))))
    return _fits(folder, target, need, replaces, units)


def _unused(target: Path) -> Check | None:
    """Why the file cannot be replaced because of another process."""
    try:
        user = used_by(target)
    except SnapmgrError:
        return Check(tr("This file may be in use and cannot be opened to find out. Name another."))
    if user is None:
        return None
    return Check(tr("This is an image in use by {user}. Name another.", user=isolated(visible_name(user))))


def _fits(folder: Path, target: Path, need: int, replaces: bool, units: formats.Units) -> Check:
    left = shutil.disk_usage(folder).free
    most, free = formats.size(need, units), formats.size(left, units)
    space = tr("Up to {most} are needed, {free} are free there.", most=most, free=free)
    warning = ""
    if need > left:
        warning = tr(
            "This may not fit: {most} at most are needed and {free} are free. Empty parts of the disk take no space. "
            "If it does not fit, nothing is left behind.",
            most=most,
            free=free,
        )
    elif replaces:
        name = isolated(visible_name(target.name))
        warning = tr("{file} exists already and will be replaced.", file=name)
    return Check(warning=warning, space=space, replaces=replaces)
