"""Files as block devices."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import numpy as np
import pytest

from snapmgr.block import vectored
from snapmgr.block.device import Extent
from snapmgr.block.raw import RawFile
from snapmgr.errors import NotFound, SnapmgrError, Unsupported
from snapmgr.gathered import Gathered, Places


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as missing:
        RawFile.open(tmp_path / "no.img")
    assert missing.value.code == "file-not-found"


def test_what_can_be_read_and_not_written_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "image"
    path.write_bytes(b"x")

    def refuse(*words: object, **_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)  # root may write everything
    for writable, code in ((True, "read-only"), (False, "cannot-open")):
        with pytest.raises(SnapmgrError, match=str(path)) as refused:
            RawFile.open(path, writable=writable)
        assert refused.value.code == code


def test_folders_and_pipes_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(Unsupported) as refused:
            RawFile.open(path)
        assert refused.value.code == "not-a-file"


def test_a_name_with_a_zero_byte_is_an_error_and_no_crash() -> None:
    with pytest.raises(SnapmgrError):
        RawFile.open("a\0b")


def test_holes_are_zero_extents(tmp_path: Path) -> None:
    path = tmp_path / "sparse.img"
    with path.open("wb") as file:
        file.truncate(4 << 20)
        file.seek(1 << 20)
        file.write(b"x" * (1 << 20))
    device = RawFile.open(path)
    found = list(device.extents(0, 5 << 20))
    assert [(extent.offset, extent.length) for extent in found if not extent.zero] == [(1 << 20, 1 << 20)]
    assert found[0] == Extent(0, 1 << 20, zero=True)
    assert sum(extent.length for extent in found) == 5 << 20
    device.close()


def test_offsets_beyond_what_the_system_knows_read_as_zeros(tmp_path: Path) -> None:
    path = tmp_path / "small.img"
    path.write_bytes(b"abc")
    device = RawFile.open(path)
    buffer = bytearray(b"\xff" * 16)
    device.pread_into((1 << 63) - 8, memoryview(buffer))
    assert bytes(buffer) == bytes(16)
    device.close()


def test_a_closed_file_can_be_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "small.img"
    path.write_bytes(b"abc")
    device = RawFile.open(path)
    device.close()
    device.close()


def test_only_a_resize_makes_a_file_longer(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(b"x" * 4096)
    device = RawFile.open(path, writable=True)
    with pytest.raises(SnapmgrError) as beyond:
        device.pwrite(4000, [memoryview(bytes(200))])
    assert (beyond.value.code, path.stat().st_size) == ("beyond-end", 4096)
    device.resize(8192)
    device.pwrite(4096, [memoryview(b"y" * 4096)])
    device.discard(0, 4096)
    assert path.read_bytes() == bytes(4096) + b"y" * 4096 and device.size == 8192
    device.resize(10)
    assert path.stat().st_size == device.size == 10
    device.close()


def test_no_room_is_said_and_leaves_the_file_as_long_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(b"x" * 4096)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    device = RawFile.open(path, writable=True)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
        with pytest.raises(SnapmgrError) as full:
            device.resize(1 << 20)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert full.value.code == "cannot-write" and "cannot become longer" in full.value.message
    assert path.stat().st_size == device.size == 4096
    device.close()


def test_what_lies_in_many_places_is_written_in_order(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(1 << 20))
    device = RawFile.open(path, writable=True)
    parts = [bytes([number % 251]) * (number % 7) for number in range(3000)]  # more than one call takes
    device.pwrite_gathered(100, Gathered.of(map(memoryview, parts)))
    whole = b"".join(parts)
    assert path.read_bytes() == bytes(100) + whole + bytes((1 << 20) - 100 - len(whole))
    with pytest.raises(SnapmgrError) as refused:
        device.pwrite_gathered((1 << 20) - 5, Gathered.of([memoryview(b"123456")]))
    assert refused.value.code == "beyond-end"
    device.close()


def test_what_lies_in_many_places_and_does_not_fit_is_said(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(1 << 20))
    device = RawFile.open(path, writable=True)
    limits, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))
        with pytest.raises(SnapmgrError) as full:
            device.pwrite_gathered(4096, Gathered.of([memoryview(b"x" * 3000)] * 3))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert full.value.code == "cannot-write" and full.value.path == str(path)
    assert path.read_bytes()[:8192] == bytes(4096) + b"x" * 4096, "written as far as it goes"
    device.close()


def test_what_is_open_for_reading_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(b"x" * 4096)
    device = RawFile.open(path)
    for change in (lambda: device.resize(1), lambda: device.discard(0, 512)):
        with pytest.raises(SnapmgrError, match="for reading only"):
            change()
    assert path.read_bytes() == b"x" * 4096


@pytest.mark.parametrize("left", [0, 5000])
def test_bytes_that_were_cut_off_while_the_file_was_open_are_no_zeros(tmp_path: Path, left: int) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(b"x" * 8192)
    device = RawFile.open(path)
    os.truncate(path, left)
    with pytest.raises(SnapmgrError, match=r"disk\.img became shorter") as told:
        device.pread_into(4096, memoryview(bytearray(4096)))
    assert (told.value.code, told.value.offset) == ("file-changed", max(left, 4096))
    with pytest.raises(SnapmgrError) as told:
        list(device.extents(0, 8192))
    assert told.value.code == "file-changed"
    buffer = bytearray(b"\xff" * 16)
    device.pread_into(8192, memoryview(buffer))  # there never was anything: QEMU reads zeros there
    assert bytes(buffer) == bytes(16)
    device.close()


def test_a_file_that_was_short_when_it_was_opened_ends_in_zeros(tmp_path: Path) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(b"abc")
    device = RawFile.open(path)
    buffer = bytearray(b"\xff" * 8)
    device.pread_into(0, memoryview(buffer))
    assert bytes(buffer) == b"abc" + bytes(5)
    device.close()


def test_what_one_call_leaves_the_next_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = tmp_path / "disk.img", vectored.write_places
    path.write_bytes(bytes(8192))

    def some(descriptor: int, places: Places, offset: int) -> int:
        return real(descriptor, np.minimum(places[:1], np.array([2**64 - 1, 1000], np.uint64)), offset)

    monkeypatch.setattr(vectored, "write_places", some)
    device = RawFile.open(path, writable=True)
    device.pwrite_gathered(0, Gathered.of([memoryview(b"a" * 5000), memoryview(b"b" * 3), memoryview(b"c" * 3000)]))
    assert path.read_bytes() == b"a" * 5000 + b"bbb" + b"c" * 3000 + bytes(189)
    device.close()
