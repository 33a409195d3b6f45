"""Every image of the corpus: its list, its disks, its VM states and its faults are what QEMU says of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import SnapmgrError, Unsupported
from snapmgr.inspect.index import index_stream
from snapmgr.snapshots.export import export_disk
from snapmgr.snapshots.list import list_snapshots
from tests import corpus

NO_ICOUNT = (1 << 64) - 1
LARGE = 1 << 32


def all_images() -> list[tuple[str, str]]:
    return [(name, image) for name, case in corpus.images().items() for image in case["truth"]]


def truth_of(name: str, image: str) -> dict[str, Any]:
    result: dict[str, Any] = corpus.images()[name]["truth"][image]
    return result


def exit_of(truth: dict[str, Any], key: str) -> int:
    return int(corpus.per_version(truth[key])["exit"]) if key in truth else 0


FOREIGN = [pair for pair in all_images() if corpus.images()[pair[0]]["group"] == "other"]
REFUSED = [pair for pair in all_images() if pair not in FOREIGN and exit_of(truth_of(*pair), "info")]
OPENED = [
    pair
    for pair in all_images()
    if pair not in FOREIGN + REFUSED and (corpus.per_version(truth_of(*pair)["info"])["stdout"])["format"] == "qcow2"
]


QEMU_SAYS_NOTHING = {"names-dup-id": {"snapshot-id-twice"}}
"""Sound images of which we say more than ``qemu-img check``."""


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def shown(name: str) -> str:
    """A name with a mark for every byte that is not UTF-8: the truth was written with such marks."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


@pytest.mark.parametrize(("name", "image"), OPENED)
def test_the_list_is_the_tables(tmp_path: Path, name: str, image: str) -> None:
    rows = list_snapshots([corpus.unpack_image(name, tmp_path)[image]]).rows
    truth = truth_of(name, image)
    if "snapshots" not in truth:
        return
    ours = [
        (row.id, row.vm_state_size, row.date_sec, row.date_nsec, row.vm_clock_nsec, row.disk_size, row.icount)
        for row in rows
    ]
    theirs = [
        (
            entry["id"],
            entry["vm_state_size"],
            entry["date_sec"],
            entry["date_nsec"],
            entry["vm_clock_nsec"],
            entry["disk_size"],
            None if entry["icount"] in (None, NO_ICOUNT) else entry["icount"],
        )
        for entry in truth["snapshots"]
    ]
    assert ours == theirs
    for row, entry in zip(rows, truth["snapshots"], strict=True):
        assert shown(row.name) == shown(entry["name"])


@pytest.mark.parametrize(("name", "image"), OPENED)
def test_faults_are_listed_where_a_check_finds_them(tmp_path: Path, name: str, image: str) -> None:
    device = list_snapshots([corpus.unpack_image(name, tmp_path)[image]]).devices[0]
    codes = {problem.code for problem in device.problems}
    if exit_of(truth_of(name, image), "check") and not device.encrypted:  # QEMU wants the key before it checks
        assert codes
    elif corpus.images()[name]["group"] != "damaged":
        assert codes == QEMU_SAYS_NOTHING.get(name, set())


@pytest.mark.parametrize(("name", "image"), REFUSED)
def test_what_qemu_cannot_open_is_one_typed_error(tmp_path: Path, name: str, image: str) -> None:
    path = corpus.unpack_image(name, tmp_path)[image]
    with pytest.raises(SnapmgrError) as refused:
        list_snapshots([path])
    assert refused.value.exit_code == 3 and refused.value.code
    if refused.value.code == "foreign-format":  # what a driver of QEMU for another format says is not ours to repeat
        assert name == "bad-version-1"
        return
    assert refused.value.qemu is not None
    said = corpus.per_version(truth_of(name, image)["info"])["stderr"].strip().removeprefix("qemu-img: ")
    assert refused.value.qemu.replace(f"{tmp_path}/", "") == said


