"""Finding the snapshot that a person means, in entries and in rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.errors import NotFound, SnapmgrError, UsageError
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot, rename_snapshot
from snapmgr.snapshots.find import find_snapshot, tags_of
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.model import SnapshotRow
from tests.corpus import unpack_image
from tests.jobs.machines import images


@pytest.fixture
def rows(tmp_path: Path) -> tuple[SnapshotRow, ...]:
    return list_snapshots([unpack_image("names-odd", tmp_path)["names-odd.qcow2"]]).rows


@pytest.mark.parametrize(("tag", "identity"), [("2", "5"), ("1", "6"), ("id:1", "1"), ("12", "12"), ("", "4")])
def test_names_go_before_ids(rows: tuple[SnapshotRow, ...], tag: str, identity: str) -> None:
    assert find_snapshot(rows, tag).id == identity


def test_every_snapshot_can_be_named_by_its_id(rows: tuple[SnapshotRow, ...]) -> None:
    assert [find_snapshot(rows, f"id:{row.id}") for row in rows] == list(rows)


def test_names_that_are_not_utf_8_are_found(rows: tuple[SnapshotRow, ...]) -> None:
    assert find_snapshot(rows, b"\xff\xfe-not-utf8".decode(errors="surrogateescape")).id == "24"


def test_a_doubled_name_is_refused_and_a_missing_one_not_found(rows: tuple[SnapshotRow, ...]) -> None:
    with pytest.raises(UsageError):
        find_snapshot(rows, "plain")
    with pytest.raises(NotFound):
        find_snapshot(rows, "nosuch")


def test_another_snapshot_in_the_place_of_the_one_that_was_listed_is_left_alone(tmp_path: Path) -> None:
    [path] = images(tmp_path, "a")
    create_snapshot([path], "same", now=lambda: 1_700_000_000_000_000_000)
    found = list_snapshots([path])
    tags = tags_of(found.rows, found)
    create_snapshot([path], "same", overwrite=True, now=lambda: 1_700_000_000_000_000_001)
    changes: list[Callable[[], object]] = [
        lambda: delete_snapshot([path], tags),
        lambda: apply_snapshot([path], tags),
        lambda: rename_snapshot([path], tags, "other"),
    ]
    for change in changes:
        with pytest.raises(SnapmgrError) as refused:
            change()
        assert refused.value.code == "snapshot-changed" and str(path) in refused.value.message
    assert [row.name for row in list_snapshots([path]).rows] == ["same"]
    now = list_snapshots([path])
    delete_snapshot([path], tags_of(now.rows, now))
    assert not list_snapshots([path]).rows
