"""Whole images of the corpus: what cannot be seen in lists and exported disks."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from snapmgr.block.images import open_image
from snapmgr.block.qcow2.features import Encryption
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.errors import ImageError, SnapmgrError, Unsupported
from tests import corpus

QCOW2 = [
    (name, image)
    for name, case in corpus.images().items()
    for image, truth in case["truth"].items()
    if corpus.per_version(truth["info"])["exit"] == 0
    and corpus.per_version(truth["info"])["stdout"]["format"] == "qcow2"
]
LARGE = 64 << 20


def digest(device: Qcow2Image) -> str:
    """Read in pieces that match no cluster size."""
    result = hashlib.sha256()
    buffer = memoryview(bytearray(1000 * 512))
    for offset in range(0, device.size, len(buffer)):
        part = buffer[: min(len(buffer), device.size - offset)]
        device.pread_into(offset, part)
        result.update(part)
    return result.hexdigest()


@pytest.mark.parametrize(("name", "image"), QCOW2)
def test_the_active_layer_is_what_qemu_converts(tmp_path: Path, name: str, image: str) -> None:
    truth = corpus.images()[name]["truth"][image]
    disk = corpus.per_version(truth["disk"]) if isinstance(truth["disk"], dict) else {}
    opened = open_image(corpus.unpack_image(name, tmp_path)[image])
    assert opened.size == corpus.per_version(truth["info"])["stdout"]["virtual-size"]
    if opened.encryption is not Encryption.NONE:
        with pytest.raises(Unsupported) as refused:
            digest(opened)
        assert refused.value.code == "encrypted"
    elif disk.get("exit"):  # QEMU cannot read it all
        with pytest.raises(SnapmgrError):
            digest(opened)
    elif disk.get("bytes", LARGE + 1) <= LARGE:
        assert digest(opened) == disk["sha256"]
    opened.close()


@pytest.mark.parametrize(("name", "image"), QCOW2)
def test_extents_call_zero_what_is_zero(tmp_path: Path, name: str, image: str) -> None:
    opened = open_image(corpus.unpack_image(name, tmp_path)[image])
    length = min(opened.size, 16 << 20)
    try:
        extents = list(opened.extents(0, length))
    except SnapmgrError as error:
        assert error.code in ("encrypted", "data-file-missing") or error.code.startswith("backing-")
        return
    assert sum(extent.length for extent in extents) == length
    for extent in extents:
        if extent.zero:
            part = bytearray(b"\xff" * extent.length)
            opened.pread_into(extent.offset, memoryview(part))
            assert part.count(0) == len(part)
    opened.close()


@pytest.mark.parametrize(("name", "image"), QCOW2)
def test_every_l2_entry_of_the_map_is_where_qemu_says(tmp_path: Path, name: str, image: str) -> None:
    """``qemu-img map`` names the file offset of plain data."""
    truth = corpus.images()[name]["truth"][image]
    if not isinstance(truth.get("map"), list):
        return
    opened = open_image(corpus.unpack_image(name, tmp_path)[image])
    for stretch in truth["map"]:
        if stretch.get("offset") is not None and stretch["depth"] == 0 and stretch["data"]:
            runs = list(opened.active.runs(stretch["start"], stretch["length"]))
            assert runs[0].host == stretch["offset"], stretch
    opened.close()


def test_a_state_that_was_recorded_too_short_is_readable_to_its_end(tmp_path: Path) -> None:
    if "vmstate-short" not in corpus.images():
        pytest.skip("not in this part of the corpus")
    opened = open_image(corpus.unpack_image("vmstate-short", tmp_path)["vmstate-short.qcow2"])
    bad = next(entry for entry in opened.snapshots if entry.name == b"bad")
    state = opened.vm_state(bad)
    assert state.size == bad.vm_state_size < 2 * bad.vm_state_size <= state.readable
    assert state.read(0, 4) == b"QEVM"
    assert len(state.read(state.size, 100)) == 100
    opened.close()


def test_an_absurd_state_is_no_endless_one(tmp_path: Path) -> None:
    opened = open_image(corpus.unpack_image("bad-snap-vmstate-huge", tmp_path)["bad-snap-vmstate-huge.qcow2"])
    state = opened.vm_state(opened.snapshots[0])
    assert state.recorded == (1 << 63) + 5
    assert state.size <= opened.snapshots[0].l1_size * opened.geometry.l2_span
    assert state.readable == 0
    opened.close()


@pytest.mark.parametrize(
    ("name", "qemu"),
    [
        ("bad-snap-l1-huge", "Snapshot L1 table too large"),
        ("bad-snap-l1-unaligned", "Snapshot L1 table offset invalid"),
    ],
)
def test_a_snapshot_without_a_possible_table_is_refused_and_the_others_are_read(
    tmp_path: Path, name: str, qemu: str
) -> None:
    opened = open_image(corpus.unpack_image(name, tmp_path)[f"{name}.qcow2"])
    first, second = opened.snapshots
    with pytest.raises(ImageError) as refused:
        opened.at(first)
    assert refused.value.qemu == qemu
    assert opened.at(second).size == second.disk_size
    opened.close()


def test_a_large_image_opens_without_reading_its_tables(tmp_path: Path) -> None:
    """8 TiB: nothing of the size of the disk is read or built when it opens."""
    path = corpus.unpack_image("fmt-big", tmp_path)["fmt-big.qcow2"]
    reads = []

    class Counting:
        def __init__(self, file: object) -> None:
            self._file = file

        def __getattr__(self, name: str) -> object:
            return getattr(self._file, name)

        def pread_into(self, offset: int, buffer: memoryview) -> None:
            reads.append(len(buffer))
            self._file.pread_into(offset, buffer)  # type: ignore[attr-defined]

    started = time.perf_counter()
    inner = open_image(path)
    Qcow2Image(Counting(inner.file))  # type: ignore[arg-type]
    assert sum(reads) < 2 << 20
    assert inner.size > 1 << 40
    assert time.perf_counter() - started < 5
    inner.close()
