"""Faults of images that open: what qemu-img check finds, is found; what is sound, is silent."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from snapmgr.block.images import open_image
from snapmgr.block.memory import MemoryDevice
from snapmgr.block.qcow2.check import check_image
from snapmgr.block.qcow2.image import Qcow2Image
from tests import corpus
from tests.block.tiny import COMPRESSED, COPIED, tiny

OPENED = [
    (name, image)
    for name, case in corpus.images().items()
    for image, truth in case["truth"].items()
    if corpus.per_version(truth["info"])["exit"] == 0
    and corpus.per_version(truth["info"])["stdout"]["format"] == "qcow2"
]
LEAKS, ERRORS = 3, 2
BAD_REFCOUNTS = {"refcount-too-low", "copied-flag"}
ODD_BUT_CLEAN = {
    "names-dup-id": {"snapshot-id-twice"},
    "fmt-backing-missing": {"backing-missing"},
}
"""What we say of images that are no damaged ones, and about which qemu-img check is silent or cannot tell."""


def codes(path: Path) -> set[str]:
    image = open_image(path)
    try:
        found = check_image(image)
        assert found.complete
        return {problem.code for problem in found.problems}
    finally:
        image.close()


@pytest.mark.parametrize(("name", "image"), OPENED)
def test_the_corpus_is_judged_as_by_qemu_img_check(tmp_path: Path, name: str, image: str) -> None:
    found = codes(corpus.unpack_image(name, tmp_path)[image])
    case = corpus.images()[name]
    said = corpus.per_version(case["truth"][image]["check"])
    if name in ODD_BUT_CLEAN:
        assert found == ODD_BUT_CLEAN[name]
    elif said["exit"] == LEAKS:
        assert "leaked-clusters" in found and not found & BAD_REFCOUNTS
    elif said["exit"] == ERRORS:
        assert found - {"leaked-clusters"}
    elif case["group"] == "damaged" and not name.startswith("crash"):
        assert found  # flags, odd sizes, loops: nothing for refcounts, and still said
    else:
        assert found == set()


COUNTED = {
    "corruptions": "corruptions",
    "leaks": "leaks",
    "check-errors": "check_errors",
    "image-end-offset": "image_end",
    "total-clusters": "total_clusters",
    "allocated-clusters": "allocated",
    "fragmented-clusters": "fragmented",
    "compressed-clusters": "compressed",
}
JUDGED = [
    (name, image)
    for name, case in corpus.images().items()
    for image, truth in case["truth"].items()
    if isinstance((corpus.per_version(truth["check json"]) if "check json" in truth else {}).get("stdout"), dict)
    and image.endswith(".qcow2")
]


@pytest.mark.parametrize(("name", "image"), JUDGED)
def test_the_counts_are_those_of_qemu_img_check(tmp_path: Path, name: str, image: str) -> None:
    said = corpus.per_version(corpus.images()[name]["truth"][image]["check json"])["stdout"]
    opened = open_image(corpus.unpack_image(name, tmp_path)[image], checking=True)
    try:
        tally = check_image(opened).tally
    finally:
        opened.close()
    assert {key: getattr(tally, ours) for key, ours in COUNTED.items()} == {key: said.get(key, 0) for key in COUNTED}


def check(image: bytes, **limits: int) -> list[str]:
    return [problem.code for problem in check_image(Qcow2Image(MemoryDevice(image)), **limits).problems]


def data(*clusters: int) -> dict[int, bytes]:
    return {number << 12: b"x" * 4096 for number in clusters}


def test_a_sound_image_has_no_faults() -> None:
    assert check(tiny({0: 5 << 12 | COPIED, 3: 6 << 12 | COPIED, 5: 1}, data(5, 6))) == []


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({0: 5 << 12}, ["copied-flag"]),
        ({0: 5 << 12 | COPIED, 1: 5 << 12 | COPIED}, ["refcount-too-low"]),
        ({}, ["leaked-clusters"]),
        ({0: 5 << 12 | COPIED | 2}, ["l2-reserved-bits"]),
        ({0: 5 << 12 | COPIED, 1: 99 << 12 | COPIED}, ["data-beyond-end"]),
        ({0: COMPRESSED | COPIED | 5 << 12}, ["compressed-copied"]),
        ({0: 5 << 12 | COPIED, 1: COMPRESSED | 99 << 12}, ["compressed-beyond-end"]),
        ({0: 5 << 12 | COPIED, 1: 3 << 12}, ["refcount-too-low", "copied-flag"]),
    ],
)
def test_each_fault_of_an_entry_is_named(entries: dict[int, int], expected: list[str]) -> None:
    assert check(tiny(entries, data(5))) == expected


def test_many_faults_of_a_kind_are_one_problem_with_the_first_place() -> None:
    image = Qcow2Image(MemoryDevice(tiny({}, data(5, 6, 7))))
    (problem,) = check_image(image).problems
    assert problem.code == "leaked-clusters" and problem.offset == 5 << 12
    assert problem.message.startswith("3 clusters") and "0x5000" in problem.message


def test_the_work_is_bounded_and_says_so() -> None:
    image = Qcow2Image(MemoryDevice(tiny({0: 5 << 12}, data(5))))
    cut = check_image(image, most_metadata=100)
    assert not cut.complete and cut.left_out == 8 + 4096 + 12  # L1, one L2 table, 2 bytes for each of 6 clusters
    assert check_image(image).complete


def test_clusters_are_compared_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    image = tiny({0: 5 << 12 | COPIED}, data(5, 6, 7))
    whole = check_image(Qcow2Image(MemoryDevice(image))).problems
    monkeypatch.setattr("snapmgr.block.qcow2.check._COMPARED", 1)
    assert check_image(Qcow2Image(MemoryDevice(image))).problems == whole
    assert [problem.code for problem in whole] == ["leaked-clusters"]


def test_a_snapshot_that_shares_its_tables_counts_twice() -> None:
    """The active L1 as a snapshot's L1: everything is used once more than counted."""
    entry = struct.pack(">QIHHIIQII", 3 << 12, 1, 1, 1, 0, 0, 0, 0, 16) + struct.pack(">QQ", 0, 1 << 20) + b"1s"
    image = tiny({0: 5 << 12 | COPIED}, {**data(5), 6 << 12: entry}, snapshots=1, snapshots_offset=6 << 12)
    (problem,) = check_image(Qcow2Image(MemoryDevice(image))).problems
    assert problem.code == "refcount-too-low"
    assert problem.message.startswith("3 clusters")  # L1, L2 and the data


