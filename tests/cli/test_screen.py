"""``snapctl screen``: what is said where there is no picture, and what a picture is written as."""

from __future__ import annotations

import numpy as np
import pytest

from snapmgr.inspect.screen import displays
from snapmgr.inspect.screen.displays import DisplayState
from snapmgr.inspect.screen.picture import Screen
from snapmgr.sidecar.png import check_png
from tests.cli.places import stored

DOTS = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)


def test_displays_are_listed_and_chosen_by_name(snapctl, monkeypatch):
    found = [DisplayState("0000:00:02.0/vga", 720, 400), DisplayState("vga", code="screen-device", reason="not read")]
    monkeypatch.setattr(displays, "states", lambda index: found)
    said = snapctl("screen", stored("pc-halt.v72"), "--list")
    assert (said.code, said.text) == (0, "0000:00:02.0/vga: 720 × 400 dots\nvga: not read\n")
    rows = snapctl("screen", stored("pc-halt.v72"), "--list", "--json").document["displays"]
    assert rows[1] == {"device": "vga", "width": None, "height": None, "reason": "not read"}
    refused = snapctl("screen", stored("pc-halt.v72"), "--device", "0000:00:09.0", "--json")
    assert (refused.code, refused.error["code"]) == (1, "no-such-display")
    assert snapctl("screen", stored("pc-halt.v72"), "--list", "-o", "x.png").code == 2


def test_a_machine_without_vga_is_said(snapctl, tmp_path):
    result = snapctl("screen", stored("pc-halt.v72"), "-o", tmp_path / "screen.png", "--json")
    assert (result.code, result.error["code"]) == (1, "no-vga")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lines", [None, ("one", "", "two", "")])
def test_a_screen_is_written(snapctl, tmp_path, monkeypatch, lines):
    monkeypatch.setattr(displays, "guest_screen", lambda index, device: Screen("0000:00:02.0/vga", DOTS, lines))
    target = tmp_path / "screen.png"
    said = snapctl("screen", stored("pc-halt.v72"), "-o", target)
    assert said.code == 0 and "4 × 3 dots" in said.text
    assert check_png(target.read_bytes()) == (4, 3)
    document = snapctl("screen", stored("pc-halt.v72"), "--json").document
    assert (document["width"], document["height"], document["lines"]) == (4, 3, list(lines) if lines else None)
    alone = snapctl("screen", stored("pc-halt.v72"))
    assert (alone.code, alone.text) == ((2, "") if lines is None else (0, "one\n\ntwo\n"))
    piped = snapctl("screen", stored("pc-halt.v72"), "-o", "-")
    assert check_png(piped.out) == (4, 3)
