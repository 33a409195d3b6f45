"""A guest writes to a qcow2 image: it reads what it wrote, snapshots stay what they were, and the image is sound."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from snapmgr.block.device import BlockDevice
from snapmgr.block.images import open_image
from snapmgr.block.lock import Use
from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2 import change
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.disk import Qcow2Disk
from snapmgr.block.qcow2.entry import NewEntry, next_id
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.errors import ImageError, SnapmgrError
from tests import corpus
from tests.block.recording import Recording, losses, prefixes
from tests.block.tiny import header

CASES = [
    name
    for name in (
        "fmt-cs512", "fmt-v2", "fmt-v3", "fmt-extl2-cs16k", "fmt-zlib-4k", "fmt-rb64", "fmt-rb8", "fmt-v2-cs4k",
        "fmt-zero", "fmt-discard", "fmt-resized-4k", "fmt-tiny", "fmt-cs2m",
    )
    if name in corpus.images()
]  # fmt: skip
Snapshots = dict[bytes, bytes]


@pytest.fixture
def content(case: str, tmp_path: Path) -> bytes:
    return corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"].read_bytes()


def read(view: BlockDevice, size: int, offset: int = 0) -> bytes:
    buffer = bytearray(size)
    view.pread_into(offset, memoryview(buffer))
    return bytes(buffer)


def sound(content: bytes, *, leaks: bool = False) -> Qcow2Image:
    image = Qcow2Image(MemoryDevice(content))
    found = check_image(image)
    assert not [one for one in found.problems if not (leaks and one.code == "leaked-clusters")], found.problems
    return image


def some_write(disk: Qcow2Disk, chance: random.Random, model: bytearray) -> None:
    """One write or discard of any length at any sector, and what it does to the disk."""
    sectors = disk.size // 512
    if not sectors:
        return
    first = chance.randrange(sectors)
    count = min(chance.choice((1, 8, 128, 700)), sectors - first)
    offset, length = first * 512, count * 512
    cluster = disk.image.cluster_size
    if chance.random() < 0.25:
        disk.discard(offset, length)
        start = -(-offset // cluster) * cluster
        end = offset + length if offset + length == disk.size else (offset + length) // cluster * cluster
        if end > start and (disk.image.backing_name is None or disk.image.header.version > 2):
            model[start:end] = bytes(end - start)
    else:
        data = chance.randbytes(length)
        cut = chance.randrange(length + 1)
        disk.pwrite(offset, [memoryview(data)[:cut], memoryview(data)[cut:]])
        model[offset : offset + length] = data
    begin, stop = max(0, offset - cluster), min(disk.size, offset + length + cluster)
    assert read(disk, stop - begin, begin) == model[begin:stop]


def some_change(disk: Qcow2Disk, chance: random.Random, model: bytearray, kept: Snapshots) -> None:
    """A snapshot is made, applied or deleted while the disk is open."""
    disk.flush()
    shadow, image = Shadow(disk.image), disk.image
    kind = chance.choice(("create", "apply", "delete"))
    if kind == "create":
        new = NewEntry(next_id(image.snapshots), b"new", 1, 2, image.header.raw_size)
        try:
            change.create(shadow, new)
        except SnapmgrError as error:
            assert error.code == "refcount-overflow"
            shadow.abandon()
            return
        kept[new.id] = bytes(model)
    elif image.snapshots:
        entry = chance.choice(image.snapshots)
        if kind == "delete":
            change.delete(shadow, [entry])
            del kept[entry.id]
        else:
            change.apply(shadow, entry)
            model[:] = kept[entry.id]
    else:
        return
    shadow.prepare()
    shadow.commit()
    disk.reload()


@pytest.mark.parametrize("case", CASES)
def test_whatever_is_written_is_read_and_snapshots_stay(case: str, content: bytes) -> None:
    chance = random.Random(case)
    file = MemoryDevice(content)
    disk = Qcow2Disk(Qcow2Image(file))
    model = bytearray(read(disk, disk.size))
    kept = {entry.id: read(disk.image.at(entry), entry.disk_size) for entry in disk.image.snapshots}
    for _ in range(30):
        if chance.random() < 0.2:
            some_change(disk, chance, model, kept)
        else:
            some_write(disk, chance, model)
    assert read(disk, disk.size) == model
    disk.flush()
    image = sound(file.content)
    assert read(image.active, image.size) == model
    assert {entry.id: read(image.at(entry), entry.disk_size) for entry in image.snapshots} == kept


@pytest.mark.parametrize("case", [case for case in CASES if case in ("fmt-cs512", "fmt-v3", "fmt-extl2-cs16k")])
def test_cut_off_anywhere_it_leaks_at_most_and_keeps_what_was_flushed(case: str, content: bytes) -> None:
    chance = random.Random(case)
    file = Recording(content)
    disk = Qcow2Disk(Qcow2Image(file))
    model = bytearray(read(disk, disk.size))
    kept = [read(disk.image.at(entry), entry.disk_size) for entry in disk.image.snapshots]
    states = [(0, bytes(model))]
    for _ in range(4):
        some_write(disk, chance, model)
        disk.flush()
        states.append((len(file.actions), bytes(model)))
    number = len(file.actions) + 1
    moments = set(range(number)) if "SNAPMGR_LONG" in os.environ else set(chance.sample(range(number), min(8, number)))
    for crash in (prefixes(content, file.actions), losses(content, file.actions, chance)):
        for done, left in crash:
            if done not in moments:
                continue
            image = sound(left, leaks=True)
            assert [read(image.at(entry), entry.disk_size) for entry in image.snapshots] == kept
            before = next(state for at, state in reversed(states) if at <= done)
            after = next((state for at, state in states if at > done), before)
            old, new, now = (np.frombuffer(one, np.uint8) for one in (before, after, read(image.active, image.size)))
            assert np.array_equal(now[old == new], old[old == new])


def test_the_refcount_table_grows_under_a_running_guest() -> None:
    made = empty_image()
    disk = Qcow2Disk(Qcow2Image(made))
    first = disk.image.header.refcount_table_clusters
    chance = random.Random(1)
    model = bytearray(disk.size)
    for offset in range(0, disk.size, 64 << 10):
        data = chance.randbytes(64 << 10)
        disk.pwrite(offset, [memoryview(data)])
        model[offset : offset + len(data)] = data
    disk.flush()
    image = sound(made.content)
    assert image.header.refcount_table_clusters > first
    assert read(image.active, image.size) == model


def empty_image() -> MemoryDevice:
    """An empty disk of 2 MiB with clusters of 512 bytes and refcounts of 64 bits."""
    cluster, size = 512, 2 << 20
    l1_entries = size // (cluster * 64)
    l1_clusters = -(-l1_entries * 8 // cluster)
    content = bytearray((3 + l1_clusters) * cluster)
    content[:112] = header(
        cluster_bits=9, size=size, l1_size=l1_entries, l1_offset=3 * cluster, reftable_offset=cluster,
        refcount_order=6,
    )  # fmt: skip
    content[cluster : cluster + 8] = (2 * cluster).to_bytes(8)
    for number in range(3 + l1_clusters):
        content[2 * cluster + number * 8 : 2 * cluster + number * 8 + 8] = (1).to_bytes(8)
    return MemoryDevice(bytes(content))


def test_an_image_that_is_damaged_is_not_written(tmp_path: Path) -> None:
    content = bytearray(corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"].read_bytes())
    content[79] |= 2  # corrupt
    with pytest.raises(ImageError) as refused:
        Qcow2Disk(Qcow2Image(MemoryDevice(content)))
    assert refused.value.code == "corrupt"


@pytest.mark.parametrize(("at", "bits"), [(88, 0x80), (95, 1)], ids=["unknown", "bitmaps that are not there"])
def test_autoclear_bits_that_say_nothing_are_cleared_at_once(tmp_path: Path, at: int, bits: int) -> None:
    """With the bit of bitmaps QEMU would take the header for their list, and mark the image as corrupt at its first
    write."""
    content = bytearray(corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"].read_bytes())
    content[at] = bits
    file = MemoryDevice(content)
    disk = Qcow2Disk(Qcow2Image(file))
    assert file.content[at] == 0 and disk.image.header.autoclear == 0


def test_nothing_is_written_behind_the_end(tmp_path: Path) -> None:
    content = corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"].read_bytes()
    disk = Qcow2Disk(Qcow2Image(MemoryDevice(content)))
    for offset, length in ((disk.size, 1), (disk.size - 1, 2), (-1, 1)):
        with pytest.raises(SnapmgrError) as refused:
            disk.pwrite(offset, [memoryview(bytes(length))])
        assert refused.value.code == "beyond-end"


@pytest.mark.qemu
@pytest.mark.skipif(
    shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
)
@pytest.mark.parametrize(
    "case",
    [case for case in ("fmt-backing-qcow2", "fmt-backing-raw", "fmt-zstd", "fmt-zlib") if case in corpus.images()],
)
def test_qemu_reads_what_was_written(tmp_path: Path, case: str) -> None:
    path = corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"]
    chance = random.Random(case)
    disk = Qcow2Disk(open_image(path, use=Use.WRITE))
    model = bytearray(read(disk, disk.size))
    for _ in range(20):
        some_write(disk, chance, model)
    disk.close()
    subprocess.run(["qemu-img", "check", "-q", path], check=True)
    subprocess.run(["qemu-img", "convert", "-O", "raw", path, tmp_path / "disk"], check=True)
    assert (tmp_path / "disk").read_bytes() == model
