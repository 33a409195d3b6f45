"""Mutated headers and snapshot tables: we open and refuse what ``qemu-img info`` opens and refuses, in its words."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from snapmgr.block.images import open_image
from snapmgr.errors import SnapmgrError
from tests import corpus

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="no qemu-img on this machine"
    ),
]
BASES = ["fmt-v2", "fmt-v3", "fmt-extl2", "fmt-header-ext", "fmt-zstd", "fmt-extra-more", "fmt-backing-qcow2"]
FIELDS = [(4, 4), (8, 8), (16, 4), (20, 4), (24, 8), (32, 4), (36, 4), (40, 8), (48, 8), (56, 4), (60, 4), (64, 8),
          (72, 8), (80, 8), (88, 8), (96, 4), (100, 4), (104, 1)]  # fmt: skip
ENTRY = [(0, 8), (8, 4), (12, 2), (14, 2), (32, 4), (36, 4), (40, 8), (48, 8)]
VALUES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 21, 22, 31, 48, 72, 103, 104, 105, 112, 512, 1023, 1024,
          4096, 4097, 65535, 65536, 65537, 1 << 20, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 40, 1 << 62,
          (1 << 63) - 1, 1 << 63, (1 << 64) - 1,
          0x6803F857, 0xE2792ACA, 0x0537BE77, 0x23852875, 0x44415441]  # fmt: skip
ROUNDS = 12
SEEDS = range(int(os.environ.get("SNAPMGR_MUTATIONS", "10")))
"""Each seed is ``ROUNDS`` images; SNAPMGR_MUTATIONS=500 for a long run."""


def mutated(image: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.choice([1, 1, 2, 3])):
        kind = chance.random()
        if kind < 0.6:
            offset, width = chance.choice(FIELDS)
        elif kind < 0.8:
            offset, width = chance.randrange(24, 64) * 4, 4
        else:
            offset, width = chance.choice(ENTRY)
            offset += int.from_bytes(image[64:72])
        if offset + width <= len(image):
            value = chance.choice(VALUES) & (1 << 8 * width) - 1
            image[offset : offset + width] = value.to_bytes(width)
    cut = chance.random() < 0.05
    return bytes(image[: chance.randrange(1, len(image))] if cut else image)


def info(name: str, folder: Path) -> tuple[dict[str, Any] | None, str]:
    command = ["qemu-img", "info", "--output=json", name]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=60)
    said = run.stderr.decode(errors="replace").strip().removeprefix("qemu-img: ")
    return (json.loads(run.stdout.decode(errors="replace")) if run.returncode == 0 else None), said


@pytest.mark.parametrize("seed", SEEDS)
def test_what_opens_and_what_is_refused(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    monkeypatch.chdir(tmp_path)
    bases = [name for name in BASES if name in corpus.images()]
    for number in range(ROUNDS):
        base = chance.choice(bases)
        files = corpus.unpack_image(base, tmp_path)
        name = f"{seed}-{number}.qcow2"
        Path(name).write_bytes(mutated(bytearray(files[f"{base}.qcow2"].read_bytes()), chance))
        compare(name, *info(name, tmp_path))


def compare(name: str, theirs: dict[str, Any] | None, said: str) -> None:
    try:
        image = open_image(name)
    except SnapmgrError as error:
        if error.code in ("foreign-format", "raw-disk"):
            assert theirs is None or theirs["format"] != "qcow2"
        else:
            assert theirs is None and error.qemu == said, (error.code, error.qemu, said)
        return
    try:
        assert theirs is not None, said
        assert (theirs["format"], theirs["virtual-size"]) == ("qcow2", image.size)
        assert len(theirs.get("snapshots", [])) == len(image.snapshots)
        for entry, row in zip(image.snapshots, theirs.get("snapshots", []), strict=True):
            assert row["vm-state-size"] % (1 << 64) == entry.vm_state_size
            assert row["date-sec"] == entry.date_sec
    finally:
        image.close()
