"""Finding the snapshot that a person means, in entries and in rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from snapmgr.errors import NotFound, UsageError
from snapmgr.snapshots.find import find_snapshot
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.model import SnapshotRow
from tests.corpus import unpack_image


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
