"""Files that a command writes."""

from __future__ import annotations

import pytest

from snapmgr.cli.newfile import check_target, new_file, new_path
from snapmgr.errors import UsageError


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
