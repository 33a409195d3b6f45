"""What is known of a disk while its guest runs costs the downtime only what the guest has written last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.block.qcow2.create import Qcow2Writer
from snapmgr.machine.disks import Disk, open_device, open_disk
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.written import PIECE, FollowedDigest, disk_digest
from snapmgr.migrate.both import Both
from snapmgr.migrate.mirror import Mirror, copy_image
from snapmgr.migrate.model import Parameters

SIZE = 16 << 20


def raw(path: Path) -> None:
    path.write_bytes(b"content" * 1000)
    with path.open("r+b") as file:
        file.truncate(SIZE)


def qcow2(path: Path) -> None:
    with path.open("w+b") as file:
        Qcow2Writer(file.fileno(), SIZE).finish()


def count_reads(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what is read of it from now on."""
    device, sizes = disk.storage, list[int]()
    read = device.pread_into

    def counted(offset: int, buffer: memoryview) -> None:
        sizes.append(len(buffer))
        read(offset, buffer)

    monkeypatch.setattr(type(device), "pread_into", lambda self, *what: counted(*what), raising=True)
    return sizes


@pytest.mark.parametrize("make", [raw, qcow2])
def test_copy_and_digest_follow_the_guest_and_read_only_what_it_wrote(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, copy = tmp_path / "disk", tmp_path / "copy"
    make(image)
    copy_image(image, copy)
    assert copy.read_bytes() == image.read_bytes() and copy.stat().st_blocks <= image.stat().st_blocks
    with Machine(MachineOptions(ram=16 << 20), [open_disk(image)]) as machine:
        (disk,) = machine.board.disks
        mirror, followed = Mirror(disk, copy), FollowedDigest(disk)
        before = followed.digest()
        assert before == disk_digest(disk.device)
        machine.advance(3)
        with monkeypatch.context() as patch:
            sizes = count_reads(disk, patch)
            mirror.follow()
            after = followed.digest()
            assert 0 < sum(sizes) <= 24 * PIECE < SIZE
        assert after != before
        assert after == disk_digest(disk.device)
        mirror.close()
    device = open_device(copy)
    assert disk_digest(device) == after
    device.close()


def test_no_disk_is_read_as_a_whole_while_the_guest_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = tmp_path / "disk"
    raw(image)
    with Both(MachineOptions(ram=16 << 20), [image]) as both:
        sizes: list[int] = []
        stand = both._stopped

        def stopped() -> None:
            with monkeypatch.context() as patch:
                counted = count_reads(both.source.board.disks[0], patch)
                stand()
            sizes.extend(counted)

        both._stopped = stopped  # type: ignore[method-assign]
        both.prepare(Parameters(max_bandwidth=0))
        moved = both.move(5, 3)
    assert moved.proof.agrees
    assert sum(sizes) <= 24 * PIECE
