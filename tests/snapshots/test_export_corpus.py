"""Export over the corpus: disks as QEMU has them after loading, and whose files and locks are respected."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from snapmgr.errors import ImageError, InUse, Unsupported, UsageError
from snapmgr.snapshots.export import export_disk
from tests import corpus
from tests.snapshots.test_list import WRITER, held, released

CASE = "fmt-v3"
needs_qemu_img = pytest.mark.skipif(
    shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return corpus.unpack_image(CASE, tmp_path)[f"{CASE}.qcow2"]


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.parametrize("identity", ["1", "2", "3"])
def test_a_disk_has_the_size_it_had_then(tmp_path: Path, identity: str) -> None:
    path = corpus.unpack_image("fmt-resized", tmp_path)["fmt-resized.qcow2"]
    known = corpus.disk_truth("fmt-resized", "fmt-resized.qcow2", identity)
    result = export_disk(path, f"id:{identity}", tmp_path / "out.raw")
    assert (result.size, result.path, result.format) == (known["bytes"], tmp_path / "out.raw", "raw")
    assert (tmp_path / "out.raw").stat().st_size == known["bytes"]
    assert digest(tmp_path / "out.raw") == known["sha256"]


def test_what_is_zero_takes_no_room(tmp_path: Path) -> None:
    path = corpus.unpack_image("fmt-big", tmp_path)["fmt-big.qcow2"]
    result = export_disk(path, None, tmp_path / "out.raw")
    status = (tmp_path / "out.raw").stat()
    assert status.st_size == result.size > 1 << 40
    assert status.st_blocks * 512 < 64 << 20


@needs_qemu_img
@pytest.mark.qemu
@pytest.mark.parametrize(
    ("case", "identity"),
    [("fmt-v3", None), ("fmt-v3", "1"), ("fmt-resized", "2"), ("fmt-backing-qcow2", "1"), ("fmt-extl2", "1"),
     ("fmt-zstd", None), ("fmt-zlib", "1"), ("fmt-cs512", "2"), ("vm-hmp-72", "2"), ("fmt-data-file", None),
     ("bad-size-odd", None)],
)  # fmt: skip
def test_a_new_qcow2_is_sound_and_reads_the_same(tmp_path: Path, case: str, identity: str | None) -> None:
    path = corpus.unpack_image(case, tmp_path)[f"{case}.qcow2"]
    out, plain = tmp_path / "out.qcow2", tmp_path / "out.raw"
    result = export_disk(path, identity and f"id:{identity}", out, format="qcow2")
    known = corpus.disk_truth(case, f"{case}.qcow2", identity)
    subprocess.run(["qemu-img", "check", "-q", out], check=True)
    subprocess.run(["qemu-img", "convert", "-O", "raw", out, plain], check=True)
    assert result.size == known["bytes"]
    assert digest(plain) == known["sha256"]


@pytest.mark.parametrize("case", ["fmt-backing-qcow2", "fmt-backing-raw", "fmt-data-file"])
def test_none_of_its_own_files_is_replaced(tmp_path: Path, case: str) -> None:
    files = corpus.unpack_image(case, tmp_path)
    before = {path: digest(path) for path in files.values()}
    link = tmp_path / "link"
    link.hardlink_to(files[f"{case}.qcow2"])
    for target in [*files.values(), link]:
        with pytest.raises(UsageError) as refused:
            export_disk(files[f"{case}.qcow2"], None, target, overwrite=True)
        assert refused.value.code == "same-file"
    assert {path: digest(path) for path in files.values()} == before


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")]


def test_nothing_is_left_of_a_failed_export(tmp_path: Path) -> None:
    path = corpus.unpack_image("bad-l2-unaligned", tmp_path)["bad-l2-unaligned.qcow2"]
    with pytest.raises(ImageError) as failed:
        export_disk(path, None, tmp_path / "out.raw")
    assert failed.value.path == str(path) and failed.value.offset == 0x60000
    assert not (tmp_path / "out.raw").exists() and leftovers(tmp_path) == []


def test_the_disk_of_a_running_machine_is_refused_but_its_snapshots_are_not(tmp_path: Path, image: Path) -> None:
    process = held(image, *WRITER)
    with pytest.raises(InUse) as refused:
        export_disk(image, None, tmp_path / "now.raw")
    export_disk(image, "first", tmp_path / "then.raw")
    released(process)
    assert refused.value.exit_code == 4 and str(process.pid) in refused.value.message
    assert digest(tmp_path / "then.raw") == corpus.disk_truth(CASE, f"{CASE}.qcow2", "1")["sha256"]


def test_a_writer_is_kept_off_while_the_disk_is_copied(tmp_path: Path, image: Path) -> None:
    asked: list[str] = []

    def ask(done: int, total: int) -> None:
        probe = "import sys; from snapmgr.block import lock; f = open(sys.argv[1], 'r+b'); "
        probe += "lock.acquire(f.fileno(), lock.Use.WRITE, 'it')"
        said = subprocess.run([sys.executable, "-c", probe, image], capture_output=True, text=True, cwd=corpus.ROOT)
        asked.append(said.stderr)

    export_disk(image, None, tmp_path / "out.raw", progress=ask)
    assert asked and all("is in use by" in text for text in asked)


def test_what_cannot_be_exported_says_so(tmp_path: Path) -> None:
    locked = corpus.unpack_image("fmt-aes", tmp_path)["fmt-aes.qcow2"]
    with pytest.raises(Unsupported) as refused:
        export_disk(locked, None, tmp_path / "out.raw")
    assert (refused.value.code, refused.value.path) == ("encrypted", str(locked))
    huge = corpus.unpack_image("bad-snap-disksize-huge", tmp_path)["bad-snap-disksize-huge.qcow2"]
    with pytest.raises(ImageError) as damaged:
        export_disk(huge, "one", tmp_path / "out.raw")
    assert damaged.value.code == "snapshot-disk-size"
    lost = corpus.unpack_image("fmt-backing-missing", tmp_path)["fmt-backing-missing.qcow2"]
    with pytest.raises(ImageError) as missing:
        export_disk(lost, None, tmp_path / "out.raw")
    assert missing.value.code == "backing-missing"
    assert not (tmp_path / "out.raw").exists() and leftovers(tmp_path) == []
