"""Disks that fail, files that go: an error that names the file, and the image the old one or the new one, and sound."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from snapmgr.block import lock
from snapmgr.block.images import open_image
from snapmgr.block.qcow2 import change
from snapmgr.errors import InUse, NotFound, SnapmgrError
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot, rename_snapshot
from snapmgr.snapshots.journal import finish_cut_off
from snapmgr.snapshots.transaction import ROOM_FIRST
from tests import corpus
from tests.snapshots.full_disk import KINDS, ROOMS
from tests.snapshots.test_killed import state

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
    ),
]
CHANGES: dict[str, Callable[[list[Path]], object]] = {
    "create": lambda images: create_snapshot(images, "new"),
    "delete": lambda images: delete_snapshot(images, "id:1"),
    "trim": lambda images: delete_snapshot(images, "id:1", trim=True),
    "apply": lambda images: apply_snapshot(images, "id:1"),
    "rename": lambda images: rename_snapshot(images, "id:1", "renamed"),
}
REQUESTS = ("pwrite", "preadv", "ftruncate", "fdatasync")


class Failing:
    """Requests to one file; the ``first`` of a kind fails with EIO, and where ``lasting`` all that follow."""

    def __init__(self, image: Path, patch: pytest.MonkeyPatch) -> None:
        status = image.stat()
        self._identity = status.st_dev, status.st_ino
        self.kind, self.first, self.lasting = "", 0, False
        self.seen = 0
        for name in REQUESTS:
            patch.setattr(os, name, self._watched(name, getattr(os, name)))

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def request(descriptor: int, *rest: Any) -> Any:
            status = os.fstat(descriptor)
            if name == self.kind and (status.st_dev, status.st_ino) == self._identity:
                self.seen += 1
                if self.seen == self.first or (self.lasting and self.seen > self.first > 0):
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real(descriptor, *rest)

        return request

    @contextmanager
    def from_request(self, kind: str, first: int, *, lasting: bool = False) -> Iterator[None]:
        """0 counts only; ``seen`` says how many there were."""
        self.kind, self.first, self.lasting, self.seen = kind, first, lasting, 0
        yield
        self.kind = ""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]


def moments(count: int) -> list[int]:
    """Of ``count`` requests the first, the last and two between; all by the long command."""
    if "SNAPMGR_LONG" in os.environ:
        return list(range(1, count + 1))
    return sorted({1, count // 3 + 1, count - 1, count} & set(range(1, count + 1)))


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("kind", CHANGES)
def test_a_request_that_fails(
    tmp_path: Path, image: Path, monkeypatch: pytest.MonkeyPatch, kind: str, request_: str, lasting: bool
) -> None:
    run, content, before = CHANGES[kind], image.read_bytes(), state(image, tmp_path)
    failing = Failing(image, monkeypatch)
    with failing.from_request(request_, 0):
        run([image])
    after = state(image, tmp_path)
    assert failing.seen or request_ == "ftruncate"  # a change may find room enough
    for number in moments(failing.seen):
        image.write_bytes(content)
        with failing.from_request(request_, number, lasting=lasting):
            try:
                run([image])
            except SnapmgrError as error:
                assert str(image) in (str(error.path), error.message), error
                failed = True
            else:
                failed = False
        finish_cut_off([image])
        subprocess.run(["qemu-img", "check", "-q", image], check=True)
        found = state(image, tmp_path)
        assert found in (before, after)
        if not failed:
            assert found == after


def test_the_second_disk_fails_and_the_first_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = [corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"] for case in ("fmt-v3", "fmt-v2")]
    before = [state(image, tmp_path) for image in images]
    failing = Failing(images[1], monkeypatch)
    with failing.from_request("pwrite", 0):
        create_snapshot(images, "new")
    made = failing.seen
    delete_snapshot(images, "new")
    assert [state(image, tmp_path) for image in images] == before
    with failing.from_request("pwrite", made), pytest.raises(SnapmgrError) as raised:  # the last one is the switch
        create_snapshot(images, "new")
    assert (raised.value.code, str(raised.value.path)) == ("cannot-write", str(images[1]))
    assert "system's log" in str(raised.value.hint)
    assert [state(image, tmp_path) for image in images] == before
    for image in images:
        subprocess.run(["qemu-img", "check", "-q", image], check=True)


LIMITED = """
import resource, signal, sys
from tests.snapshots.test_trouble import CHANGES
from snapmgr.errors import SnapmgrError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    CHANGES[sys.argv[1]]([sys.argv[2]])
except SnapmgrError as error:
    print(error.code, error.path)
