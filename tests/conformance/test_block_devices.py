"""What every BlockDevice promises, whatever it is made of."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.block.device import BlockDevice
from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.raw import RawFile
from tests.block.tiny import COPIED, tiny

SIZE = 64 << 10
CLUSTER = 4096
DATA = {1: b"one", 2: b"two", 7: b"seven"}
"""Clusters that hold something."""


def content() -> bytes:
    disk = bytearray(SIZE)
    for cluster, word in DATA.items():
        disk[cluster * CLUSTER : (cluster + 1) * CLUSTER] = word.ljust(CLUSTER, b"\x77")
    return bytes(disk)


def raw_file(folder: Path) -> BlockDevice:
    path = folder / "disk.raw"
    path.write_bytes(content())
    return RawFile.open(path)


def memory(folder: Path) -> BlockDevice:
    return MemoryDevice(content(), read_only=True)


def image(folder: Path) -> Qcow2Image:
    disk = content()
    hosts = {cluster: (5 + place) * CLUSTER for place, cluster in enumerate(DATA)}
    entries = {cluster: host | COPIED for cluster, host in hosts.items()}
    data = {host: disk[cluster * CLUSTER : (cluster + 1) * CLUSTER] for cluster, host in hosts.items()}
    return Qcow2Image(MemoryDevice(tiny(entries, data, size=SIZE), read_only=True))


def active_view(folder: Path) -> BlockDevice:
    return image(folder).active


DEVICES = pytest.mark.parametrize("make", [raw_file, memory, image, active_view])
Make = Callable[[Path], BlockDevice]


def read(device: BlockDevice, offset: int, length: int) -> bytes:
    buffer = bytearray(b"\xee" * length)
    device.pread_into(offset, memoryview(buffer))
    return bytes(buffer)


@DEVICES
def test_it_knows_its_size_and_that_it_is_read_only(make: Make, tmp_path: Path) -> None:
    device = make(tmp_path)
    assert device.size == SIZE
    assert device.read_only


@DEVICES
def test_any_range_reads_as_the_whole_does(make: Make, tmp_path: Path) -> None:
    device, truth = make(tmp_path), content()
    assert read(device, 0, SIZE) == truth
    chance = random.Random(3)
    for _ in range(200):
        offset = chance.randrange(SIZE)
        length = chance.randrange(SIZE - offset + 1)
        assert read(device, offset, length) == truth[offset : offset + length]


@DEVICES
def test_beyond_the_end_there_are_zeros(make: Make, tmp_path: Path) -> None:
    device = make(tmp_path)
    assert read(device, SIZE - 10, 20) == content()[-10:] + bytes(10)
    assert read(device, SIZE + CLUSTER, 100) == bytes(100)


@DEVICES
def test_an_empty_read_is_nothing(make: Make, tmp_path: Path) -> None:
    assert read(make(tmp_path), 5, 0) == b""


@DEVICES
@pytest.mark.parametrize(("offset", "length"), [(0, SIZE), (100, 9000), (CLUSTER, CLUSTER), (SIZE - 5, 100), (7, 0)])
def test_extents_cover_the_range_and_never_call_data_zero(make: Make, tmp_path: Path, offset: int, length: int) -> None:
    at, truth = offset, content()
    for extent in make(tmp_path).extents(offset, length):
        assert extent.offset == at and extent.length > 0
        if extent.zero:
            assert not any(truth[at : at + extent.length])
        at += extent.length
    assert at == offset + length


@DEVICES
def test_writing_is_refused_and_changes_nothing(make: Make, tmp_path: Path) -> None:
    device = make(tmp_path)
    with pytest.raises(Exception, match="read") as refused:
        device.pwrite(0, [memoryview(b"x")])
    assert getattr(refused.value, "code", None) == "read-only"
    assert read(device, 0, SIZE) == content()


@DEVICES
def test_flush_and_close_are_harmless(make: Make, tmp_path: Path) -> None:
    device = make(tmp_path)
    device.flush()
    device.close()


def test_memory_can_be_written_and_grows() -> None:
    device = MemoryDevice(b"abc")
    device.pwrite(2, [memoryview(b"de"), memoryview(b"f")])
    assert device.content == b"abdef"
    assert not device.read_only
