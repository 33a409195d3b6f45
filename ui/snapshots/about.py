"""What is said of a machine as a whole: its facts, who uses it, the status bar.  Pure text, nothing read."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.snapshots.model import Snapshots
from ui.models.source_list import Paths, SourceState, holders
from ui.shell import formats
from ui.snapshots.details import is_damaged


@dataclass(frozen=True, slots=True)
class State:
    """The chip beside the name, none for an empty ``text``: ``about`` is its tooltip."""

    text: str
    tone: str = "neutral"
    icon: str = ""
    about: str = ""


UNKNOWN = State("")
UNREADABLE = State("cannot be shown", "danger", "warning-circle-fill")


def short(name: str) -> str:
    """A machine's name as part of a line."""
    return formats.isolated(formats.shortened(name))


def files(paths: Paths) -> str:
    """The paths of all disks, a line each."""
    return "\n".join(map(formats.printable, paths))


def facts(found: Snapshots, units: formats.Units) -> list[str]:
    """How many disks, how large together, of which formats."""
    size = formats.size(sum(device.virtual_size for device in found.devices), units)
    kinds = list(dict.fromkeys(device.format for device in found.devices))
    said = [formats.counted(len(found.devices), "disk", "disks"), size, " and ".join(kinds)]
    return [*said, "encrypted"] if any(device.encrypted for device in found.devices) else said


def state(found: Snapshots) -> State:
    """Who uses the images, or what is wrong with them."""
    users = holders(found.devices)
    if users:
        words = users[0] if len(users) == 1 else f"{len(users)} processes"
        about = "Its snapshots can be looked at. What is shown may lag behind what that process does."
        return State(f"in use by {formats.printable(words)}", "warn", "lock-simple-fill", about)
    if any(map(is_damaged, found.devices)):
        about = "Something in the image is wrong; what is sound is shown. The details say what."
        return State("damaged", "warn", "warning-fill", about)
    return State("not in use", "neutral", "circle", "No other process has these images open.")


def status_left(name: str, found: Snapshots, *, shown: int, selected: int) -> str:
    """The machine, how many of its snapshots are selected, and how many the filter shows."""
    users = ", ".join(map(formats.printable, holders(found.devices)))
    said, total = [f"{name}: {f'in use by {users}' if users else SourceState.FREE.value}"], len(found.rows)
    if total:
        said.append(f"{selected} of {formats.grouped(total)} selected")
    if shown != total:
        said.append(f"{formats.grouped(shown)} shown")
    return "     ".join(said)


def status_right(found: Snapshots, units: formats.Units) -> str:
    """How many snapshots there are, and what their VM states take."""
    size = sum(row.vm_state_size for row in found.rows)
    count = formats.counted(len(found.rows), "snapshot", "snapshots")
    return f"{count}, {formats.size(size, units)} of VM state" if size else count
