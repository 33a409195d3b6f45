"""A deletion undone: all is what it was to the last bit, qemu-img agrees, and after any write it is too late."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.errors import Cancelled, InUse, NotFound, SnapmgrError
from snapmgr.snapshots import undo
from snapmgr.snapshots.beside import with_beside
from snapmgr.snapshots.change import create_snapshot, delete_snapshot
from snapmgr.snapshots.journal import finish_cut_off
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.switched import Switched
from snapmgr.snapshots.undo import bring_back
from snapmgr.work import CancelToken
from tests import corpus
from tests.qemu import needs_qemu
from tests.snapshots.killed import killed
from tests.snapshots.test_change_corpus import REFUSED, SOUND, checked, disk_is, states
from tests.snapshots.test_killed import names, state
from tests.snapshots.test_list import WRITER, held, released

CASES = [case for case in SOUND if case[0] not in REFUSED and not case[0].startswith(("vmstate", "many"))]


def image(folder: Path, case: str = "fmt-v3") -> Path:
    return corpus.unpack_image(case, folder)[f"{case}.qcow2"]


def deleted(path: Path, *tags: str) -> list[Switched]:
    done = delete_snapshot([path], {str(path): list(tags)})
    changes = [one.switched for one in done if one.switched is not None]
    assert len(changes) == 1
    return changes


def same(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


@pytest.mark.parametrize(("name", "image"), [pytest.param(*case, marks=needs_qemu) for case in CASES])
def test_it_is_what_it_was(tmp_path: Path, name: str, image: str) -> None:
    path = corpus.unpack_image(name, tmp_path)[image]
    rows = list_snapshots([path]).rows
    ids = [row.id for row in rows]
    tags = [f"id:{one}" for one in ids if one and ids.count(one) == 1][:3]
    if not tags:
        return
    size, sound, before = path.stat().st_size, checked(path), states(path)
    changes = deleted(path, *tags)
    assert len(list_snapshots([path]).rows) == len(rows) - len(tags)
    bring_back(changes)
    assert list_snapshots([path]).rows == rows and path.stat().st_size == size
    assert checked(path) == sound and states(path) == before
    for known in corpus.images()[name]["truth"][image]["snapshots"][:3]:
        if f"id:{known['id']}" in tags:
            assert disk_is(path, known["id"], corpus.disk_truth(name, image, known["id"]))
    assert disk_is(path, None, corpus.disk_truth(name, image, None))


@pytest.mark.parametrize("gone", ["ours 1", "ours 2"])
def test_which_one_the_disk_is_stays_known_in_another_place_too(tmp_path: Path, gone: str) -> None:
    made = image(tmp_path)
    for name in ("ours 1", "ours 2"):
        create_snapshot([made], name)
    path = made.rename(tmp_path / "moved.qcow2")
    before = with_beside(list_snapshots([path]))
    assert before.beside.current is not None and before.rows[before.beside.current].name == "ours 2"
    bring_back(deleted(path, gone))
    assert with_beside(list_snapshots([path])).beside.current == before.beside.current


@pytest.mark.parametrize("case", [pytest.param(case, marks=needs_qemu) for case in ("fmt-v3", "fmt-cs512")])
def test_qemu_reads_the_same(tmp_path: Path, case: str) -> None:
    path = image(tmp_path, case)
    before = state(path, tmp_path)
    bring_back(deleted(path, "id:1", "id:2"))
    assert state(path, tmp_path) == before
    subprocess.run(["qemu-img", "check", "-q", path], check=True)
    subprocess.run(["qemu-img", "snapshot", "-d", before[0][1], path], check=True)
    subprocess.run(["qemu-img", "check", "-q", path], check=True)


def qemu_writes(path: Path) -> None:
    subprocess.run(["qemu-io", "-f", "qcow2", "-c", "write 0 512", path], check=True, capture_output=True)


def byte_in_the_same_tick(path: Path) -> None:
    """As a write that the kernel gives the very time of the one before."""
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(last)
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns // 1_000_000 * 1_000_000))


WRITES: list[Callable[[Path], object]] = [
    lambda path: create_snapshot([path], "another"),
    lambda path: delete_snapshot([path], "second"),
    byte_in_the_same_tick,
    lambda path: os.truncate(path, path.stat().st_size + 65536),
    lambda path: path.replace(path.with_suffix(".old")) and path.write_bytes(path.with_suffix(".old").read_bytes()),
    pytest.param(qemu_writes, marks=needs_qemu),  # type: ignore[list-item]
]


@pytest.mark.parametrize("write", WRITES)
def test_after_any_write_it_is_too_late(tmp_path: Path, write: Callable[[Path], object]) -> None:
    path = image(tmp_path)
    changes = deleted(path, "first")
    write(path)
    before = same(path)
    with pytest.raises(SnapmgrError) as refused:
        bring_back(changes)
    assert refused.value.code == "written-since" and str(path) in refused.value.message
    assert same(path) == before


def test_damage_that_left_no_trace_is_found_by_the_check(tmp_path: Path) -> None:
    """Somebody wrote into a table of the deleted snapshot, and put the times back."""
    path = image(tmp_path)
    [entry] = [one for one in _entries(path) if one[0] == "first"]
    changes = deleted(path, "first")
    known = changes[0].state
    with path.open("r+b") as file:
        file.seek(entry[1])
        file.write(b"\x7f" * 8)
    forged = [_with_times(changes[0], path)]
    assert known != forged[0].state
    before = same(path)
    with pytest.raises(SnapmgrError) as refused:
        bring_back(forged)
    assert refused.value.code == "written-since" and same(path) == before


def _entries(path: Path) -> list[tuple[str, int]]:
    from snapmgr.block.images import open_image

    opened = open_image(path)
    found = [(entry.name_text, entry.l1_offset) for entry in opened.snapshots]
    opened.close()
    return found


def _with_times(change: Switched, path: Path) -> Switched:
    from dataclasses import replace

    status = path.stat()
    return replace(change, state=replace(change.state, written=status.st_mtime_ns, changed=status.st_ctime_ns))


def test_on_all_disks_or_on_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = image(tmp_path), image(tmp_path, "fmt-v2")
    rows = list_snapshots([one, two]).rows
    changes = [done.switched for done in delete_snapshot([one, two], "first")]
    assert all(changes)
    process = held(two, *WRITER)
    before = same(one), same(two)
    with pytest.raises(InUse):
        bring_back(changes)  # type: ignore[arg-type]
    released(process)
    assert (same(one), same(two)) == before
    commit = undo._Back.commit

    def fails(back: undo._Back) -> None:
        if back.image.path == two:
            raise OSError("the second disk is gone")
        commit(back)

    monkeypatch.setattr(undo._Back, "commit", fails)
    with pytest.raises(OSError, match="gone"):
        bring_back(changes)  # type: ignore[arg-type]
    monkeypatch.undo()
    assert [row.name for row in list_snapshots([one, two]).rows] == ["second"]
    for path in (one, two):
        assert not list_snapshots([path]).devices[0].problems
    fresh = [done.switched for done in delete_snapshot([one, two], "second")]
    bring_back(fresh)  # type: ignore[arg-type]
    assert [row.name for row in list_snapshots([one, two]).rows] == ["second"] and len(rows) == 2


def test_it_can_be_stopped_and_a_missing_disk_is_said(tmp_path: Path) -> None:
    path = image(tmp_path)
    changes = deleted(path, "first")
    token, before = CancelToken(), same(path)
    token.cancel()
    with pytest.raises(Cancelled):
        bring_back(changes, cancel=token)
    assert same(path) == before
    bring_back(changes)
    path.unlink()
    with pytest.raises(NotFound):
        bring_back(changes)


def test_what_was_given_back_cannot_be_brought_back(tmp_path: Path) -> None:
    path = image(tmp_path)
    [done] = delete_snapshot([path], "first", trim=True)
    assert done.switched is None


def test_another_persons_file_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    path = image(tmp_path)
    monkeypatch.setattr("os.utime", refused)
    [done] = delete_snapshot([path], "first")
    assert done.switched is None


@needs_qemu[1]
@pytest.mark.qemu
def test_killed_on_the_way_it_is_undone_or_not(tmp_path: Path) -> None:
    images = [image(tmp_path), image(tmp_path, "fmt-v2")]
    contents = [path.read_bytes() for path in images]
    before = names(*images)
    writes = killed("undo", 1 << 20, *images)
    assert writes == 2 and names(*images) == before
    for write, undone in ((1, True), (2, True)):  # from the first switch on it is made up for
        for path, content in zip(images, contents, strict=True):
            path.write_bytes(content)
        assert not killed("undo", write, *images)
        finish_cut_off(images)
        assert (names(*images) == before) is undone
        for path in images:
            subprocess.run(["qemu-img", "check", "-q", path], check=True)
