"""``snapctl snapshot note``, and what ``snapshot list`` says of what stands beside the images."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.sidecar.store import sidecar_folder
from tests import corpus
from tests.cli.conftest import Snapctl


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]


def rows(snapctl: Snapctl, *images: Path) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in snapctl("snapshot", "list", *images, "--json").document["snapshots"]}


def test_a_note_is_written_read_and_taken_away(snapctl: Snapctl, image: Path) -> None:
    assert snapctl("snapshot", "note", image, "first").text == ""
    written = snapctl("snapshot", "note", image, "id:1", "last good boot\non 6.11")
    assert written.code == 0 and "snapshot 'first' (id 1) has a note now: last good boot\\non 6.11" in written.text
    assert snapctl("snapshot", "note", image, "first").text == "last good boot\non 6.11\n"
    assert snapctl("snapshot", "note", image, "first", "--json").document == {
        "path": str(image), "id": "1", "name": "first", "note": "last good boot\non 6.11",
    }  # fmt: skip
    assert rows(snapctl, image)["first"]["note"] == "last good boot\non 6.11"
    assert "note" not in rows(snapctl, image)["second"]
    listed = snapctl("snapshot", "list", image).text
    assert "NOTE" in listed and "last good boot on 6.11" in listed
    assert "has no note now" in snapctl("snapshot", "note", image, "first", "").text
    assert "note" not in rows(snapctl, image)["first"]


def test_what_cannot_be_noted_is_said(snapctl: Snapctl, image: Path) -> None:
    assert snapctl("snapshot", "note", image, "none", "text").code == 1
    assert snapctl("snapshot", "note", image, "first", "x" * 4001).code == 2
    folder = sidecar_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in its way")
    try:
        refused = snapctl("snapshot", "note", image, "first", "text")
        assert refused.code == 1 and str(folder) in refused.err.decode()
    finally:
        folder.unlink()


def test_a_damaged_note_is_said_and_not_used(snapctl: Snapctl, image: Path) -> None:
    snapctl("snapshot", "note", image, "first", "text")
    [file] = sidecar_folder().glob("*.note")
    file.write_text("{")
    listed = snapctl("snapshot", "list", image)
    assert listed.code == 0 and f"{file.name} in the data folder is damaged" in listed.err.decode()
    assert "NOTE" not in listed.text


def test_what_came_from_what_is_listed(snapctl: Snapctl, image: Path) -> None:
    snapctl("snapshot", "apply", image, "first")
    snapctl("snapshot", "create", image, "branch")
    snapctl("snapshot", "create", image, "leaf")
    said = rows(snapctl, image)
    assert said["branch"]["parent"] == {"id": "1", "name": "first"} and "parent" not in said["first"]
    assert [name for name, row in said.items() if row["current"]] == ["leaf"]
    snapctl("snapshot", "delete", image, "branch")
    assert rows(snapctl, image)["leaf"]["parent"] == {"id": "1", "name": "first"}
    lines = snapctl("snapshot", "list", image).text.splitlines()
    assert next(line for line in lines if "leaf" in line).endswith("first (current)")
    assert next(line for line in lines if "second" in line).endswith("not known")


def test_the_demo_machine_keeps_its_screen(snapctl: Snapctl, image: Path) -> None:
    from snapmgr.sidecar.png import check_png

    assert snapctl("demo", "snapshot", "save", "here", "--disk", image, "--ticks", 5).code == 0
    assert snapctl("demo", "snapshot", "save", "there", "--disk", image, "--ticks", 5).code == 0
    said = rows(snapctl, image)
    assert said["there"]["parent"] == {"id": said["here"]["id"], "name": "here"} and said["there"]["current"]
    assert check_png(Path(str(said["here"]["screen"])).read_bytes()) == (320, 240)
    assert snapctl("demo", "snapshot", "load", "here", "--disk", image).code == 0
    assert rows(snapctl, image)["here"]["current"]
