"""Tables damaged at random: our check counts what ``qemu-img check`` counts."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import numpy as np
import pytest

from snapmgr.block.images import open_image
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.geometry import OFFSET_MASK
from snapmgr.block.qcow2.refcounts import read_refcount_table
from snapmgr.errors import SnapmgrError
from tests import corpus
from tests.block.qcow2.test_check import COUNTED
from tests.qemu import needs_qemu

pytestmark = needs_qemu
BASES = [
    name
    for name in ("fmt-v2", "fmt-v3", "fmt-extl2", "fmt-zstd", "fmt-rb64", "fmt-bitmaps", "fmt-zlib", "vm-hmp-72")
    if name in corpus.images()
]
ROUNDS = 3
SEEDS = range(int(os.environ.get("SNAPMGR_MUTATIONS", "2")))
"""Each seed is ``ROUNDS`` images of every base; SNAPMGR_MUTATIONS=500 for a long run."""


def places(path: Path) -> list[list[int]]:
    """Offsets of words in L1 and refcount tables, in L2 tables, and in the first refcount block."""
    image = open_image(path)
    try:
        tables = [(image.header.l1_offset, image.active_l1())]
        tables += [(entry.l1_offset, image.snapshot_l1(entry)) for entry in image.snapshots]
        first = [offset + 8 * index for offset, l1 in tables for index in range(len(l1))]
        first += [image.header.refcount_table_offset + 8 * index for index in range(4)]
        second = []
        for offset in {int(word) & OFFSET_MASK for _, l1 in tables for word in l1 if word}:
            words = np.fromfile(path, ">u8", image.cluster_size // 8, offset=offset)
            second += [offset + 8 * int(index) for index in np.flatnonzero(words)[:60]]
        block = int(read_refcount_table(image.file, image.header)[0])
        return [first, sorted(second) or first, [block + 8 * index for index in range(40)]]
    finally:
        image.close()


def damaged(content: bytes, spots: list[list[int]], cluster: int, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 4])):
        at = chance.choice(chance.choice(spots))
        word, other = (int.from_bytes(data[place : place + 8]) for place in (at, chance.choice(spots[1])))
        word = chance.choice(
            [
                word ^ 1 << chance.randrange(64),
                word & ~OFFSET_MASK | chance.randrange(len(data) // cluster + 3) * cluster,
                0,
                other,
                word ^ 0x200 << chance.randrange(3),
                chance.getrandbits(64),
            ]
        )
        data[at : at + 8] = word.to_bytes(8)
    return bytes(data)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", BASES)
def test_damaged_tables_are_counted_alike(tmp_path: Path, name: str, seed: int) -> None:
    chance = random.Random(f"{name} {seed}")
    path = next(iter(corpus.unpack_image(name, tmp_path).values()))
    content, spots = path.read_bytes(), places(path)
    cluster = 1 << int.from_bytes(content[20:24])
    for _ in range(ROUNDS):
        path.write_bytes(damaged(content, spots, cluster, chance))
        command = ["qemu-img", "check", "--output=json", path.name]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout
        try:
            image = open_image(path, checking=True)
        except SnapmgrError:
            assert not said
            continue
        tally = check_image(image).tally
        image.close()
        expected = json.loads(said)
        assert {key: getattr(tally, ours) for key, ours in COUNTED.items()} == {
            key: expected.get(key, 0) for key in COUNTED
        }
