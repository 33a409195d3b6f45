"""``snapctl snapshot create|apply|delete|rename``: on every disk or on none, and never without being asked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.snapshots import change
from snapmgr.snapshots.export import export_disk
from snapmgr.snapshots.list import list_snapshots
from tests import corpus
from tests.cli.conftest import Snapctl
from tests.snapshots.test_list import WRITER, held, released


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return corpus.unpack_image("fmt-v2", tmp_path)["fmt-v2.qcow2"]


def names(snapctl: Snapctl, *images: Path) -> list[tuple[str, int]]:
    """Each snapshot, and on how many of the disks it is."""
    rows = snapctl("snapshot", "list", *images, "--json").document["snapshots"]
    return [(row["name"], len(row["devices"])) for row in rows]


def content(image: Path, tag: str | None, folder: Path) -> bytes:
    export_disk(image, tag, folder / "disk.raw", overwrite=True)
    return (folder / "disk.raw").read_bytes()


def whole(*images: Path) -> list[object]:
    """Length, names, and every disk of each image."""
    return [
        (
            image.stat().st_size,
            tuple(row.name for row in list_snapshots([image]).rows),
            tuple(content(image, f"id:{row.id}", image.parent) for row in list_snapshots([image]).rows),
        )
        for image in images
    ]


def test_from_the_first_to_the_last(snapctl: Snapctl, image: Path, tmp_path: Path) -> None:
    now = content(image, None, tmp_path)
    made = snapctl("snapshot", "create", image, "third", "--json")
    assert made.code == 0
    assert [(one["path"], one["id"], one["name"]) for one in made.document["devices"]] == [(str(image), "3", "third")]
    assert snapctl("snapshot", "rename", image, "third", "the third").code == 0
    assert names(snapctl, image) == [("first", 1), ("second", 1), ("the third", 1)]
    first = content(image, "first", tmp_path)
    assert first != now
    assert snapctl("snapshot", "apply", image, "first").text == f"{image}: snapshot 'first' (id 1) applied\n"
    assert content(image, None, tmp_path) == first
    assert content(image, "the third", tmp_path) == now
    assert snapctl("snapshot", "delete", image, "id:3").code == 0
    assert names(snapctl, image) == [("first", 1), ("second", 1)]


def test_a_note_is_made_with_it(snapctl: Snapctl, image: Path) -> None:
    whole_before = whole(image)
    refused = snapctl("snapshot", "create", image, "noted", "--note", "x" * 4001, "--json")
    assert (refused.code, refused.error["code"]) == (2, "note-too-long") and whole(image) == whole_before
    assert snapctl("snapshot", "create", image, "noted", "--note", "the last good one").code == 0
    assert snapctl("snapshot", "note", image, "noted").text == "the last good one\n"


def test_room_that_becomes_free_is_said_and_can_be_given_back(snapctl: Snapctl, image: Path) -> None:
    for name in ("first", "second"):
        said = snapctl("snapshot", "delete", image, name)
        assert said.code == 0 and "MiB of the file are free now" in said.text
    before = image.stat()
    assert snapctl("snapshot", "create", image, "a").code == 0
    assert snapctl("snapshot", "delete", image, "a", "--trim").code == 0
    after = image.stat()
    assert (after.st_size, after.st_blocks) < (before.st_size, before.st_blocks)
    assert snapctl("check", image).code == 0


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("create", "first"), 1, "snapshot-exists"),
        (("create", ""), 2, "snapshot-name"),
        (("create", "ü" * 128), 2, "snapshot-name"),
        (("rename", "first", "second"), 1, "snapshot-exists"),
        (("rename", "none", "new"), 1, "snapshot-not-found"),
        (("delete", "none"), 1, "snapshot-not-found"),
        (("apply", "id:7"), 1, "snapshot-not-found"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    snapctl: Snapctl, image: Path, words: tuple[str, ...], code: int, error: str
) -> None:
    before = image.read_bytes()
    result = snapctl("snapshot", words[0], image, *words[1:], "--json")
    assert (result.code, result.error["code"]) == (code, error)
    assert ("--overwrite" in (result.error["hint"] or "")) == (words == ("create", "first"))
    assert image.read_bytes() == before


def test_an_image_in_use_is_left_alone(snapctl: Snapctl, image: Path, other: Path) -> None:
    before = image.read_bytes(), other.read_bytes()
    process = held(other, *WRITER)
    results = [
        snapctl("snapshot", *words, "--json")
        for words in (
            ("create", image, other, "new"),
            ("apply", image, other, "first"),
            ("delete", image, other, "first"),
            ("rename", image, other, "first", "new"),
        )
    ]
    released(process)
    assert [(result.code, result.error["code"]) for result in results] == [(4, "in-use")] * 4
    assert (image.read_bytes(), other.read_bytes()) == before


def test_all_disks_or_none(
    snapctl: Snapctl, image: Path, other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert snapctl("snapshot", "create", image, other, "both").code == 0
    assert ("both", 2) in names(snapctl, image, other)
    assert snapctl("snapshot", "create", image, "one alone").code == 0
    before = whole(image, other)
    assert snapctl("snapshot", "create", other, image, "one alone").code == 1
    assert snapctl("snapshot", "apply", image, other, "one alone").code == 1
    assert snapctl("snapshot", "create", image, image, "new").code == 2
    assert whole(image, other) == before
    switched: list[Path | None] = []

    def fails(image: Qcow2Image) -> None:
        switched.append(image.path)
        if len(switched) == 2:
            raise OSError("the second disk is gone")

    commit = Shadow.commit
    monkeypatch.setattr(Shadow, "commit", lambda shadow: (fails(shadow.image), commit(shadow)))
    with pytest.raises(OSError, match="gone"):
        change.delete_snapshot([image, other], "both")
    assert switched == [image, other]
    assert ("both", 2) in names(snapctl, image, other)


def test_it_asks_where_somebody_is_there_to_answer(
    snapctl: Snapctl, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    before = image.read_bytes()
    monkeypatch.setattr("sys.stdin", Terminal("n\nn\ny\n"))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert snapctl("snapshot", "delete", image, "first").code == 130
    refused = snapctl("snapshot", "apply", image, "first")
    assert refused.code == 130 and b"now is lost. Apply snapshot 'first'?" in refused.err
    assert image.read_bytes() == before
    assert snapctl("snapshot", "delete", image, "first").code == 0
    assert snapctl("snapshot", "delete", image, "second", "--yes").code == 0
    assert names(snapctl, image) == []


def test_names_are_bytes(snapctl: Snapctl, image: Path) -> None:
    odd = b"caf\xe9\n".decode(errors="surrogateescape")
    assert snapctl("snapshot", "create", image, odd).code == 0
    assert names(snapctl, image)[-1] == (odd, 1)
    assert snapctl("snapshot", "rename", image, odd, "plain").code == 0
    assert names(snapctl, image)[-1] == ("plain", 1)


def test_a_partial_snapshot_is_finished(snapctl: Snapctl, image: Path, other: Path) -> None:
    assert snapctl("snapshot", "create", image, "mine").code == 0
    kept = whole(image)
    assert ("mine", 1) in names(snapctl, image, other)
    made = snapctl("snapshot", "finish", image, other, "mine", "--json")
    assert made.code == 0 and [one["path"] for one in made.document["devices"]] == [str(other)]
    assert ("mine", 2) in names(snapctl, image, other) and whole(image) == kept
    again = snapctl("snapshot", "finish", image, other, "mine")
    assert again.code == 2 and b"nothing is missing" in again.err


def test_one_of_the_same_name_is_overwritten_where_that_is_asked_for(
    snapctl: Snapctl, image: Path, tmp_path: Path
) -> None:
    now = content(image, None, tmp_path)
    assert snapctl("snapshot", "create", image, "first").code == 1 and names(snapctl, image)[0] == ("first", 1)
    made = snapctl("snapshot", "create", image, "first", "--overwrite", "--json")
    assert made.code == 0 and [one["id"] for one in made.document["devices"]] == ["3"]
    assert sorted(names(snapctl, image)) == [("first", 1), ("second", 1)] and content(image, "first", tmp_path) == now
    assert snapctl("check", image).code == 0


def test_a_name_that_is_anothers_id_is_warned_of(snapctl: Snapctl, image: Path) -> None:
    said = snapctl("snapshot", "create", image, "1")
    assert said.code == 0 and b"1 is the id of 'first', and QEMU looks for ids first" in said.err
    assert b"QEMU looks for ids first" in snapctl("snapshot", "apply", image, "1", "--yes").err
    assert snapctl("snapshot", "apply", image, "first", "--yes").err == b""
    assert snapctl("snapshot", "delete", image, "2", "--yes").err == b"", "an id that is no name means itself"


def test_disks_whose_snapshots_are_of_different_moments_are_told(snapctl: Snapctl, image: Path, other: Path) -> None:
    for disk in (image, other):
        assert snapctl("snapshot", "create", disk, "noon").code == 0
    said = snapctl("snapshot", "apply", image, other, "noon", "--yes")
    assert said.code == 0 and b"'noon' is not the same on all disks: date differs: " in said.err
    assert snapctl("snapshot", "apply", image, "noon", "--yes").err == b""
