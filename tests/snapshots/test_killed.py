"""SIGKILL in the middle of a change: QEMU finds the image sound, and it is the old one or the new one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from snapmgr.snapshots.list import list_snapshots
from tests import corpus

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
    ),
]
CASES = [name for name in ("fmt-cs512", "fmt-extl2-cs16k") if name in corpus.images()]
WRITES = range(1, 100) if "SNAPMGR_LONG" in os.environ else (1, 2, 4)
KINDS = ("create", "delete", "apply", "rename")


def killed(kind: str, write: int, *images: Path) -> bool:
    """Whether it was killed; False: there were not that many writes."""
    command = [sys.executable, "-m", "tests.snapshots.killed", kind, str(write), *map(str, images)]
    done = subprocess.run(command, cwd=corpus.ROOT, capture_output=True, text=True)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def state(image: Path, folder: Path) -> list[tuple[str, str, bytes]]:
    """Names and disks of all snapshots and of now, by QEMU's own reader."""
    found = []
    rows = [(row.id, row.name) for row in list_snapshots([image]).rows]
    for identity, name in [*rows, ("", "")]:
        chosen = ["-l", f"snapshot.id={identity}"] if identity else []
        subprocess.run(["qemu-img", "convert", "-O", "raw", *chosen, image, folder / "disk"], check=True)
        found.append((identity, name, (folder / "disk").read_bytes()))
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES)
def test_killed_at_a_write(tmp_path: Path, case: str, kind: str) -> None:
    image = corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"]
    content, before = image.read_bytes(), state(image, tmp_path)
    assert not killed(kind, 1 << 20, image)
    after = state(image, tmp_path)
    for write in WRITES:
        image.write_bytes(content)
        if not killed(kind, write, image):
            break
        subprocess.run(["qemu-img", "check", "-q", image], check=True)
        assert state(image, tmp_path) in (before, after)
