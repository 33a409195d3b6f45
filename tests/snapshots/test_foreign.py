"""Files that are no image say what they are, and what to do with them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from snapmgr.errors import Unsupported
from snapmgr.snapshots.export import export_disk
from snapmgr.snapshots.foreign import what_it_is
from snapmgr.snapshots.list import list_snapshots
from tests import corpus

STREAM = corpus.stream_bytes("tiny.v72")
QCOW2 = b"QFI\xfb\0\0\0\3" + bytes(500)
KINDS = {
    "guest.mig": (STREAM, "migration-stream", "is a migration stream, no disk"),
    "guest.mig.gz": (gzip.compress(STREAM), "migration-stream", "is a migration stream packed with gz, no disk"),
    "disk.qcow2.gz": (gzip.compress(QCOW2), "packed-image", "is a qcow2 image packed with gz"),
    "something.gz": (gzip.compress(bytes(1000)), "packed-image", "is a file packed with gz"),
    "letter.txt": ("Grüße,\n\tdein QEMU\n".encode() * 300, "raw-disk", "holds text"),
    "empty": (b"", "raw-disk", "is empty"),
}
RAW = {"zeros": bytes(1 << 16), "boot": b"\xfa\xfc1\xc0" * 128, "latin": "Grüße".encode("latin-1"), "magic": b"QFI\xfb"}


@pytest.mark.parametrize("name", KINDS)
def test_what_a_file_is(tmp_path: Path, name: str) -> None:
    content, code, words = KINDS[name]
    path = tmp_path / name
    path.write_bytes(content)
    for attempt in (
        lambda: export_disk(path, None, tmp_path / "out"),
        lambda: export_disk(path, "tag", tmp_path / "out"),
        lambda: list_snapshots([path]),
    ):
        with pytest.raises(Unsupported) as refused:
            attempt()
        assert (refused.value.code, refused.value.path) == (code, str(path))
        assert refused.value.message.startswith(f"{path} {words}") and refused.value.hint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", RAW)
def test_what_may_be_a_raw_disk_is_taken_for_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(RAW[name])
    assert what_it_is(path) is None
    for tag, words in ((None, "it holds the disk as it is now"), ("tag", "it can hold no snapshot 'tag'")):
        with pytest.raises(Unsupported) as refused:
            export_disk(path, tag, tmp_path / "out")
        assert refused.value.code == "raw-disk"
        assert refused.value.message.startswith(f"{path} is a raw disk: {words}")


def test_a_stream_is_named_as_one(tmp_path: Path) -> None:
    path = tmp_path / "guest.mig"
    path.write_bytes(STREAM)
    said = what_it_is(path)
    assert said is not None and said.hint == "Look into it as a stream."


def test_what_vanished_is_nothing_in_particular(tmp_path: Path) -> None:
    assert what_it_is(tmp_path / "gone") is None
    assert what_it_is(tmp_path) is None
