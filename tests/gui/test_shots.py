"""The pictures: all are made, none is blank, and each holds to the design's checks."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.corpus import ROOT
from ui import shots
from ui.shot_checks import blank

PARTS = 4
"""Processes that make the pictures, so that they are spread over the workers."""


@pytest.mark.timeout(900)  # some 70 pictures, beside the other tests of two cores
@pytest.mark.parametrize("part", range(PARTS))
def test_every_picture_is_made_and_sound(tmp_path: Path, part: int) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    mine = shots.chosen([])[part::PARTS]
    command = [sys.executable, "-m", "ui.shots", str(tmp_path), *(shot.name for shot in mine)]
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
