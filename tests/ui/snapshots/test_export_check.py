"""What Export… says before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.block.test_backing import overlay
from tests.block.test_replace import held
from tests.ui.snapshots.rows import MIB, device, row
from ui.snapshots.export_check import check, file_name, suggested

NO_DISKS = ()


def test_a_free_name_in_a_folder_is_fine(tmp_path: Path) -> None:
    said = check(str(tmp_path / "new.raw"), MIB, NO_DISKS, "binary")
    assert not said.refused and not said.warning and not said.replaces
    assert said.space.startswith("Up to 1.00 MiB are needed, ")


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "Name the file"), ("x.raw", "whole path"), ("{}", "folder"), ("{}/none/x.raw", "no folder")],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, name: str, words: str) -> None:
    assert words in check(name.format(tmp_path), MIB, NO_DISKS, "binary").refused


def test_an_existing_file_is_replaced_only_knowingly(tmp_path: Path) -> None:
    target = tmp_path / "old.raw"
    target.write_bytes(b"x")
    said = check(str(target), MIB, NO_DISKS, "binary")
    assert said.replaces and "will be replaced" in said.warning and not said.refused


def test_an_image_and_what_it_stands_on_are_never_the_target(tmp_path: Path) -> None:
    image = overlay(tmp_path / "disk.qcow2", b"base.qcow2")
    base = overlay(tmp_path / "base.qcow2", b"bottom.raw")
    bottom = tmp_path / "bottom.raw"
    bottom.write_bytes(b"x")
    link = tmp_path / "link.raw"
    link.hardlink_to(bottom)
    disks = (device(str(image), backing="base.qcow2"),)
    for path in (image, base, bottom, link):
        assert "itself" in check(str(path), MIB, disks, "binary").refused


def test_an_image_in_use_is_never_the_target(tmp_path: Path) -> None:
    other = overlay(tmp_path / "other.qcow2", b"base.qcow2")
    with held(other) as pid:
        assert f", {pid}" in check(str(other), MIB, NO_DISKS, "binary").refused
    assert check(str(other), MIB, NO_DISKS, "binary").replaces


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    assert "ordinary file" in check(str(tmp_path / "pipe"), MIB, NO_DISKS, "binary").refused


def test_little_room_is_said_with_both_sizes(tmp_path: Path, monkeypatch: Any) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("ui.snapshots.export_check.shutil.disk_usage", lambda _: usage._replace(free=12 * MIB))
    said = check(str(tmp_path / "new.raw"), 388 * MIB, NO_DISKS, "binary")
    assert "388 MiB at most are needed and 12.0 MiB are free" in said.warning and not said.refused


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("before-update", "before-update"),
        ("a/b\\c", "a-b-c"),
        ("..", ""),
        ("two words\n", "two-words"),
        ("снимок", "снимок"),
    ],
)
def test_a_name_becomes_a_file_name(name: str, kept: str) -> None:
    assert file_name(name) == kept


def test_the_offered_name_is_free(tmp_path: Path) -> None:
    first = suggested("/vm/devbox.qcow2", row("a b"), "raw", tmp_path)
    assert first == tmp_path / "devbox-a-b.raw"
    first.touch()
    assert suggested("/vm/devbox.qcow2", row("a b"), "raw", tmp_path).name == "devbox-a-b-2.raw"
    assert suggested("/vm/devbox.qcow2", None, "qcow2", tmp_path).name == "devbox-now.qcow2"
    assert suggested("/vm/devbox.qcow2", row("", "7"), "raw", tmp_path).name == "devbox-id-7.raw"
