"""Changes of the corpus' images: QEMU finds them sound, and every disk what it was."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from snapmgr.block.images import open_image
from snapmgr.errors import SnapmgrError
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot, rename_snapshot
from snapmgr.snapshots.list import list_snapshots
from tests import corpus

pytestmark = [
    pytest.mark.qemu,
    pytest.mark.skipif(
        shutil.which("qemu-img") is None and "SNAPMGR_CI" not in os.environ, reason="qemu-img is not installed"
    ),
]

HASHED = 1 << 30
"""Bytes of the largest disk that is read in whole."""
PIECE = 1 << 20

ALL = ("create", "apply", "delete", "rename")
REFUSED = {
    "fmt-bitmaps": {"apply": "bitmaps"},
    "fmt-luks": dict.fromkeys(ALL, "encrypted"),
    "fmt-aes": dict.fromkeys(ALL, "encrypted"),
    "fmt-data-file": dict.fromkeys(ALL, "snapshots-with-data-file"),
    "fmt-data-file-raw": dict.fromkeys(ALL, "snapshots-with-data-file"),
    "fmt-rb1": {"create": "refcount-overflow"},
    "fmt-rb2": {"create": "refcount-overflow"},
    "fmt-rb2-full": {"create": "refcount-overflow"},
}
"""What is not done, and with which code: QEMU does not do it either."""

SOUND = [
    (name, image)
    for name, case in corpus.images().items()
    if case["group"] not in ("bad", "other")
    for image, truth in case["truth"].items()
    if "snapshots" in truth
]
UNCLEAR = {"names-dup-id": ("1",), "names-long-id": ("",)}
"""Ids that say nothing."""
SAVED = [
    (*pair, known["id"])
    for pair in SOUND
    for known in corpus.images()[pair[0]]["truth"][pair[1]]["snapshots"][:2]
    if known["id"] not in UNCLEAR.get(pair[0], ()) and len(known["id"]) < 100
]

FIRST = list({case[:2]: case for case in reversed(SAVED)}.values())


def checked(path: Path) -> tuple[int, str]:
    """Exit code and faults of ``qemu-img check``."""
    done = subprocess.run(["qemu-img", "check", path], capture_output=True, text=True)
    return done.returncode, done.stderr.replace(str(path.parent), "")


def disk_is(path: Path, identity: str | None, expected: dict[str, Any]) -> bool:
    """Whether a disk is what the truth says; true where that says nothing, or would have too much to be read."""
    if expected.get("bytes", HASHED + 1) > HASHED:
        return True
    with closing(open_image(path)) as image:
        entry = next((entry for entry in image.snapshots if entry.id_text == identity), None)
        assert identity is None or entry is not None
        layer = image.active if entry is None else image.at(entry)
        total, piece = hashlib.sha256(), memoryview(bytearray(PIECE))
        for offset in range(0, layer.size, PIECE):
            part = piece[: min(PIECE, layer.size - offset)]
            layer.pread_into(offset, part)
            total.update(part)
    return bool(layer.size == expected["bytes"] and total.hexdigest() == expected["sha256"])


def same_disks(name: str, path: Path, left_out: str = "") -> None:
    """Every snapshot still is what it was, the one with the id ``left_out`` aside."""
    for known in corpus.images()[name]["truth"][path.name]["snapshots"][:3]:
        if known["id"] not in (left_out, *UNCLEAR.get(name, ())):
            assert disk_is(path, known["id"], corpus.disk_truth(name, path.name, known["id"]))


def changed(name: str, path: Path, kind: str, change: Callable[[], object]) -> bool:
    """Whether the change was made; where it is to be refused, the file is as before."""
    code = REFUSED.get(name, {}).get(kind)
    if code is None:
        sound = checked(path)
        change()
        assert checked(path) == sound
        return True
    before = path.read_bytes()
    with pytest.raises(SnapmgrError) as refused:
        change()
    assert refused.value.code == code
    assert path.read_bytes() == before
    return False


def states(path: Path) -> dict[str, tuple[int, str]]:
    """What VM states there are: recorded size and digest of the bytes, by id."""
    image = open_image(path)
    try:
        found = {}
        for entry in image.snapshots:
            state = image.vm_state(entry)
            found[entry.id_text] = (state.recorded, hashlib.sha256(state.read(0, state.size)).hexdigest())
        return found
    finally:
        image.close()


@pytest.mark.parametrize(("name", "image"), SOUND)
def test_a_new_snapshot(tmp_path: Path, name: str, image: str) -> None:
    path = corpus.unpack_image(name, tmp_path)[image]
    rows = list_snapshots([path]).rows
    if not changed(name, path, "create", lambda: create_snapshot([path], "made here", now=lambda: 1_700_000_000_500)):
        return
    *others, new = list_snapshots([path]).rows
    assert [(row.id, row.name, row.disk_size) for row in others] == [(row.id, row.name, row.disk_size) for row in rows]
    assert (new.name, new.date_sec, new.date_nsec, new.vm_state_size) == ("made here", 1_700, 500, 0)
    expected = corpus.disk_truth(name, image, None)
    assert disk_is(path, new.id, expected)
    assert disk_is(path, None, expected)
    same_disks(name, path)


@pytest.mark.parametrize(("name", "image", "identity"), SAVED)
def test_a_snapshot_is_applied(tmp_path: Path, name: str, image: str, identity: str) -> None:
    path = corpus.unpack_image(name, tmp_path)[image]
    expected = corpus.disk_truth(name, image, identity)
    if changed(name, path, "apply", lambda: apply_snapshot([path], f"id:{identity}")):
        assert disk_is(path, None, expected)
        same_disks(name, path)


@pytest.mark.parametrize(("name", "image", "identity"), FIRST)
def test_a_snapshot_is_deleted(tmp_path: Path, name: str, image: str, identity: str) -> None:
    path = corpus.unpack_image(name, tmp_path)[image]
    kept = {} if name in REFUSED else states(path)
    if changed(name, path, "delete", lambda: delete_snapshot([path], f"id:{identity}")):
        kept.pop(identity, None)
        assert name in REFUSED or states(path) == kept
        assert disk_is(path, None, corpus.disk_truth(name, image, None))
        same_disks(name, path, identity)


@pytest.mark.parametrize(("name", "image", "identity"), FIRST)
def test_a_snapshot_is_renamed(tmp_path: Path, name: str, image: str, identity: str) -> None:
    path = corpus.unpack_image(name, tmp_path)[image]
    rows = [(row.id, row.name) for row in list_snapshots([path]).rows]
    if changed(name, path, "rename", lambda: rename_snapshot([path], f"id:{identity}", "another name")):
        wanted = [(known, "another name" if known == identity else old) for known, old in rows]
        assert [(row.id, row.name) for row in list_snapshots([path]).rows] == wanted
