"""QEMU and we change the same image in turn, and agree about it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.qemu import QEMU
from tests.snapshots.interleaved import Interleaved


@pytest.mark.qemu
@pytest.mark.skipif(
    shutil.which("qemu-io") is None and "SNAPMGR_CI" not in os.environ, reason="QEMU's tools are not installed"
)
@pytest.mark.parametrize("seed", [*range(8)])
def test_in_turn(tmp_path: Path, seed: int) -> None:
    made = Interleaved(tmp_path, seed)
    for _ in range(12):
        made.step()
    assert len(made.steps) == 12


@pytest.mark.qemu
@pytest.mark.skipif(
    not (shutil.which("qemu-io") and QEMU) and "SNAPMGR_CI" not in os.environ, reason="QEMU is not installed"
)
@pytest.mark.parametrize("seed", [3, 5])
def test_states_that_either_saved_outlast_what_both_do(tmp_path: Path, seed: int) -> None:
    made = Interleaved(tmp_path, seed)
    made.keep_states()
    for _ in range(8):
        made.step()
    made.load_states()