class Endless(MemoryDevice):
    """As a sparse file on a file system that knows no end."""

    @property
    def size(self) -> int:
        return 1 << 61


def test_a_file_without_end_is_left_out_before_anything_is_allocated() -> None:
    image = Qcow2Image(Endless(tiny({})))
    found = check_image(image, others=False)
    assert not found.complete and found.left_out > 1 << 40


def test_with_subclusters_nobody_minds_the_zero_flag_of_an_entry() -> None:
    """As qemu-img check of 7.2, 10.0 and 11.1; the format calls the bit reserved."""
    size = 1 << 14
    entries = {0: 5 * size | COPIED | 1, 1: 1, 2: 1}
    assert check(tiny(entries, {5 * size: bytes(size)}, cluster_bits=14, incompatible=16)) == []


def test_what_begins_where_the_file_ends_is_behind_it() -> None:
    """The last cluster is there in part: an offset within what it lacks is off the file, as for qemu-img check."""
    content = tiny({0: 5 << 12 | COPIED, 1: 5 << 12 | 0x600}, {5 << 12: bytes(0x600)})
    found = check_image(Qcow2Image(MemoryDevice(content)))
    assert {problem.code for problem in found.problems} == {"l2-entry-invalid", "data-beyond-end", "copied-flag"}
    assert (found.tally.corruptions, found.tally.image_end) == (3, 6 << 12)


def test_flags_are_left_alone_in_a_table_whose_refcount_cannot_be_read() -> None:
    """As by qemu-img check: of this image it says 1 error and 6 clusters that cannot be told."""
    content = tiny({0: 5 << 12}, {5 << 12: bytes(4096), 1 << 12: (2 << 12 | 512).to_bytes(8)}, incompatible=4)
    found = check_image(Qcow2Image(MemoryDevice(content)), others=False)
    assert "copied-flag" not in {problem.code for problem in found.problems}
    assert (found.tally.corruptions, found.tally.check_errors) == (1, 6)


def test_a_snapshot_without_l1_entries_may_have_them_anywhere() -> None:
    entry = struct.pack(">QIHHIIQII", 1 << 63, 0, 1, 1, 0, 0, 0, 0, 16) + struct.pack(">QQ", 0, 0) + b"1a"
    found = check_image(Qcow2Image(MemoryDevice(tiny({}, {5 << 12: entry}, snapshots=1, snapshots_offset=5 << 12))))
    assert found.tally.corruptions == 0


def test_snapshots_beside_a_data_file_are_looked_at_too() -> None:
    """As qemu-img check does: it counts them, what is wrong with each, and its L1 table."""
    entry = struct.pack(">QIHHIIQII", 6 << 12, 1, 1, 1, 0, 0, 0, 0, 0) + b"1a"
    content = tiny({}, {5 << 12: entry}, snapshots=1, snapshots_offset=5 << 12, incompatible=4)
    found = check_image(Qcow2Image(MemoryDevice(content)), others=False)
    assert {problem.code for problem in found.problems} == {
        "snapshots-with-data-file", "snapshot-incomplete", "refcount-too-low",
    }  # fmt: skip
    assert found.tally.corruptions == 3
