"""``snapctl snapshot prune``: old snapshots go on all disks in one change, and a dry run says what it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import corpus
from tests.cli.conftest import Snapctl
from tests.snapshots.test_list import WRITER, held, released
from tests.ui.snapshots.made import Entry, retabled

DAY = 86400
NOW = 1_795_435_200


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: float(NOW))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    entries = [Entry(f"day-{age}", NOW - age * DAY, 0, age % 3) for age in (9, 5, 3, 1)]
    return retabled("vm-hmp-72", tmp_path / "disk.qcow2", entries)


def names(snapctl: Snapctl, image: Path) -> list[str]:
    return [row["name"] for row in snapctl("snapshot", "list", image, "--json").document["snapshots"]]


def test_a_dry_run_says_what_the_real_one_does(snapctl: Snapctl, image: Path) -> None:
    before = image.read_bytes()
    words = ("snapshot", "prune", image, "--keep-last", 1, "--older-than", "2d")
    dry = snapctl(*words, "--dry-run", "--json")
    said = snapctl(*words, "-n")
    assert dry.code == said.code == 0 and image.read_bytes() == before
    assert [row["name"] for row in dry.document["deleted"]] == ["day-3", "day-5", "day-9"]
    assert [row["name"] for row in dry.document["kept"]] == ["day-1"] and dry.document["devices"] == []
    lines = said.text.splitlines()
    assert lines[0].startswith("Would go (3), which frees ") and "Stay (1)" in lines
    real = snapctl(*words, "--json")
    assert real.code == 0 and names(snapctl, image) == ["day-1"]
    assert real.document["freed"] == dry.document["freed"] == real.document["devices"][0]["freed"] > 0
    assert {**dry.document, "dry-run": False, "devices": real.document["devices"]} == real.document
    assert snapctl("check", image).code == 0
    again = snapctl(*words)
    assert again.code == 0 and again.text == "No snapshot is old: nothing was changed.\n"


def test_on_all_disks_or_on_none(snapctl: Snapctl, image: Path, tmp_path: Path) -> None:
    other = retabled("vm-hmp-72", tmp_path / "other.qcow2", [Entry("day-9", NOW - 9 * DAY), Entry("day-1", NOW - DAY)])
    before = image.read_bytes(), other.read_bytes()
    process = held(other, *WRITER)
    refused = snapctl("snapshot", "prune", image, other, "--keep-last", 1, "--json")
    released(process)
    assert refused.code == 4 and (image.read_bytes(), other.read_bytes()) == before
    done = snapctl("snapshot", "prune", image, other, "--keep-last", 2)
    assert done.code == 0
    first, second = done.text.splitlines()
    assert first.startswith(f"{image}: 2 snapshots deleted; ") and second.startswith(f"{other}: 1 snapshot deleted; ")
    assert names(snapctl, image) == ["day-3", "day-1"] and names(snapctl, other) == ["day-1"]


def test_the_date_that_it_goes_by_is_told(snapctl: Snapctl, image: Path, tmp_path: Path) -> None:
    """Of disks that differ in it the newest."""
    other = retabled("vm-hmp-72", tmp_path / "other.qcow2", [Entry("day-9", NOW - 7)])
    dry = snapctl("snapshot", "prune", image, other, "--older-than", "2d", "-n", "--json").document
    assert {row["name"]: row["date-sec"] for row in dry["kept"]} == {"day-1": NOW - DAY, "day-9": NOW - 7}


@pytest.mark.parametrize(
    "words", [(), ("--keep-last", "-1"), ("--keep-last", "x"), ("--older-than", "30"), ("--older-than", "")]
)
def test_without_a_bound_nothing_is_done(snapctl: Snapctl, image: Path, words: tuple[str, ...]) -> None:
    before = image.read_bytes()
    assert snapctl("snapshot", "prune", image, *words).code == 2
    assert image.read_bytes() == before


def test_a_disk_that_cannot_be_read_stops_it(snapctl: Snapctl, image: Path, tmp_path: Path) -> None:
    before = image.read_bytes()
    bad = corpus.unpack_image("bad-unknown-incompat", tmp_path)["bad-unknown-incompat.qcow2"]
    assert snapctl("snapshot", "prune", image, bad, "--keep-last", 0, "--yes").code == 3
    assert image.read_bytes() == before


def test_names_that_say_nothing_are_found_all_the_same(snapctl: Snapctl, tmp_path: Path) -> None:
    tags: list[bytes | str] = ["", "2", "id:1", "twice", "twice", b"caf\xe9\xff", "last"]
    entries = [Entry(tag, NOW - (9 - place) * DAY, 0, place % 3) for place, tag in enumerate(tags)]
    image = retabled("vm-hmp-72", tmp_path / "odd.qcow2", entries)
    assert snapctl("snapshot", "prune", image, "--keep-last", 1, "-y").code == 0
    assert names(snapctl, image) == ["last"]