"""


@pytest.mark.parametrize("kind", CHANGES)
def test_a_file_that_cannot_grow(tmp_path: Path, image: Path, kind: str) -> None:
    """A quota on the size of a file: refused, and the image what it was, or there was room enough."""
    before, length = state(image, tmp_path), image.stat().st_size
    command = [sys.executable, "-c", LIMITED, kind, str(image), str(length)]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    done = subprocess.run(command, cwd=corpus.ROOT, capture_output=True, text=True, check=True)
    if done.stdout:
        assert done.stdout == f"cannot-write {image}\n"
        assert state(image, tmp_path) == before and image.stat().st_size == length
    else:
        assert state(image, tmp_path) != before and image.stat().st_size <= length
    subprocess.run(["qemu-img", "check", "-q", image], check=True)


MOUNTED = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=48m none "$1" && shift && exec "$@"', "sh"]


def test_a_full_file_system(tmp_path: Path, image: Path) -> None:
    """A tmpfs of our own, full to the last page; where nothing may be mounted, writes that fail as they would there."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounts = subprocess.run([*MOUNTED, folder, "true"], capture_output=True, check=False).returncode == 0
    tries = [sys.executable, "-m", "tests.snapshots.full_disk", folder, image, "mounted" if mounts else "imitated"]
    command = [*MOUNTED, folder, *tries] if mounts else tries
    done = subprocess.run(command, cwd=corpus.ROOT, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(KINDS) * len(ROOMS)
    for kind, room, code, hint, same, sound in found:
        enough = room == max(ROOMS)
        assert (code, same, sound) == (None if enough else "cannot-write", not enough, True), (kind, room)
        assert enough or hint == f"Make room on the disk that it is on. {ROOM_FIRST}"


def test_an_image_that_was_deleted_meanwhile_is_not_changed(image: Path) -> None:
    opened = open_image(image, use=lock.Use.WRITE)
    try:
        image.rename(image.with_name("moved"))
        change.begin(opened).abandon()  # another name is no harm
        image.with_name("moved").unlink()
        with pytest.raises(SnapmgrError, match=r"fmt-v3\.qcow2 was deleted, or another file") as raised:
            change.begin(opened)
        assert raised.value.code == "deleted" and raised.value.hint
    finally:
        opened.close()
    with pytest.raises(NotFound):
        create_snapshot([image], "new")


def test_deleted_between_its_tables_and_the_switch(image: Path) -> None:
    opened = open_image(image, use=lock.Use.WRITE)
    try:
        shadow = change.begin(opened)
        change.delete(shadow, shadow.image.snapshots)
        image.unlink()
        with pytest.raises(SnapmgrError) as raised:
            shadow.prepare()
        assert raised.value.code == "deleted" and not shadow.committed
    finally:
        opened.close()


@pytest.mark.parametrize("kind", CHANGES)
def test_two_at_once_on_one_image(image: Path, kind: str) -> None:
    content = image.read_bytes()
    opened = open_image(image, use=lock.Use.WRITE)
    try:
        with pytest.raises(InUse, match="is in use by"):
            CHANGES[kind]([image])
    finally:
        opened.close()
    assert image.read_bytes() == content
    CHANGES[kind]([image])
    subprocess.run(["qemu-img", "check", "-q", image], check=True)
