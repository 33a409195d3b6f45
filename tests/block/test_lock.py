"""Locks as QEMU takes them, against itself in two processes' stead and against the real QEMU."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from snapmgr.block import lock
from snapmgr.block.images import open_image
from snapmgr.block.lock import Use
from snapmgr.errors import InUse
from snapmgr.snapshots.list import list_snapshots
from tests.block.tiny import tiny

needs_qemu = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        not (shutil.which("qemu-system-x86_64") and shutil.which("qemu-io")) and "SNAPMGR_CI" not in os.environ,
        reason="no QEMU on this machine",
    ),
]
FLOCK = struct.Struct("@hhqqi0q")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    result = tmp_path / "disk.qcow2"
    result.write_bytes(tiny({}))
    return result


@contextmanager
def opened(path: Path, use: Use | None = None) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR)
    try:
        if use is not None:
            lock.acquire(descriptor, use, path)
        yield descriptor
    finally:
        os.close(descriptor)


def locked_bytes(path: Path) -> set[int]:
    """The bytes that somebody has locked, as a new opener sees them."""
    with opened(path) as descriptor:
        return {byte for byte in range(90, 220) if is_locked(descriptor, byte)}


def is_locked(descriptor: int, byte: int) -> bool:
    answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, FLOCK.pack(fcntl.F_WRLCK, 0, byte, 1, 0))
    return int(FLOCK.unpack(answer)[0]) != fcntl.F_UNLCK


@pytest.mark.parametrize(
    ("use", "held"),
    [(Use.SHARE, {100}), (Use.READ, {100, 201, 203}), (Use.WRITE, {100, 101, 103, 201, 203})],
)
def test_each_use_holds_the_bytes_that_qemu_holds(path: Path, use: Use, held: set[int]) -> None:
    with opened(path, use):
        assert locked_bytes(path) == held
    assert locked_bytes(path) == set()


@pytest.mark.parametrize("first", list(Use))
@pytest.mark.parametrize("second", list(Use))
def test_only_a_writer_and_another_reader_or_writer_exclude_each_other(path: Path, first: Use, second: Use) -> None:
    excluded = Use.WRITE in (first, second) and Use.SHARE not in (first, second)
    with opened(path, first), opened(path) as descriptor:
        before = locked_bytes(path)
        if not excluded:
            lock.acquire(descriptor, second, path)
            return
        with pytest.raises(InUse) as refused:
            lock.acquire(descriptor, second, path)
        assert refused.value.exit_code == 4
        assert locked_bytes(path) == before


@pytest.mark.parametrize(
    ("held", "use", "text"),
    [
        (101, Use.READ, 'Failed to get shared "write" lock'),
        (103, Use.READ, 'Failed to get shared "resize" lock'),
        (200, Use.READ, 'Failed to get "consistent read" lock'),
        (201, Use.WRITE, 'Failed to get "write" lock'),
        (203, Use.WRITE, 'Failed to get "resize" lock'),
    ],
)
def test_the_refusal_carries_qemus_words(path: Path, held: int, use: Use, text: str) -> None:
    with opened(path) as other, opened(path) as descriptor:
        fcntl.fcntl(other, fcntl.F_OFD_SETLK, FLOCK.pack(fcntl.F_RDLCK, 0, held, 1, 0))
        with pytest.raises(InUse) as refused:
            lock.acquire(descriptor, use, path)
        question = f"\nIs another process using the image [{path}]?"
        assert refused.value.qemu == f"Could not open '{path}': {text}{question}"
        assert refused.value.offset is None, "a byte that is locked is no place in what the file holds"


def test_a_strangers_write_lock_is_met_with_qemus_words_too(path: Path) -> None:
    with opened(path) as other, opened(path) as descriptor:
        fcntl.fcntl(other, fcntl.F_OFD_SETLK, FLOCK.pack(fcntl.F_WRLCK, 0, 100, 1, 0))
        with pytest.raises(InUse) as refused:
            lock.acquire(descriptor, Use.SHARE, path)
        assert refused.value.qemu == f"Could not open '{path}': Failed to lock byte 100"
        assert lock.acquire_read_or_share(descriptor, path) is Use.SHARE


@pytest.mark.parametrize("byte", [100, 102, 104, 202, 204])
def test_other_bytes_mean_nothing(path: Path, byte: int) -> None:
    with opened(path) as other, opened(path, None) as descriptor:
        fcntl.fcntl(other, fcntl.F_OFD_SETLK, FLOCK.pack(fcntl.F_RDLCK, 0, byte, 1, 0))
        lock.acquire(descriptor, Use.WRITE, path)


def test_our_own_open_files_are_no_strangers(path: Path) -> None:
    with opened(path, Use.READ), opened(path) as descriptor:
        assert lock.in_use_by(descriptor) is None
        assert [holder.pid for holder in lock.holders(descriptor)] == [os.getpid()]


def test_an_open_image_is_locked_as_a_readers(path: Path) -> None:
    image = open_image(path)
    assert locked_bytes(path) == {100, 201, 203}
    image.close()
    image = open_image(path, use=Use.SHARE)
    assert locked_bytes(path) == {100}
    image.close()


class HeldBy:
    """A process of QEMU's that has the image open: its pid, and its death at the end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.pid = process.pid


