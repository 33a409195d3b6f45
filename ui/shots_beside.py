"""What pictures of the Snapshots view remember beside their images, and pictures of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ui.shots import Stage
from ui.shots_snapshots import DAY, HOUR, NOW, SECOND, page, select, shot

FAMILY = {
    "before-kernel-6.12": "nginx-working",
    "zfs-start": "nginx-working",
    "nginx-working": "pre-upgrade",
}
NOTES = {
    "before-kernel-6.12": "last good boot on 6.11",
    "nginx-working": "site answers on :80\nCertificates are those of the staging CA.",
    "zfs-start": "trying ZFS on vdb",
}


def remember(
    paths: Sequence[Path],
    family: Mapping[str, str],
    notes: Mapping[str, str],
    *,
    current: str = "",
    screens: Sequence[str] = (),
) -> None:
    """Write down what would have been seen while the snapshots of these disks were made."""
    from snapmgr.sidecar.png import to_png
    from snapmgr.sidecar.records import Origin, Records
    from snapmgr.snapshots.list import list_snapshots

    records, rows = Records(), {row.name: row for row in list_snapshots(paths).rows}
    for name, row in rows.items():
        for path, entry in row.entries.items():
            parent = rows.get(family.get(name, ""))
            if parent is not None and path in parent.entries:
                records.put_origin(entry.key, Origin(parent.entries[path].key, name))
            elif name in family:
                records.put_origin(entry.key, Origin("", name))
            if name == current:
                records.arrive(entry.key, path, {one.entries[path].key for one in rows.values() if path in one.entries})
        if name in notes:
            records.put_note((entry.key for entry in row.entries.values()), notes[name])
        if name in screens:
            records.put_screen(next(iter(row.entries.values())).key, to_png(desktop(screens.index(name))))


def desktop(number: int) -> npt.NDArray[np.uint8]:
    """A guest's screen: a ground, a bar, and a window with lines; odd ones are a text console."""
    picture = np.zeros((480, 640, 3), np.uint8)
    lines = np.random.default_rng(number)
    if number % 2:
        for row in range(int(lines.integers(8, 30))):
            picture[10 + 14 * row : 18 + 14 * row, 12 : 12 + int(lines.integers(40, 520))] = 130
        return picture
    across, down = np.meshgrid(np.linspace(0, 1, 640), np.linspace(0, 1, 480))
    tint = np.array([[30, 80, 120], [150, 60, 70], [30, 110, 80]][number // 2 % 3])
    picture[:] = (tint * (0.5 + 0.5 * across + 0.4 * down)[..., None]).clip(0, 255).astype(np.uint8)
    picture[:18], picture[90:380, 180:470], picture[90:116, 180:470] = 20, 245, 200
    for row in range(6):
        picture[140 + 36 * row : 152 + 36 * row, 200 : 200 + int(lines.integers(60, 240))] = (60, 110, 220)
    return picture


def remember_devbox(paths: Sequence[Path]) -> None:
    """As in the design's picture."""
    screens = ["pre-upgrade", "after-first-boot", "nginx-working", "zfs-start", "before-kernel-6.12"]
    remember(paths, FAMILY, NOTES, current="before-kernel-6.12", screens=screens)


@shot("snapshots-note")
async def note(stage: Stage) -> None:
    """A note of several lines, being written."""
    from ui.shots_snapshots import open_devbox

    await open_devbox(stage)
    await select(stage, "nginx-working")
    field = page(stage).details.area.note.field
    field.setFocus()
    field.selectAll()
    await stage.settled()


@shot("snapshots-many-branches")
async def many_branches(stage: Stage) -> None:
    """More branches than there are lanes: the older ones share the last."""
    from tests.ui.snapshots.made import Entry, retabled

    count, now = 12, int(NOW)
    names = ["base", "tools", *(f"try-{number}" for number in range(count))]
    entries = [
        Entry(name, now - DAY + place * HOUR, (place + 1) * 900 * SECOND, 1 + place % 2)
        for place, name in enumerate(names)
    ]
    path = retabled("vm-hmp-72", stage.folder / "experiments.qcow2", entries)
    family = {"base": "", "tools": "base", **{f"try-{number}": "tools" for number in range(count)}}
    family |= {"try-7": "try-4", "try-11": "try-7"}
    remember([path], family, {"try-7": "half as fast"}, current="try-7")
    await stage.open(path)
    await select(stage, "try-7")
