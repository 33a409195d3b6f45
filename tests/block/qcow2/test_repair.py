"""Leaks given back: qemu-img agrees, contents stay, and whatever was written of it, no harm is done."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from snapmgr.block.checking import Repair, check_file
from snapmgr.block.images import open_image
from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.refcounts import decode_refcounts, encode_refcounts
from snapmgr.block.qcow2.repair import refuse_to_lower, repair_leaks
from snapmgr.errors import SnapmgrError
from tests import corpus
from tests.block.tiny import COPIED, tiny
from tests.qemu import needs_qemu

LEAKING = ["bad-snap-count-0", "bad-leak", "bad-refcount-high", "vmstate-cut", "fmt-rb1", "fmt-rb2-full"]
KEPT = ["bad-snap-l1-zero", "bad-l2-overlap-l1", "bad-trunc-half"]
"""They leak as well, but something else is wrong with them."""


def contents(path: Path) -> list[str]:
    image = open_image(path)
    try:
        found = []
        for view in (image.active, *(image.at(entry) for entry in image.snapshots)):
            buffer = bytearray(view.size)
            view.pread_into(0, memoryview(buffer))
            found.append(hashlib.sha256(buffer).hexdigest())
        return found
    finally:
        image.close()


@pytest.mark.parametrize("name", [name for name in LEAKING if name in corpus.images()])
def test_leaks_are_given_back_and_nothing_else_changes(tmp_path: Path, name: str) -> None:
    (path,) = corpus.unpack_image(name, tmp_path).values()
    before = contents(path)
    leaks = check_file(path).checked.tally.leaks
    assert leaks
    found = check_file(path, repair=Repair.LEAKS)
    assert found.leaks_fixed == leaks and found.checked.tally.sound
    assert contents(path) == before
    again = check_file(path, repair=Repair.LEAKS)
    assert again.leaks_fixed == 0 and again.checked.tally == found.checked.tally


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs_qemu) for name in LEAKING if name in corpus.images()])
def test_qemu_img_finds_nothing_afterwards(tmp_path: Path, name: str) -> None:
    (path,) = corpus.unpack_image(name, tmp_path).values()
    assert subprocess.run(["qemu-img", "check", "-q", path], check=False).returncode == 3
    check_file(path, repair=Repair.LEAKS)
    assert subprocess.run(["qemu-img", "check", "-q", path], check=False).returncode == 0


@pytest.mark.parametrize("name", [name for name in KEPT if name in corpus.images()])
def test_nothing_is_written_where_something_else_is_wrong(tmp_path: Path, name: str) -> None:
    (path,) = corpus.unpack_image(name, tmp_path).values()
    before = path.read_bytes()
    with pytest.raises(SnapmgrError, match="only where nothing else is wrong") as raised:
        check_file(path, repair=Repair.LEAKS)
    assert raised.value.code == "repair-errors" and raised.value.path == str(path)
    assert path.read_bytes() == before


def test_an_unknown_feature_may_own_what_looks_leaked() -> None:
    device = MemoryDevice(tiny({}, {5 << 12: b"x" * 4096}, autoclear=1 << 40))
    image = Qcow2Image(device)
    before = device.content
    with pytest.raises(SnapmgrError) as raised:
        refuse_to_lower(image, check_image(image))
    assert raised.value.code == "unknown-autoclear" and device.content == before


@pytest.mark.parametrize("table", [False, True])
def test_whoever_is_left_as_the_only_user_gets_the_flag(tmp_path: Path, table: bool) -> None:
    """Of a cluster of data, or of the L2 table."""
    content = bytearray(tiny({0: 5 << 12 | (COPIED if table else 0)}, {5 << 12: b"x" * 4096}))
    cluster = 4 if table else 5
    content[(2 << 12) + 2 * cluster : (2 << 12) + 2 * cluster + 2] = b"\0\3"
    if table:
        content[3 << 12 : (3 << 12) + 8] = (4 << 12).to_bytes(8)
    path = tmp_path / "a.qcow2"
    path.write_bytes(content)
    found = check_file(path, repair=Repair.LEAKS)
    assert found.leaks_fixed == 1 and found.checked.tally.sound
    assert open_image(path).active_l1()[0] >> 63 == 1


@pytest.mark.parametrize("order", range(7))
@pytest.mark.parametrize("leaked", [(5,), (6, 8), (5, 6, 7, 8)])
def test_every_width(order: int, leaked: tuple[int, ...]) -> None:
    """Cluster 9 is in use; of the block, nothing but what was leaked changes."""
    width = 1 << order
    counts = np.zeros(4096 * 8 // width, np.uint64)
    counts[[0, 1, 2, 3, 4, 9, *leaked]] = 1
    block = encode_refcounts(counts, order)
    assert (decode_refcounts(block, order) == counts).all()
    device = MemoryDevice(tiny({0: 9 << 12 | COPIED}, {2 << 12: block, 9 << 12: b"x" * 4096}, refcount_order=order))
    image = Qcow2Image(device)
    before = check_image(image)
    assert before.tally.leaks == len(leaked) and before.leaks.clusters.tolist() == list(leaked)
    assert repair_leaks(image, before) == len(leaked)
    assert check_image(image).tally.sound
    counts[list(leaked)] = 0
    assert device.content[2 << 12 : 3 << 12] == encode_refcounts(counts, order)


class Torn(MemoryDevice):
    """Of the first write only the first ``most`` bytes get through."""

    def __init__(self, content: bytes, most: int) -> None:
        super().__init__(content)
        self.most = most

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        whole = b"".join(bytes(buffer) for buffer in buffers)
        super().pwrite(offset, [memoryview(whole[: self.most])])
        raise OSError("power failure")


@pytest.mark.parametrize("most", range(9))
def test_whatever_gets_through_leaves_nothing_but_leaks(most: int) -> None:
    content = tiny({0: 7 << 12 | COPIED}, {7 << 12: b"x" * 4096, 9 << 12: b"y" * 4096})  # 5, 6, 8 and 9 leak
    image = Qcow2Image(Torn(content, most))
    with pytest.raises(OSError, match="power failure"):
        repair_leaks(image, check_image(image))
    tally = check_image(image).tally
    assert not tally.corruptions and tally.leaks == 4 - sum(end <= most for end in (2, 4, 8, 10))
