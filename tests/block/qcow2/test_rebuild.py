"""Refcounts and flags made right: qemu-img agrees, contents stay, QEMU goes on, and cut off it is old or new."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from snapmgr.block.checking import MOST_METADATA, Repair, check_file
from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.rebuild import repair_all
from snapmgr.block.qcow2.refcounts import encode_refcounts
from snapmgr.errors import SnapmgrError, Unsupported
from snapmgr.snapshots.change import create_snapshot, delete_snapshot
from tests import corpus
from tests.block.qcow2.test_repair import contents
from tests.block.tiny import COPIED, tiny
from tests.qemu import needs_qemu
from tests.snapshots.killed import killed

REPAIRED = [
    name
    for name in (
        "bad-dirty-bit", "bad-corrupt-bit", "bad-dirty-real", "bad-refcount-low", "bad-refcount-zero",
        "bad-refcount-l2-zero", "bad-refcount-high", "bad-leak", "bad-refblock-zero-entry", "bad-refblock-beyond-eof",
        "bad-refblock-unaligned", "bad-l2-overlap-reftable", "bad-l2-overlap-header", "bad-l2-overlap-l1",
        "bad-l2-overlap-snaptable", "bad-l2-shared-cluster", "bad-copied-set-on-shared", "bad-copied-missing",
        "bad-reftable-zero", "bad-reftable-beyond-eof", "bad-compressed", "bad-snap-shared-l1", "bad-snap-count-0",
        "fmt-rb1", "fmt-rb2-full", "vmstate-cut",
    )
    if name in corpus.images()
]  # fmt: skip
KEPT = [
    name
    for name in (
        "bad-l2-beyond-eof", "bad-l2-unaligned", "bad-l2-reserved-bits", "bad-l1-entry-beyond-eof", "bad-trunc-half",
        "bad-snap-table-cut", "bad-snap-l1-unaligned", "bad-snap-l1-zero", "bad-snap-extra-8", "bad-trunc-512",
    )
    if name in corpus.images()
]  # fmt: skip


def image_of(name: str, folder: Path) -> Path:
    return next(iter(corpus.unpack_image(name, folder).values()))


def readable(path: Path) -> list[str] | None:
    """What it holds, None where a damaged cluster keeps it from being read."""
    try:
        return contents(path)
    except SnapmgrError:
        return None


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs_qemu) for name in REPAIRED])
def test_qemu_img_finds_nothing_afterwards_and_contents_stay(tmp_path: Path, name: str) -> None:
    path = image_of(name, tmp_path)
    before, found = readable(path), check_file(path).checked
    result = check_file(path, repair=Repair.ALL)
    assert result.checked.tally.sound and not result.checked.problems
    assert result.leaks_fixed == found.tally.leaks
    assert result.corruptions_fixed == found.tally.corruptions + found.tally.check_errors
    assert before in (None, readable(path)), "None: only a check opens it, or a packed cluster is damaged"
    done = subprocess.run(["qemu-img", "check", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    written = path.read_bytes()
    again = check_file(path, repair=Repair.ALL)
    assert (again.leaks_fixed, again.corruptions_fixed) == (0, 0) and path.read_bytes() == written


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=needs_qemu) for name in REPAIRED if name != "bad-compressed"]
)
def test_qemu_and_we_go_on_with_it(tmp_path: Path, name: str) -> None:
    path = image_of(name, tmp_path)
    check_file(path, repair=Repair.ALL)
    commands = ["-c", "write -P 7 0 128k", "-c", "discard 64k 64k", "-c", "write -P 9 1M 64k"]
    subprocess.run(["qemu-io", "-f", "qcow2", *commands, path], capture_output=True, check=True)
    subprocess.run(["qemu-img", "check", "-q", path], check=True)
    if not name.startswith("fmt-rb"):
        create_snapshot([path], "afterwards")
        subprocess.run(["qemu-img", "check", "-q", path], check=True)
        delete_snapshot([path], "name:afterwards")
        subprocess.run(["qemu-img", "check", "-q", path], check=True)


@pytest.mark.parametrize("name", KEPT)
def test_what_is_no_matter_of_counting_is_not_touched(tmp_path: Path, name: str) -> None:
    path = image_of(name, tmp_path)
    before = path.read_bytes()
    with pytest.raises(SnapmgrError) as refused:
        check_file(path, repair=Repair.ALL)
    assert refused.value.code == "repair-errors" and refused.value.path == str(path)
    assert "something else is wrong" in refused.value.message and path.read_bytes() == before


@pytest.mark.parametrize("name", ["fmt-v3", "fmt-data-file"])
def test_a_sound_image_is_not_written_to(tmp_path: Path, name: str) -> None:
    path = next(path for file, path in corpus.unpack_image(name, tmp_path).items() if file.endswith(".qcow2"))
    before = path.read_bytes()
    assert check_file(path, repair=Repair.ALL).checked.tally.sound and path.read_bytes() == before


def test_an_unknown_feature_may_own_what_looks_leaked() -> None:
    device = MemoryDevice(tiny({}, {5 << 12: b"x" * 4096}, autoclear=1 << 40))
    before = device.content
    with pytest.raises(Unsupported) as refused:
        repair_all(Qcow2Image(device), most_metadata=MOST_METADATA)
    assert refused.value.code == "unknown-autoclear" and device.content == before


@pytest.mark.parametrize("order", range(1, 7))
def test_every_width(order: int) -> None:
    """Cluster 5 is counted not at all and 6 twice, each is used once, 7 by nobody; all flags are wrong."""
    counts = np.zeros(4096 * 8 >> order, np.uint64)
    counts[[0, 1, 2, 3, 4, 6, 7]] = (1, 1, 1, 1, 1, 2, 1)
    data = {cluster << 12: bytes([cluster]) * 4096 for cluster in (5, 6, 7)}
    parts = {2 << 12: encode_refcounts(counts, order), **data}
    device = MemoryDevice(tiny({0: 5 << 12, 9: 6 << 12}, parts, refcount_order=order))
    image = Qcow2Image(device)
    checked = repair_all(image, most_metadata=MOST_METADATA)
    assert checked.tally.leaks == 2 and checked.tally.corruptions
    assert check_image(image).tally.sound
    table = int(image.active_l1()[0]) & (1 << 56) - 1
    for number, cluster in ((0, 5), (9, 6)):
        at = table + 8 * number
        assert int.from_bytes(device.content[at : at + 8]) == cluster << 12 | COPIED


class Torn(MemoryDevice):
    """Of the writes only the first ``most`` get through, and half of the next, unless that is the header's."""

    def __init__(self, content: bytes, most: int) -> None:
        super().__init__(content)
        self.most = most

    def pwrite(self, offset: int, buffers: Sequence[memoryview]) -> None:
        if self.most == 0:
            whole = b"".join(bytes(buffer) for buffer in buffers)
            super().pwrite(offset, [memoryview(whole[: len(whole) // 2 if offset else 0])])
            raise OSError("power failure")
        self.most -= 1
        super().pwrite(offset, buffers)


def test_whatever_gets_through_it_is_the_old_image_or_the_new_one(tmp_path: Path) -> None:
    content = image_of("bad-dirty-real", tmp_path).read_bytes()
    before = check_image(Qcow2Image(MemoryDevice(content)))
    for most in range(40):
        device = Torn(content, most)
        try:
            repair_all(Qcow2Image(device), most_metadata=MOST_METADATA)
        except OSError:
            assert check_image(Qcow2Image(MemoryDevice(device.content))).problems == before.problems
            assert device.content[:512] == content[:512]
        else:
            break
    assert most > 2 and check_image(Qcow2Image(MemoryDevice(device.content))).tally.sound


@needs_qemu[1]
@pytest.mark.qemu
@pytest.mark.parametrize("name", ["bad-dirty-real", "bad-refcount-zero", "bad-copied-set-on-shared"])
def test_killed_at_a_write(tmp_path: Path, name: str) -> None:
    path = image_of(name, tmp_path)
    content, before = path.read_bytes(), contents(path)
    problems = check_file(path).checked.problems
    total = killed("repair", 1 << 20, path)
    for write in range(1, total + 1) if "SNAPMGR_LONG" in os.environ else (1, 2, total):
        path.write_bytes(content)
        assert not killed("repair", write, path)
        assert contents(path) == before
        if write == total:
            subprocess.run(["qemu-img", "check", "-q", path], check=True)
        else:
            assert check_file(path).checked.problems == problems
