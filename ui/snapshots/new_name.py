"""Names for snapshots: one that is offered, and what speaks against one that is typed.  No widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from snapmgr.block.qcow2.entry import LONGEST_NAME
from snapmgr.block.qcow2.texts import exists
from snapmgr.names import visible_name
from snapmgr.snapshots.model import SnapshotRow
from ui.isolation import isolated
from ui.models.names import quoted
from ui.words import listed, plural, tr


@dataclass(frozen=True, slots=True)
class NameCheck:
    """``refused`` says why the name cannot be taken, in QEMU's words ``qemu``; ``warning`` what to know before;
    ``taken``: a snapshot has it."""

    refused: str = ""
    warning: str = ""
    taken: bool = False
    qemu: str = ""


def offered(now: float, rows: Iterable[SnapshotRow]) -> str:
    """``vm-20261123143507``, QEMU's own pattern in local time; a number is added where that is taken."""
    taken = {row.name for row in rows}
    name = f"vm-{datetime.fromtimestamp(now, UTC).astimezone():%Y%m%d%H%M%S}"
    numbers = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbers) if one not in taken)


def check_name(
    name: str,
    rows: Iterable[SnapshotRow],
    disks: dict[str, str],
    *,
    renamed: SnapshotRow | None = None,
    replace: str | None = None,
) -> NameCheck:
    """What is to be said of ``name`` for a snapshot on ``disks`` (their labels by path); ``renamed`` has it now.

    ``replace`` is what is to be said where one of that name is to be replaced, None where it is not.
    """
    if not name.strip():
        return NameCheck(tr("Give it a name."))
    size = len(name.encode("utf-8", "surrogateescape"))
    if size > LONGEST_NAME:
        said = plural("The name has {n} byte", "The name has {n} bytes", size)
        return NameCheck(tr("{said}; {most} are the most.", said=said, most=LONGEST_NAME))
    others = [row for row in rows if row is not renamed]
    on = [label for path, label in disks.items() if any(row.name == name and path in row.entries for row in others)]
    if on and replace is not None:
        return NameCheck(warning=replace, taken=True)
    if on:
        said = tr("There is a snapshot of this name already. Choose another name.")
        if len(disks) > 1:
            where = listed([isolated(label) for label in on])
            said = tr("There is a snapshot of this name on {disks} already. Choose another name.", disks=where)
        # savevm.c has it of a save alone: QEMU has no command that renames
        text = "" if renamed is not None else exists(visible_name(name))
        return NameCheck(said, taken=True, qemu=text)
    for row in others:
        if any(entry.id == name for path, entry in row.entries.items() if path in disks):
            other = quoted(row.name, row.id)
            text = tr(
                "This is the id of {snapshot}, and QEMU looks for ids first: it would load that one.", snapshot=other
            )
            return NameCheck(warning=text)
    return NameCheck()
