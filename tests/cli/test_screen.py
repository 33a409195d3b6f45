"""``snapctl screen``: what is said where there is no picture, and what a picture is written as."""

from __future__ import annotations

import numpy as np
import pytest

from snapmgr.inspect.screen import picture
from snapmgr.inspect.screen.picture import Screen
from snapmgr.sidecar.png import check_png
from tests.cli.places import stored

DOTS = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)


def test_a_machine_without_vga_is_said(snapctl, tmp_path):
    result = snapctl("screen", stored("pc-halt.v72"), "-o", tmp_path / "screen.png", "--json")
    assert (result.code, result.error["code"]) == (1, "no-vga")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lines", [None, ("one", "", "two", "")])
def test_a_screen_is_written(snapctl, tmp_path, monkeypatch, lines):
    monkeypatch.setattr(picture, "guest_screen", lambda index: Screen("0000:00:02.0/vga", DOTS, lines))
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
