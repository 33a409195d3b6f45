"""Screens that were not saved are made from the VM state, and kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snapmgr.errors import NotFound
from snapmgr.inspect.screen import displays, picture
from snapmgr.sidecar.png import to_png
from snapmgr.snapshots import drawn as cache
from snapmgr.snapshots.drawn import cache_folder, drawn, keep_drawn
from tests.gui.desk import Desk
from ui.models.snapshot_table import Roles


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_a_snapshot_in_sight_gets_its_screen_from_its_vm_state(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def screen(index: Any) -> picture.Screen:
        seen.append(index)
        if len(seen) == 2:
            raise NotFound("no-vga", "there is none")
        return picture.Screen("vga", np.full((400, 720, 3), 9, np.uint8), None)

    monkeypatch.setattr(displays, "guest_screen", screen)
    path = desk.image("vm-hmp-72", "disk.qcow2")
    desk.open(path)
    screen_of = desk.page.details.area.screen
    names = [row.name for row in desk.page.found.rows]  # type: ignore[union-attr]
    desk.select(names[0])
    assert screen_of.text() == "the screen is being drawn", "none yet"
    desk.page.beside.drawing._pause.setInterval(0)
    desk.page.list.timeline.look_at_rows()
    desk.until(lambda: len(seen) == 3)
    desk.settle()
    said = []
    for name in names:
        desk.select(name)
        said.append(screen_of.text())
    assert said.count("no screen recorded") == 1 and "the screen is being drawn" not in said
    found = desk.page.found
    assert found is not None and len(found.beside.screens) == 2
    model = desk.page.list.model
    assert sum(model.index(row, 0).data(Roles.SCREEN) is not None for row in range(3)) == 2
    for place, key in found.beside.screens.items():
        desk.select(found.rows[place].name)
        assert drawn(key) and desk.page.beside.screens.tile(key) is not None
        image = desk.page.details.area.screen.image
        assert image is not None and image.size().toTuple() == (720, 400)
    assert sorted(bool(path.stat().st_size) for path in cache_folder().iterdir()) == [False, True, True]
    desk.page.list.timeline.look_at_rows()
    desk.settle()
    assert len(seen) == 3, "what cannot be made is not tried again"


def test_the_cache_is_bounded_and_gives_no_damaged_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST", 3)
    png = to_png(np.zeros((2, 3, 3), np.uint8))
    keys = [f"{number:032x}" for number in range(5)]
    for number, key in enumerate(keys):
        keep_drawn(key, png)
        os.utime(cache_folder() / f"{key}.png", ns=(number, number))
    assert [drawn(key) for key in keys] == [None, None, png, png, png]
    (cache_folder() / f"{keys[4]}.png").write_bytes(png[:-9])
    assert drawn(keys[4]) is None and not (cache_folder() / f"{keys[4]}.png").exists()
    keep_drawn(keys[4], b"")
    assert drawn(keys[4]) == b""
