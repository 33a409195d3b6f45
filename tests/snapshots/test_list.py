"""Listing: which files, which errors, whose locks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from snapmgr.errors import ImageError, NotFound, Unsupported, UsageError
from snapmgr.snapshots.list import list_snapshots
from tests.corpus import unpack_image

HOLD = """
import fcntl, struct, sys
file = open(sys.argv[1], "r+b")
for byte in map(int, sys.argv[2:]):
    fcntl.fcntl(file, fcntl.F_OFD_SETLK, struct.pack("@hhqqi0q", fcntl.F_RDLCK, 0, byte, 1, 0))
print("held", flush=True)
sys.stdin.read()
"""
WRITER = ("100", "101", "103", "201", "203")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]


def held(path: Path, *locks: str) -> subprocess.Popen[str]:
    """Another process with QEMU's locks on ``path``."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path, *locks], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def released(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def test_nobody_uses_a_file_at_rest(image: Path) -> None:
    assert list_snapshots([image]).devices[0].in_use is None


def test_an_image_in_use_is_listed_with_its_holder(image: Path) -> None:
    process = held(image, *WRITER)
    name = Path(f"/proc/{process.pid}/comm").read_text().strip()
    found = list_snapshots([image])
    released(process)
    assert found.devices[0].in_use == f"{name}, {process.pid}"
    assert [row.name for row in found.rows] == ["first", "second"]


def test_listing_takes_no_lock_that_a_writer_minds(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    closing = os.close

    def note_locks(descriptor: int) -> None:
        for line in Path(f"/proc/self/fdinfo/{descriptor}").read_text().splitlines():
            if line.startswith("lock:"):
                taken.append(line.split()[-1])
        closing(descriptor)

    monkeypatch.setattr(os, "close", note_locks)
    list_snapshots([image])
    assert set(taken) <= {"100"}


def test_a_raw_disk_alone_is_refused(tmp_path: Path) -> None:
    raw = tmp_path / "disk.raw"
    raw.write_bytes(bytes(1 << 20))
    with pytest.raises(Unsupported) as refused:
        list_snapshots([raw])
    assert (refused.value.code, refused.value.exit_code) == ("raw-disk", 3)


def test_a_raw_disk_among_others_says_why(tmp_path: Path, image: Path) -> None:
    raw = tmp_path / "disk.raw"
    raw.write_bytes(bytes(1 << 20))
    found = list_snapshots([raw, image])
    device = found.devices[0]
    assert (device.format, device.virtual_size, device.cluster_size) == ("raw", 1 << 20, None)
    assert device.error is not None and device.error.code == "raw-disk"
    assert all(row.missing == () for row in found.rows)  # it could not have them
    assert all(list(row.entries) == [str(image)] for row in found.rows)


def test_a_damaged_disk_among_others_says_why(tmp_path: Path, image: Path) -> None:
    bad = unpack_image("bad-crypt-5", tmp_path)["bad-crypt-5.qcow2"]
    found = list_snapshots([image, bad])
    assert found.devices[0].error is None
    error = found.devices[1].error
    assert error is not None and error.qemu == f"Could not open '{bad}': Unsupported encryption method 5"
    assert len(found.rows) == 2


def test_a_file_that_is_not_there(tmp_path: Path, image: Path) -> None:
    with pytest.raises(NotFound) as missing:
        list_snapshots([image, tmp_path / "nosuch.qcow2"])
    assert missing.value.path == str(tmp_path / "nosuch.qcow2")


def test_the_same_file_twice(tmp_path: Path, image: Path) -> None:
    link = tmp_path / "link.qcow2"
    link.symlink_to(image)
    for pair in ([image, image], [image, link]):
        with pytest.raises(UsageError) as refused:
            list_snapshots(pair)
        assert refused.value.code == "same-image"
    with pytest.raises(UsageError):
        list_snapshots([])


def test_a_folder_is_no_disk(tmp_path: Path) -> None:
    with pytest.raises(Unsupported) as refused:
        list_snapshots([tmp_path])
    assert refused.value.code == "not-a-file"


def test_a_missing_backing_file_is_a_problem_only(tmp_path: Path) -> None:
    path = unpack_image("fmt-backing-missing", tmp_path)["fmt-backing-missing.qcow2"]
    found = list_snapshots([path])
    assert [problem.code for problem in found.devices[0].problems] == ["backing-missing"]
    device = found.devices[0]
    assert device.backing == "fmt-backing-missing.base.raw"
    assert device.backing_file == str(tmp_path / "fmt-backing-missing.base.raw")
    assert device.closed is not None and device.closed.code == "backing-missing" and not device.readable
    assert [row.name for row in found.rows] == ["first", "second"]


def test_a_backing_file_elsewhere_is_read_only_where_allowed(tmp_path: Path) -> None:
    home, away = tmp_path / "home", tmp_path / "away"
    home.mkdir()
    away.mkdir()
    files = unpack_image("fmt-backing-raw", home)
    base = next(path for name, path in files.items() if name.endswith(".raw"))
    base.rename(away / base.name)
    base.symlink_to(away / base.name)
    image = files["fmt-backing-raw.qcow2"]
    assert [problem.code for problem in list_snapshots([image]).devices[0].problems] == ["backing-outside"]
    assert list_snapshots([image], allow_roots=[away]).devices[0].problems == ()


def test_encrypted_images_are_listed(tmp_path: Path) -> None:
    path = unpack_image("fmt-aes", tmp_path)["fmt-aes.qcow2"]
    assert list_snapshots([path]).devices[0].encrypted


def test_a_table_that_was_cut_is_listed_with_its_fault(tmp_path: Path) -> None:
    path = unpack_image("bad-trunc-half", tmp_path)["bad-trunc-half.qcow2"]
    found = list_snapshots([path])
    assert len(found.rows) == 2
    assert "snapshot-table-cut" in {problem.code for problem in found.devices[0].problems}


def test_an_impossible_header_names_its_place(tmp_path: Path) -> None:
    path = unpack_image("bad-l1-size-huge", tmp_path)["bad-l1-size-huge.qcow2"]
    with pytest.raises(ImageError) as refused:
        list_snapshots([path])
    assert (refused.value.offset, refused.value.path) == (36, str(path))


def test_tables_that_were_not_looked_through_are_said(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list_snapshots([image]).devices[0].unchecked is None
    monkeypatch.setattr("snapmgr.snapshots.list._MOST_METADATA", 100)
    said = list_snapshots([image]).devices[0].unchecked
    assert said is not None and "MiB at least, were not looked through" in said


def test_tables_of_an_image_in_use_are_not_looked_through(image: Path) -> None:
    process = held(image, *WRITER)
    said = list_snapshots([image]).devices[0].unchecked
    released(process)
    assert said is not None and "while another process uses it" in said
