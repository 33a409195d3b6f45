"""Persistent bitmaps that qemu-img 7.2 refuses are refused with its words; what it takes is taken."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from snapmgr.block.checking import check_file
from snapmgr.errors import ImageError
from tests.block.qcow2.test_extensions import extension
from tests.block.tiny import COPIED, tiny

DIRECTORY, TABLE, DATA = 5 << 12, 6 << 12, 7 << 12
NOT_ONE = "Could not open 'a.qcow2': Bitmap 'one' doesn't satisfy the constraints"
NO_TABLE = "Could not open 'a.qcow2': Could not read bitmap_table table from image for bitmap 'one'"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def entry(**changed: int | bytes) -> bytes:
    fields = {"offset": TABLE, "size": 1, "flags": 2, "kind": 1, "granularity": 16, "name_size": 3, "extra": 0}
    head = struct.pack(">QIIBBHI", *{**fields, **{k: v for k, v in changed.items() if k != "name"}}.values())
    return head + bytes(changed.get("name", b"one")).ljust(8, b"\0")


def checked(
    directory: bytes, word: int = DATA, count: int = 1, size: int | None = None, place: int = DIRECTORY
) -> tuple[int, int]:
    """Corruptions and leaks."""
    listed = struct.pack(">IIQQ", count, 0, len(directory) if size is None else size, place)
    data = {112: extension(0x23852875, listed), DIRECTORY: directory, TABLE: struct.pack(">Q", word), DATA: b"x" * 4096}
    Path("a.qcow2").write_bytes(tiny({0: 8 << 12 | COPIED}, {**data, 8 << 12: bytes(4096)}, autoclear=1))
    tally = check_file("a.qcow2").checked.tally
    return tally.corruptions, tally.leaks


def test_sound_ones_count_their_clusters() -> None:
    assert checked(entry()) == (0, 0)
    assert checked(entry(), word=0) == checked(entry(), word=1) == (0, 1)
    assert checked(entry(flags=1, size=2)) == (0, 0)  # in use: nobody minds its size
    assert checked(entry(flags=1), word=1 << 40) == (1, 1)


REFUSED = [
    ({"directory": entry(), "count": 2}, "Less bitmaps found than specified in header extension"),
    ({"directory": entry() + entry(name=b"two")}, "More bitmaps found than specified in header extension"),
    ({"directory": entry() * 2, "count": 2}, "Bitmap already exists: one"),
    ({"directory": entry(), "size": 0}, "Requested bitmap directory size is zero"),
    ({"directory": entry(), "size": 31}, "Broken bitmap directory"),
    ({"directory": entry(name_size=9)}, "Broken bitmap directory"),
    ({"directory": entry(extra=1)}, "Bitmap extra data is not supported"),
    ({"directory": entry(), "place": 1 << 63}, "Failed to read bitmap directory: Input/output error"),
    ({"directory": entry(size=2)}, "Could not read bitmap 'one' from image: Invalid argument"),
]


@pytest.mark.parametrize(("given", "text"), REFUSED, ids=[text[:24] for _, text in REFUSED])
def test_a_directory_that_qemu_does_not_load_is_refused(given: dict[str, int | bytes], text: str) -> None:
    with pytest.raises(ImageError) as refused:
        checked(**given)
    assert refused.value.qemu == f"Could not open 'a.qcow2': {text}"


@pytest.mark.parametrize(
    "changed",
    [
        {"offset": 0}, {"offset": TABLE + 512}, {"size": 0}, {"size": (512 << 20 >> 12) + 1}, {"flags": 4}, {"kind": 2},
        {"granularity": 8}, {"granularity": 32},
    ],
    ids=str,
)  # fmt: skip
def test_an_entry_is_refused_for_each_of_its_fields(changed: dict[str, int]) -> None:
    with pytest.raises(ImageError) as refused:
        checked(entry(**changed))
    assert refused.value.qemu == NOT_ONE


@pytest.mark.parametrize("word", [2, DATA | 1, DATA | 512, 1 << 56, 1 << 63])
def test_a_table_with_a_wrong_entry_is_refused(word: int) -> None:
    with pytest.raises(ImageError) as refused:
        checked(entry(), word=word)
    assert refused.value.qemu == f"{NO_TABLE}: Invalid argument"
    with pytest.raises(ImageError) as refused:
        checked(entry(flags=1), word=word)
    assert refused.value.qemu == "Check failed: Invalid argument"


def test_a_raw_data_file_that_there_is_not_is_refused() -> None:
    Path("a.qcow2").write_bytes(tiny({}, autoclear=2))
    with pytest.raises(ImageError) as refused:
        check_file("a.qcow2")
    assert refused.value.qemu == "Could not open 'a.qcow2': data-file-raw requires a data file"


def test_an_l1_table_behind_any_file_ends_the_check() -> None:
    table = struct.pack(">QIHHIIQII", 1 << 63, 1, 1, 1, 0, 0, 0, 0, 16) + struct.pack(">QQ", 0, 1 << 20) + b"1a"
    Path("a.qcow2").write_bytes(tiny({}, {5 << 12: table}, snapshots=1, snapshots_offset=5 << 12))
    with pytest.raises(ImageError) as refused:
        check_file("a.qcow2")
    assert refused.value.qemu == "Check failed: Input/output error"
