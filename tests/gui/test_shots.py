"""The pictures: all are made, none is blank, and each holds to the design's checks."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.corpus import ROOT
from ui import shots
from ui.shot_checks import blank

PARTS = 4
"""Processes that make the pictures, spread over the workers; one more makes those of a screen of 200 %."""
RESHAPED = ("tight-", "narrow-text-150-", "text-150", "right-to-left", "-narrow", "smallest-details")
"""The same views again, in other windows and with other text: here in one theme, by the long command in both.

A change of theme neither moves nor widens anything, and each of these views is made in both themes elsewhere.
"""


def wanted(place: int, shot: shots.Shot) -> shots.Shot:
    of_the_design = re.match(r"[A-D]\d?-", shot.name)
    if "SNAPMGR_LONG" in os.environ or of_the_design or not any(part in shot.name for part in RESHAPED):
        return shot
    return replace(shot, themes=(shot.themes[place % len(shot.themes)],))


def parts() -> list[tuple[float, list[shots.Shot]]]:
    """(scale, pictures) for each process."""
    every = [wanted(place, shot) for place, shot in enumerate(shots.chosen([]))]
    plain = [shot for shot in every if shot.scale == 1]
    large = [shot for shot in every if shot.scale != 1]
    return [*((1.0, plain[part::PARTS]) for part in range(PARTS)), (large[0].scale, large)]


@pytest.mark.timeout(900)  # some 30 pictures, beside the other tests of two cores
@pytest.mark.parametrize("part", range(PARTS + 1))
def test_every_picture_is_made_and_sound(tmp_path: Path, part: int) -> None:
    scale, mine = parts()[part]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale)}
    command = [sys.executable, "-m", "ui.shots", str(tmp_path), *(shot.word() for shot in mine)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = {name for shot in mine for name in shot.files()}
    assert {path.name for path in tmp_path.iterdir()} == expected
    for name in sorted(expected):
        picture = QImage(str(tmp_path / name))
        assert not picture.isNull() and not blank(picture), name


def test_no_widget_dies_in_a_worker_while_pictures_are_made(qapp: QApplication, tmp_path: Path) -> None:
    """Python would look for cycles, and destroy closed windows, in whichever thread makes the most objects."""
    searched: list[bool] = []

    async def look(stage: shots.Stage) -> None:
        searched.append(await stage.context.tasks.run_in_worker(gc.isenabled))

    assert shots.run_here([shots.Shot("nothing", look, themes=("dark",), checked=False)], tmp_path) == []
    assert searched == [False] and gc.isenabled()
