"""Raw images as disks: written, locked, given away and taken back."""

from __future__ import annotations

import pytest

from snapmgr.block.lock import Use, acquire
from snapmgr.block.raw import RawFile
from snapmgr.errors import InUse, NotFound, SnapmgrError, Unsupported
from snapmgr.machine.disks import open_disk


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "disk.raw"
    path.write_bytes(bytes(65536))
    return path


def test_what_is_written_is_in_the_file(image):
    disk = open_disk(image)
    disk.device.pwrite(4096, [memoryview(b"one"), memoryview(b"two")])
    disk.close()
    assert image.read_bytes()[4094:4104] == b"\0\0onetwo\0\0"
    assert image.stat().st_size == 65536


def test_a_write_beyond_the_end_does_not_make_it_longer(image):
    disk = open_disk(image)
    with pytest.raises(SnapmgrError) as caught:
        disk.device.pwrite(65535, [memoryview(b"ab")])
    assert caught.value.code == "beyond-end"
    assert image.stat().st_size == 65536


def test_a_disk_is_locked_while_it_is_ours_and_free_when_given_away(image):
    disk = open_disk(image)
    other = RawFile.open(image)
    with pytest.raises(InUse):
        acquire(other.descriptor, Use.WRITE, image)
    disk.inactivate()
    acquire(other.descriptor, Use.WRITE, image)
    with pytest.raises(InUse):
        disk.activate()
    assert not disk.active
    other.close()
    disk.activate()
    assert disk.active
    disk.close()


def test_one_that_is_taken_over_later_is_not_locked_before(image):
    disk = open_disk(image, active=False)
    other = open_disk(image)
    other.close()
    disk.activate()
    disk.close()


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"QFI\xfb\0\0\0\3" + bytes(4096), Unsupported), (b"KDMV" + bytes(4096), Unsupported), (None, NotFound)],
)
def test_other_formats_are_refused_by_name(tmp_path, content, error):
    path = tmp_path / "image"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        open_disk(path)


def test_without_permission_to_write_nothing_is_written(image):
    device = RawFile.open(image)
    assert device.read_only
    with pytest.raises(SnapmgrError) as caught:
        device.pwrite(0, [memoryview(b"x")])
    assert caught.value.code == "read-only"
