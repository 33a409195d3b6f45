"""Files that a command writes."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from snapmgr.cli.newfile import check_target, new_file, new_path
from snapmgr.errors import InUse, SnapmgrError, UsageError
from tests import corpus
from tests.block.test_replace import held
from tests.block.tiny import tiny
from tests.cli.places import stored


def test_nothing_is_left_when_writing_fails(tmp_path):
    target = tmp_path / "out"
    with pytest.raises(RuntimeError), new_file(str(target), force=False) as file:
        file.write(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_stood_there_stays_when_writing_fails(tmp_path):
    target = tmp_path / "out"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError), new_file(str(target), force=True) as file:
        file.write(b"half")
        raise RuntimeError
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path):
    target = tmp_path / "out"
    with pytest.raises(UsageError) as caught, new_path(str(target), force=False) as path:
        path.write_bytes(b"ours")
        target.write_bytes(b"theirs")
    assert caught.value.code == "exists"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"theirs"]


def test_a_device_is_written_as_it_stands():
    check_target("/dev/null", force=False)
    with new_file("/dev/null", force=False) as file:
        file.write(b"gone")


@pytest.mark.parametrize(("name", "code"), [("", "is-a-directory"), ("no/such/file", "no-such-folder")])
def test_targets_that_cannot_be(tmp_path, name, code):
    with pytest.raises(UsageError) as caught:
        check_target(str(tmp_path / name), force=True)
    assert caught.value.code == code


def test_no_name_at_all():
    with pytest.raises(UsageError) as caught:
        check_target("", force=True)
    assert caught.value.code == "no-name"


def test_a_name_that_can_never_be_is_refused_before_any_work(tmp_path):
    with pytest.raises(SnapmgrError) as caught:
        check_target(str(tmp_path / ("x" * 300)), force=False)
    assert caught.value.message == "File name too long"


def test_a_block_device_is_never_replaced(tmp_path, monkeypatch):
    target = tmp_path / "disk"
    target.touch()
    monkeypatch.setattr(Path, "is_block_device", lambda path: path == target)
    with pytest.raises(UsageError) as caught:
        check_target(str(target), force=True)
    assert caught.value.code == "not-a-file"


@pytest.mark.parametrize("there", [True, False])
def test_what_a_link_leads_to_is_written(tmp_path, there):
    target, link = tmp_path / "target", tmp_path / "folder" / "link"
    link.parent.mkdir()
    link.symlink_to("../target")
    if there:
        target.write_bytes(b"old")
    with new_file(str(link), force=True) as file:
        file.write(b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    assert [path.name for path in link.parent.iterdir()] == ["link"]


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path):
    target = tmp_path / "secret"
    target.write_bytes(b"old")
    target.chmod(0o640)
    with new_file(str(target), force=True) as file:
        file.write(b"new")
    assert (target.stat().st_mode & 0o777, target.read_bytes()) == (0o640, b"new")


def test_a_long_name_of_wide_characters(tmp_path):
    target = tmp_path / ("雪" * 85)
    with new_file(str(target), force=False) as file:
        file.write(b"snow")
    assert [path.name for path in tmp_path.iterdir()] == ["雪" * 85]


def test_a_pipe_is_written_to_as_it_stands(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    check_target(str(pipe), force=False)
    with new_file(str(pipe), force=False) as file:
        file.write(b"through")
    reader.join(30)
    assert got == [b"through"] and pipe.is_fifo()


def test_a_full_disk_is_said_of_the_file_that_was_named():
    with pytest.raises(SnapmgrError) as caught, new_file("/dev/full", force=False) as file:
        file.write(b"x" * 100)
    assert (caught.value.code, caught.value.path) == ("disk-full", "/dev/full")


def test_a_folder_that_takes_no_file_is_said_with_the_name_that_was_given():
    with pytest.raises(SnapmgrError) as caught, new_file("/proc/out", force=False):
        pass
    assert caught.value.path == "/proc/out"


@pytest.fixture
def disk(tmp_path):
    """An image in a folder of its own."""
    path = tmp_path / "use" / "use.qcow2"
    path.parent.mkdir()
    path.write_bytes(tiny({}))
    return path


def commands(tmp_path, target):
    """Every command that writes a file, writing ``target``."""
    image = corpus.unpack_image("vm-hmp-72", tmp_path)["vm-hmp-72.qcow2"]
    stream = stored("tiny.v72")
    return [
        ["snapshot", "export", image, "-o", target, "--force", "--json"],
        ["convert", stream, "-o", target, "--force", "--json"],
        ["ram", stream, "--block", "pc.ram", "-o", target, "--force", "--json"],
        ["edit", stream, "--set", "ram/pc.ram@0x7c00=ebfe", "-o", target, "--force", "--json"],
        ["demo", "save", target, "--ticks", "1", "--force", "--json"],
        ["vmstate", "dump", "-o", target, "--force", "--json"],
    ]


def test_an_image_that_a_process_has_open_is_never_replaced(snapctl, tmp_path, disk):
    before = disk.read_bytes()
    with held(disk) as pid:
        for command in commands(tmp_path, disk):
            result = snapctl(*command)
            assert (result.code, result.error["code"]) == (4, "in-use")
            assert str(disk) in result.error["message"] and f", {pid}" in result.error["message"]
    assert disk.read_bytes() == before
    assert list(disk.parent.iterdir()) == [disk]


def test_who_begins_to_use_it_meanwhile_keeps_it(disk):
    before = disk.read_bytes()
    check_target(str(disk), force=True)
    with pytest.raises(InUse), new_path(str(disk), force=True) as path:
        path.write_bytes(b"ours")
        holding = held(disk)
        holding.__enter__()
    holding.__exit__(None, None, None)
    assert disk.read_bytes() == before
    assert list(disk.parent.iterdir()) == [disk]


@pytest.mark.parametrize(
    ("image", "tag"), [("fmt-backing-qcow2", None), ("vm-backing", "over"), ("fmt-data-file", None)]
)
def test_what_an_image_stands_on_is_never_replaced(snapctl, tmp_path, image, tag):
    files = corpus.unpack_image(image, tmp_path)
    source = files[f"{image}.qcow2"]
    for target in files.values():
        before = target.read_bytes()
        for command in (["snapshot", "export", source], ["convert", f"{source}@{tag}"] if tag else []):
            if command:
                result = snapctl(*command, "-o", target, "--force", "--json")
                assert (result.code, result.error["code"]) == (2, "same-file"), result.out
        assert target.read_bytes() == before


def test_the_disk_of_the_demo_machine_is_not_replaced_by_its_state(snapctl, tmp_path):
    disk = tmp_path / "disk.raw"
    disk.write_bytes(bytes(1 << 20))
    result = snapctl("demo", "save", disk, "--disk", disk, "--force", "--json")
    assert (result.code, result.error["code"]) == (2, "same-file")
