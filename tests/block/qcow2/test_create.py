"""New qcow2 images: QEMU finds no fault in them and reads what was written."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapmgr.block.images import open_image
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.create import Qcow2Writer, geometry_for
from snapmgr.errors import SnapmgrError

CLUSTER = 65536
SPAN = 512 << 20

needs_qemu_img = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")


@pytest.fixture
def descriptor(tmp_path: Path) -> Iterator[int]:
    number = os.open(tmp_path / "new.qcow2", os.O_RDWR | os.O_CREAT, 0o600)
    yield number
    os.close(number)


def read(path: Path, offset: int, length: int) -> bytes:
    image = open_image(path)
    buffer = bytearray(length)
    image.pread_into(offset, memoryview(buffer))
    image.close()
    return bytes(buffer)


def assert_sound(path: Path) -> None:
    image = open_image(path)
    checked = check_image(image)
    image.close()
    assert checked.problems == () and checked.complete
    if shutil.which("qemu-img"):
        found = subprocess.run(["qemu-img", "check", path], capture_output=True, text=True, check=False)
        assert found.returncode == 0, found


def test_an_empty_disk_is_a_whole_image(tmp_path: Path, descriptor: int) -> None:
    Qcow2Writer(descriptor, 10 << 20).finish()
    assert_sound(tmp_path / "new.qcow2")
    assert read(tmp_path / "new.qcow2", 0, 4096) == bytes(4096)


def test_a_disk_of_no_bytes_is_a_whole_image(tmp_path: Path, descriptor: int) -> None:
    Qcow2Writer(descriptor, 0).finish()
    image = open_image(tmp_path / "new.qcow2")
    assert image.size == 0
    image.close()


def test_clusters_come_back_from_where_they_were_put(tmp_path: Path, descriptor: int) -> None:
    chance = random.Random(7)
    size = 3 * SPAN + 5 * CLUSTER + 1536
    writer = Qcow2Writer(descriptor, size)
    pieces = {
        0: chance.randbytes(CLUSTER),
        7 * CLUSTER: chance.randbytes(3 * CLUSTER),
        SPAN - CLUSTER: chance.randbytes(2 * CLUSTER),  # goes on in the next L2 table
        3 * SPAN + 5 * CLUSTER: chance.randbytes(1536),  # the last cluster is cut
    }
    for offset, data in pieces.items():
        writer.write(offset, memoryview(data))
    writer.finish()
    path = tmp_path / "new.qcow2"
    assert_sound(path)
    for offset, data in pieces.items():
        assert read(path, offset, len(data)) == data
    assert read(path, CLUSTER, 6 * CLUSTER) == bytes(6 * CLUSTER)
    assert open_image(path).size == size


def test_more_clusters_than_one_refcount_block_counts(tmp_path: Path, descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    writer = Qcow2Writer(descriptor, 8 << 30)
    hole = memoryview(bytearray(1 << 20))
    for offset in range(0, 2200 << 20, 1 << 20):
        if offset % (64 << 20) == 0:  # a sparse file: only now and then a real write
            writer.write(offset, hole)
        else:
            _take(writer, offset, 16)
    writer.finish()
    assert_sound(tmp_path / "new.qcow2")


def _take(writer: Qcow2Writer, offset: int, clusters: int) -> None:
    """Let the writer place clusters without writing their bytes: the file has a hole there."""
    real, os.pwrite = os.pwrite, lambda descriptor, data, at: len(data)
    try:
        writer.write(offset, memoryview(bytes(clusters * CLUSTER)))
    finally:
        os.pwrite = real


def test_without_its_header_it_is_no_image_yet(tmp_path: Path, descriptor: int) -> None:
    writer = Qcow2Writer(descriptor, 1 << 20)
    writer.write(0, memoryview(b"\1" * CLUSTER))
    with pytest.raises(SnapmgrError) as refused:
        open_image(tmp_path / "new.qcow2")
    assert refused.value.code == "raw-disk"


def test_clusters_grow_with_the_disk() -> None:
    assert geometry_for(8 << 40).cluster_bits == 16
    assert geometry_for(4 << 50).cluster_bits == 17
    with pytest.raises(SnapmgrError) as refused:
        geometry_for(1 << 62)
    assert refused.value.code == "disk-too-large"


@needs_qemu_img
@pytest.mark.qemu
def test_qemu_reads_the_same(tmp_path: Path, descriptor: int) -> None:
    chance = random.Random(3)
    plain = bytearray(20 << 20)
    writer = Qcow2Writer(descriptor, len(plain))
    for number in sorted(chance.sample(range(320), 40)):
        data = chance.randbytes(CLUSTER)
        plain[number * CLUSTER : (number + 1) * CLUSTER] = data
        writer.write(number * CLUSTER, memoryview(data))
    writer.finish()
    (tmp_path / "plain.raw").write_bytes(plain)
    subprocess.run(
        ["qemu-img", "compare", "-f", "raw", "-F", "qcow2", tmp_path / "plain.raw", tmp_path / "new.qcow2"], check=True
    )
