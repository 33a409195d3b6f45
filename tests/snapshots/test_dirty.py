"""An image that was not closed properly is put right before it is changed, as QEMU does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.block.checking import check_file
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot
from snapmgr.snapshots.list import list_snapshots
from tests import corpus
from tests.snapshots.test_killed import active

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
    ),
    pytest.mark.skipif("bad-dirty-real" not in corpus.images(), reason="not in the shipped part of the corpus"),
]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return corpus.unpack_image("bad-dirty-real", tmp_path)["bad-dirty-real.qcow2"]


@pytest.mark.parametrize(
    "change",
    [
        lambda image: create_snapshot([image], "new"),
        lambda image: delete_snapshot([image], f"id:{list_snapshots([image]).rows[0].id}"),
        lambda image: apply_snapshot([image], f"id:{list_snapshots([image]).rows[0].id}"),
    ],
    ids=["create", "delete", "apply"],
)
def test_it_is_put_right_before(image: Path, change: Callable[[Path], object]) -> None:
    if not list_snapshots([image]).rows:
        create_snapshot([image], "first")
    else:
        assert not check_file(image).checked.tally.sound
    [device] = list_snapshots([image]).devices
    assert device.fixed is None
    change(image)
    subprocess.run(["qemu-img", "check", "-q", image], check=True)
    assert check_file(image).checked.tally.sound


def test_its_contents_stay(image: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.qcow2"
    shutil.copyfile(image, theirs)
    subprocess.run(["qemu-img", "snapshot", "-c", "new", theirs], check=True)
    create_snapshot([image], "new")
    assert active(image) == active(theirs)
    rows = [(row.name, row.id) for row in list_snapshots([image]).rows]
    assert rows == [(row.name, row.id) for row in list_snapshots([theirs]).rows]