@pytest.mark.parametrize(("name", "image"), FOREIGN)
def test_foreign_images_are_refused_by_name(tmp_path: Path, name: str, image: str) -> None:
    path = corpus.unpack_image(name, tmp_path)[image]
    form = corpus.per_version(truth_of(name, image)["info"])["stdout"]["format"]
    with pytest.raises(Unsupported) as refused:
        list_snapshots([path])
    assert refused.value.code == ("raw-disk" if form == "raw" else "foreign-format")
    assert form in refused.value.message and str(path) in refused.value.message


def disk_truths(name: str, image: str) -> list[tuple[str | None, str]]:
    """(TAG or None, sha256) of every disk that is small enough to write out."""
    truth = truth_of(name, image)
    size = corpus.per_version(truth["info"])["stdout"]["virtual-size"]
    if size > LARGE:
        return []
    found: list[tuple[str | None, str]] = []
    for tag, value in [(None, truth.get("disk")), *snapshot_disks(truth)]:
        known = corpus.per_version(value) if isinstance(value, dict) else {}
        if known.get("sha256"):
            found.append((tag, known["sha256"]))
    return found


def snapshot_disks(truth: dict[str, Any]) -> list[tuple[str, Any]]:
    entries = truth.get("snapshots") or []
    ids = [entry["id"] for entry in entries]
    result = []
    for entry in entries[:8]:
        after = entry.get("disk after -a", entry.get("disk"))
        if ids.count(entry["id"]) == 1 and entry["id"]:
            result.append((f"id:{entry['id']}", entry.get("disk") if after == "same" else after))
    return result


@pytest.mark.parametrize(("name", "image"), OPENED)
def test_disks_are_what_qemu_reads(tmp_path: Path, name: str, image: str) -> None:
    truths = disk_truths(name, image)
    if not truths:
        return
    path = corpus.unpack_image(name, tmp_path)[image]
    for tag, truth in truths:
        target = tmp_path / "out.raw"
        try:
            export_disk(path, tag, target)
        except Unsupported as error:
            assert error.code == "encrypted"
            return
        assert digest(target) == truth, tag
        target.unlink()


STATES = [
    (name, image, entry["id"])
    for name, image in OPENED
    for entry in truth_of(name, image).get("snapshots") or []
    if entry.get("vm_state_sha256")
]


@pytest.mark.parametrize(("name", "image", "identity"), STATES)
def test_vm_states_are_read_and_inspected(tmp_path: Path, name: str, image: str, identity: str) -> None:
    path = corpus.unpack_image(name, tmp_path)[image]
    entry = next(entry for entry in truth_of(name, image)["snapshots"] if entry["id"] == identity)
    source = open_source(f"{path}@id:{identity}")
    state = hashlib.sha256()
    for piece in source.chunks():
        state.update(piece)
    assert state.hexdigest() == entry["vm_state_sha256"]
    known = corpus.images()[name].get("vm", {}).get(entry["name"], {}).get("pc_ram_block_sha256")
    if known and (not name.startswith("vmstate-") or entry["name"] == "good"):
        index = index_stream(source)
        assert index.problems == ()
        assert index.ram.sha256("pc.ram") == known
    source.close()


TWO_DISKS = [name for name, case in corpus.images().items() if name.startswith("vm-two-disks")]


@pytest.mark.parametrize("name", TWO_DISKS)
def test_disks_of_one_case_join_by_name(tmp_path: Path, name: str) -> None:
    paths = list(corpus.unpack_image(name, tmp_path).values())
    alone = {path: {row.name for row in list_snapshots([path]).rows} for path in paths}
    joined = list_snapshots(paths)
    assert {row.name for row in joined.rows} == set().union(*alone.values())
    for row in joined.rows:
        assert set(row.entries) == {str(path) for path in paths if row.name in alone[path]}
        assert set(row.missing) == {str(path) for path in paths if row.name not in alone[path]}
