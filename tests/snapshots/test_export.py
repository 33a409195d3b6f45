"""A disk as a file of its own: sparse, whole or not there at all, and never over what somebody needs."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from snapmgr.block import lock
from snapmgr.errors import Cancelled, ImageError, InUse, NotFound, SnapmgrError, UsageError
from snapmgr.snapshots.export import export_disk
from snapmgr.work import CancelToken
from tests.block.test_replace import held
from tests.block.tiny import COPIED, tiny
from tests.corpus import images, unpack_image

needs_qemu_img = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="no qemu-img on this machine"
    ),
]
DISK = 64 << 20
CLUSTER = 65536
WRITTEN = {3: b"three", 700: b"seven hundred"}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A disk of 64 MiB that holds two clusters."""
    path = tmp_path / "disk.qcow2"
    hosts = {number: (5 + place) * CLUSTER for place, number in enumerate(WRITTEN)}
    data = {host: WRITTEN[number].ljust(CLUSTER, b".") for number, host in hosts.items()}
    entries = {number: host | COPIED for number, host in hosts.items()}
    path.write_bytes(tiny(entries, data, cluster_bits=16, size=DISK))
    return path


def there(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_raw_file_is_sparse_and_of_the_disks_size(tmp_path: Path, image: Path) -> None:
    result = export_disk(image, None, tmp_path / "out.raw")
    assert (result.path, result.size, result.format) == (tmp_path / "out.raw", DISK, "raw")
    content = bytearray(result.path.read_bytes())
    assert len(content) == DISK
    assert result.path.stat().st_blocks * 512 <= len(WRITTEN) * CLUSTER + 65536
    for number, word in WRITTEN.items():
        at = number * CLUSTER
        assert content[at : at + CLUSTER] == word.ljust(CLUSTER, b".")
        content[at : at + CLUSTER] = bytes(CLUSTER)
    assert not any(content)


def test_progress_rises_to_the_whole(tmp_path: Path, image: Path) -> None:
    seen: list[tuple[int, int]] = []
    export_disk(image, None, tmp_path / "out.raw", progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[0][0] == 0 and seen[-1] == (len(WRITTEN) * CLUSTER, len(WRITTEN) * CLUSTER)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("form", ["raw", "qcow2"])
def test_who_stops_finds_things_as_they_were(tmp_path: Path, image: Path, form: str, overwrite: bool) -> None:
    out, token = tmp_path / "out", CancelToken()
    if overwrite:
        out.write_bytes(b"dear to me")
    before = there(tmp_path)

    def stop(done: int, total: int) -> None:
        if done:
            token.cancel()

    with pytest.raises(Cancelled):
        export_disk(image, None, out, format=form, overwrite=overwrite, progress=stop, cancel=token)
    assert there(tmp_path) == before
    assert not overwrite or out.read_bytes() == b"dear to me"


def test_what_is_there_is_replaced_only_when_asked(tmp_path: Path, image: Path) -> None:
    out = tmp_path / "out.raw"
    out.write_bytes(b"dear to me")
    with pytest.raises(UsageError) as refused:
        export_disk(image, None, out)
    assert refused.value.code == "exists" and out.read_bytes() == b"dear to me"
    export_disk(image, None, out, overwrite=True)
    assert out.stat().st_size == DISK


def test_what_appears_meanwhile_is_not_replaced(tmp_path: Path, image: Path) -> None:
    out = tmp_path / "out.raw"

    def intrude(done: int, total: int) -> None:
        out.write_bytes(b"from elsewhere")

    with pytest.raises(UsageError) as refused:
        export_disk(image, None, out, progress=intrude)
    assert refused.value.code == "exists" and out.read_bytes() == b"from elsewhere"
    assert there(tmp_path) == {"disk.qcow2", "out.raw"}


def test_an_image_is_never_replaced_by_its_own_disk(tmp_path: Path) -> None:
    files = unpack_image("fmt-backing-qcow2", tmp_path)
    link = tmp_path / "link.qcow2"
    link.hardlink_to(files["fmt-backing-qcow2.base.qcow2"])
    for out in (*files.values(), link):
        before = out.read_bytes()
        with pytest.raises(UsageError) as refused:
            export_disk(files["fmt-backing-qcow2.qcow2"], None, out, overwrite=True)
        assert refused.value.code == "same-file" and out.read_bytes() == before


def test_places_that_take_no_file(tmp_path: Path, image: Path) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "pipe")
    wrong = {"nowhere": "exists", "pipe": "not-a-file", ".": "is-a-directory", "no/such": "no-such-folder"}
    for name, code in wrong.items():
        with pytest.raises(UsageError) as refused:
            export_disk(image, None, tmp_path / name, overwrite=True)
        assert refused.value.code == code
    with pytest.raises(UsageError):
        export_disk(image, None, tmp_path / "out", format="vmdk")


def test_a_full_disk_is_said_before_anything_is_written(
    tmp_path: Path, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(tmp_path)
    full = os.statvfs_result([real.f_bsize, real.f_frsize, real.f_blocks, 1, 1, *tuple(real)[5:10]])
    monkeypatch.setattr(os, "statvfs", lambda path: full)
    with pytest.raises(SnapmgrError) as refused:
        export_disk(image, None, tmp_path / "out.raw")
    assert refused.value.code == "no-space" and refused.value.hint
    assert there(tmp_path) == {"disk.qcow2"}


def test_a_damaged_table_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "disk.qcow2"
    path.write_bytes(tiny({0: 0x201 | COPIED}))
    with pytest.raises(ImageError) as refused:
        export_disk(path, None, tmp_path / "out.raw")
    assert refused.value.path == str(path)
    assert there(tmp_path) == {"disk.qcow2"}


def test_a_snapshot_that_is_not_there(tmp_path: Path, image: Path) -> None:
    with pytest.raises(NotFound) as missing:
        export_disk(image, "nosuch", tmp_path / "out.raw")
    assert missing.value.code == "snapshot-not-found"
    assert there(tmp_path) == {"disk.qcow2"}


def test_the_disk_as_it_is_now_is_not_copied_under_a_writer(tmp_path: Path, image: Path) -> None:
    descriptor = os.open(image, os.O_RDWR)
    try:
        lock.acquire(descriptor, lock.Use.WRITE, image)
        with pytest.raises(InUse):
            export_disk(image, None, tmp_path / "out.raw")
    finally:
        os.close(descriptor)
    assert there(tmp_path) == {"disk.qcow2"}
    export_disk(image, None, tmp_path / "out.raw")


def test_an_image_in_use_is_not_replaced_even_if_that_began_meanwhile(tmp_path: Path, image: Path) -> None:
    out = tmp_path / "other.qcow2"
    out.write_bytes(tiny({}))
    before = out.read_bytes()
    with held(out) as pid, pytest.raises(InUse) as refused:
        export_disk(image, None, out, overwrite=True)
    assert f", {pid}" in refused.value.message
    with ExitStack() as later, pytest.raises(InUse):
        export_disk(image, None, out, overwrite=True, progress=lambda done, total: begin(later, out, done))
    assert out.read_bytes() == before
    assert there(tmp_path) == {"disk.qcow2", "other.qcow2"}


def test_what_a_link_leads_to_is_replaced(tmp_path: Path, image: Path) -> None:
    target, link = tmp_path / "target.raw", tmp_path / "links" / "link.raw"
    link.parent.mkdir()
    link.symlink_to("../target.raw")
    target.write_bytes(b"old")
    export_disk(image, None, link, overwrite=True)
    assert link.is_symlink() and not target.is_symlink() and target.stat().st_size == DISK
    assert there(link.parent) == {"link.raw"}


def begin(stack: ExitStack, path: Path, done: int) -> None:
    if done == 0:
        stack.enter_context(held(path))


SAMPLES = ("fmt-v3", "fmt-extl2", "fmt-zstd", "fmt-cs2m", "fmt-backing-raw", "fmt-resized", "fmt-tiny", "vm-odd-size")


@pytest.mark.qemu
class TestWithQemuImg:
    """What QEMU says of what was written."""

    pytestmark = needs_qemu_img

    @pytest.mark.parametrize("name", [name for name in SAMPLES if name in images()])
    def test_a_new_image_is_sound_and_equal_to_the_raw_file(self, tmp_path: Path, name: str) -> None:
        path = unpack_image(name, tmp_path)[f"{name}.qcow2"]
        ids = [entry["id"] for entry in images()[name]["truth"][f"{name}.qcow2"]["snapshots"]]
        for tag in (None, *(f"id:{identity}" for identity in ids)):
            raw = export_disk(path, tag, tmp_path / "out.raw", overwrite=True)
            new = export_disk(path, tag, tmp_path / "out.qcow2", format="qcow2", overwrite=True)
            run(tmp_path, "check", "-q", "-f", "qcow2", "out.qcow2")
            run(tmp_path, "compare", "-q", "-f", "raw", "-F", "qcow2", "out.raw", "out.qcow2")
            info = json.loads(run(tmp_path, "info", "--output=json", "out.qcow2"))
            assert info["virtual-size"] == new.size and raw.size == new.size
            assert "backing-filename" not in info and not info.get("snapshots")


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["qemu-img", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("form", ["raw", "qcow2"])
def test_a_file_system_that_takes_no_file_of_that_length_is_said_with_a_way_out(
    image: Path, tmp_path: Path, form: str
) -> None:
    before, now = resource.getrlimit(resource.RLIMIT_FSIZE), there(tmp_path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (CLUSTER, before[1]))
    try:
        with pytest.raises(SnapmgrError) as failed:
            export_disk(image, None, tmp_path / "out", format=form)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert failed.value.code == "cannot-write" and "File too large" in str(failed.value)
    assert ("export a qcow2 image" in failed.value.hint) == (form == "raw") and failed.value.hint
    assert there(tmp_path) == now, "nothing is left behind"
