"""``snapctl convert --container qcow2``: streams become VM states of snapshots."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import corpus
from tests.cli.conftest import Snapctl
from tests.cli.places import stored


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return corpus.unpack_image("fmt-v3", tmp_path)["fmt-v3.qcow2"]


def convert(snapctl: Snapctl, target: Path, tag: str, *more: object) -> int:
    return snapctl("convert", stored("tiny.v72"), "-o", target, "--container", "qcow2", "--tag", tag, *more).code


@pytest.mark.parametrize("fresh", [True, False])
def test_there_and_back(snapctl: Snapctl, tmp_path: Path, image: Path, fresh: bool) -> None:
    target = tmp_path / "new.qcow2" if fresh else image
    stream = corpus.stream_bytes("tiny.v72")
    assert convert(snapctl, target, "arrived") == 0
    rows = snapctl("snapshot", "list", target, "--json").document["snapshots"]
    assert [(row["name"], row["vm-state-size"]) for row in rows][-1] == ("arrived", len(stream))
    assert len(rows) == (1 if fresh else 3)
    assert snapctl("convert", f"{target}@arrived", "-o", tmp_path / "back.mig").code == 0
    assert (tmp_path / "back.mig").read_bytes() == stream
    assert snapctl("check", target).code == 0
    assert convert(snapctl, target, "again") == 0
    assert convert(snapctl, target, "arrived") == 1


def test_the_guests_clock_comes_along(snapctl: Snapctl, tmp_path: Path) -> None:
    later, target, other = tmp_path / "later.mig", tmp_path / "new.qcow2", tmp_path / "other.qcow2"
    snapctl("edit", stored("tiny.v72"), "-o", later, "--set", "timer/cpu_clock_offset=2903874436")
    words = ("--container", "qcow2", "--tag", "arrived")
    assert snapctl("convert", later, "-o", target, *words).code == 0
    assert snapctl("convert", f"{target}@arrived", "-o", other, *words).code == 0
    for image in (target, other):
        [row] = snapctl("snapshot", "list", image, "--json").document["snapshots"]
        assert (row["vm-clock-sec"], row["vm-clock-nsec"]) == (2, 903874436)


def test_what_makes_no_sense_is_refused(snapctl: Snapctl, tmp_path: Path, image: Path) -> None:
    before = image.read_bytes()
    other = tmp_path / "notes.txt"
    other.write_text("notes")
    assert convert(snapctl, other, "arrived") == 2
    assert other.read_text() == "notes"
    assert snapctl("convert", stored("tiny.v72"), "-o", image, "--container", "qcow2").code == 2
    assert snapctl("convert", stored("tiny.v72"), "-o", tmp_path / "x", "--tag", "arrived").code == 2
    assert snapctl("convert", stored("tiny.v72"), "-o", "-", "--container", "qcow2", "--tag", "arrived").code == 2
    assert convert(snapctl, image, "") == 2
    assert image.read_bytes() == before


def test_an_image_is_not_written_while_it_is_read(snapctl: Snapctl, tmp_path: Path, image: Path) -> None:
    assert convert(snapctl, image, "one") == 0
    words = ("convert", f"{image}@one", "-o", image, "--container", "qcow2", "--tag", "two", "--json")
    assert snapctl(*words).error["code"] == "same-file"
    assert len(snapctl("snapshot", "list", image, "--json").document["snapshots"]) == 3
