"""What is said of a machine as a whole: its facts, who uses it, the status bar.  Pure text, nothing read."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.names import visible_text
from snapmgr.snapshots.model import Snapshots
from ui.isolation import isolated
from ui.models.source_list import Paths, SourceState, holders
from ui.shell import formats
from ui.snapshots.details import is_damaged
from ui.words import listed, plural, tr


@dataclass(frozen=True, slots=True)
class State:
    """The chip beside the name, none for an empty ``text``: ``about`` is its tooltip."""

    text: str
    tone: str = "neutral"
    icon: str = ""
    about: str = ""


UNKNOWN = State("")


def unreadable() -> State:
    """For a machine that cannot be shown at all."""
    return State(SourceState.ERROR.word, "danger", "warning-circle-fill")


def short(name: str) -> str:
    """A machine's name as part of a line."""
    return isolated(formats.shortened(name))


def files(paths: Paths) -> str:
    """The paths of all disks, a line each."""
    return "\n".join(isolated(visible_text(path)) for path in paths)


def facts(found: Snapshots, units: formats.Units) -> list[str]:
    """How many disks, how large together, of which formats."""
    size = formats.size(sum(device.virtual_size for device in found.devices), units)
    kinds = list(dict.fromkeys(device.format for device in found.devices))
    said = [plural("{n} disk", "{n} disks", len(found.devices)), size, listed(kinds)]
    return [*said, tr("encrypted")] if any(device.encrypted for device in found.devices) else said


def state(found: Snapshots) -> State:
    """Who uses the images, or what is wrong with them."""
    users = holders(found.devices)
    if users:
        who = isolated(visible_text(users[0]))
        if len(users) > 1:
            who = plural("{n} process", "{n} processes", len(users))
        about = tr("Its snapshots can be looked at. What is shown may lag behind what that process does.")
        return State(tr("in use by {who}", who=who), "warn", "lock-simple-fill", about)
    if any(map(is_damaged, found.devices)):
        about = tr("Something in the image is wrong; what is sound is shown. The details say what.")
        return State(tr("damaged"), "warn", "warning-fill", about)
    if found.devices and all(device.fixed is not None and device.fixed.code == "read-only" for device in found.devices):
        about = tr("Its snapshots can be looked at and exported: nobody may write to the image.")
        return State(tr("read-only"), "neutral", "lock-simple", about)
    return State(SourceState.FREE.word, "neutral", "circle", tr("No other process has these images open."))


def status_left(name: str, found: Snapshots, *, shown: int, selected: int, use: str = "") -> str:
    """The machine and its ``use`` where somebody knows it, how many of its snapshots are selected, and how many the
    filter shows."""
    users = ", ".join(isolated(visible_text(user)) for user in holders(found.devices))
    use, total = use or (tr("in use by {who}", who=users) if users else SourceState.FREE.word), len(found.rows)
    said = [f"{name}: {use}"]
    if total:
        said.append(tr("{count} of {total} selected", count=selected, total=formats.grouped(total)))
    if shown != total:
        said.append(plural("{n} shown", "{n} shown", shown))
    return "     ".join(said)


def status_right(found: Snapshots, units: formats.Units) -> str:
    """How many snapshots there are, and what their VM states take."""
    size = sum(row.vm_state_size for row in found.rows)
    count = plural("{n} snapshot", "{n} snapshots", len(found.rows))
    return tr("{count}, {size} of VM state", count=count, size=formats.size(size, units)) if size else count
