"""Ancestry and Current through random changes: what is said is true, and all is said where nobody else changes it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.snapshots.lineage import Lineage

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        not (shutil.which("qemu-img") and shutil.which("qemu-io")) and "SNAPMGR_CI" not in os.environ,
        reason="qemu-img is not installed",
    ),
]


@pytest.mark.parametrize("seed", range(5))
def test_nothing_wrong_is_said_whoever_changes_the_image(tmp_path: Path, seed: int) -> None:
    made = Lineage(tmp_path, seed)
    for _ in range(30):
        made.step()
    assert made.said


@pytest.mark.parametrize("seed", [3, 4])
def test_everything_is_said_where_we_saw_everything(tmp_path: Path, seed: int) -> None:
    made = Lineage(tmp_path, seed, others=False)
    for _ in range(30):
        made.step()
    assert made.said and not made.unsaid, made.steps