@contextmanager
def running_qemu(path: Path, *options: str) -> Iterator[HeldBy]:
    ours, theirs = socket.socketpair()
    ours.settimeout(60)
    command = ["qemu-system-x86_64", "-S", "-nodefaults", "-display", "none", "-machine", "none"]
    command += ["-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon", "chardev=qmp,mode=control"]
    command += [
        "-blockdev",
        ",".join(["driver=qcow2,node-name=d0,file.driver=file", f"file.filename={path}", *options]),
    ]
    with subprocess.Popen(command, pass_fds=[theirs.fileno()]) as process:
        theirs.close()
        try:
            assert b"QMP" in ours.recv(4096)  # the greeting comes once all devices are there
            yield HeldBy(process)
        finally:
            process.kill()
            ours.close()


@contextmanager
def running_qemu_io(path: Path, *options: str) -> Iterator[HeldBy]:
    command = ["qemu-io", *options, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(b"length\n")
            process.stdin.flush()
            assert process.stdout.readline()  # it answers when the image is open
            yield HeldBy(process)
        finally:
            process.kill()


class TestBesideQemu:
    """What we see of a QEMU, and what it sees of us."""

    pytestmark = needs_qemu

    def test_a_running_machine_is_named_and_the_list_is_read(self, path: Path) -> None:
        with running_qemu(path) as holder:
            assert locked_bytes(path) == {100, 101, 103, 201, 203}
            found = list_snapshots([path])
            assert found.devices[0].in_use == f"qemu-system-x86, {holder.pid}"
            assert found.devices[0].error is None
        assert list_snapshots([path]).devices[0].in_use is None

    def test_a_reader_in_another_process_keeps_writers_off(self, path: Path) -> None:
        with running_qemu(path, "read-only=on"), opened(path) as descriptor:
            in_use = lock.in_use_by(descriptor)
            # a node that nothing uses takes no permission but that of reading
            assert in_use is None or in_use.startswith("qemu-system-x86")
        with running_qemu_io(path, "-r") as holder, opened(path) as descriptor:
            assert lock.in_use_by(descriptor) == f"qemu-io, {holder.pid}"
            with pytest.raises(InUse) as refused:
                lock.acquire(descriptor, Use.WRITE, path)
            assert str(holder.pid) in refused.value.message
            lock.acquire(descriptor, Use.READ, path)

    def test_qemu_respects_the_locks_of_a_writer(self, path: Path) -> None:
        with opened(path, Use.WRITE):
            run = subprocess.run(["qemu-img", "check", str(path)], capture_output=True, text=True)
        assert run.returncode == 1
        assert 'Failed to get shared "write" lock' in run.stderr

    def test_qemu_reads_beside_us_and_does_not_write(self, path: Path) -> None:
        image = open_image(path)
        read = subprocess.run(["qemu-img", "snapshot", "-l", str(path)], capture_output=True)
        write = subprocess.run(["qemu-img", "snapshot", "-c", "x", str(path)], capture_output=True, text=True)
        image.close()
        assert read.returncode == 0
        assert write.returncode == 1 and 'Failed to get "write" lock' in write.stderr

    def test_a_look_at_the_metadata_stands_in_nobodys_way(self, path: Path) -> None:
        image = open_image(path, use=Use.SHARE)
        write = subprocess.run(["qemu-img", "snapshot", "-c", "x", str(path)], capture_output=True, text=True)
        image.close()
        assert write.returncode == 0, write.stderr

    def test_the_words_of_a_refusal_are_those_of_qemu_img(self, path: Path) -> None:
        with running_qemu_io(path), opened(path) as descriptor:
            run = subprocess.run(["qemu-img", "check", str(path)], capture_output=True, text=True)
            with pytest.raises(InUse) as refused:
                lock.acquire(descriptor, Use.READ, path)
            assert run.stderr.strip() == f"qemu-img: {refused.value.qemu}"
