"""Snapshot tables of several disks as rows."""

from __future__ import annotations

from snapmgr.snapshots.join import joined
from snapmgr.snapshots.model import DiskSnapshot


def entry(
    name: str, identity: str = "1", state: int = 0, date: int = 100, clock: int = 0, size: int = 1 << 20
) -> DiskSnapshot:
    return DiskSnapshot(identity, name, state, date, 5, clock, None, size)


def test_the_order_is_that_of_the_first_disk_and_then_what_others_add() -> None:
    rows = joined({"a": [entry("x"), entry("y")], "b": [entry("new"), entry("y"), entry("x")]})
    assert [row.name for row in rows] == ["x", "y", "new"]
    assert [row.missing for row in rows] == [(), (), ("a",)]
    assert list(rows[1].entries) == ["a", "b"]


def test_a_row_speaks_for_the_disk_with_the_vm_state() -> None:
    (row,) = joined({"a": [entry("x", "1", date=7)], "b": [entry("x", "4", state=99, date=8)]})
    assert (row.id, row.vm_state_size, row.date_sec) == ("4", 99, 8)
    assert row.state_device == "b" and not row.disk_only


def test_the_nth_of_a_doubled_name_belong_together() -> None:
    first, second = joined({"a": [entry("x", "1"), entry("x", "2")], "b": [entry("x", "1")]})
    assert [one.id for one in first.entries.values()] == ["1", "1"]
    assert list(second.entries) == ["a"] and second.missing == ("b",)


def test_one_disk_alone_misses_and_differs_in_nothing() -> None:
    (row,) = joined({"a": [entry("x")]})
    assert row.missing == () and row.differs == () and row.disk_only and row.state_device is None


def test_differences_are_said_with_the_disks() -> None:
    (row,) = joined(
        {"/d/root.qcow2": [entry("x", "1", 1, 1, 10**9)], "/d/data.qcow2": [entry("x", "3", 1, 86400, 2 * 10**9)]}
    )
    assert row.differs == (
        "id differs: 1 on root.qcow2, 3 on data.qcow2",
        "date differs: 1970-01-01 00:00:01.000000005 UTC on root.qcow2, "
        "1970-01-02 00:00:00.000000005 UTC on data.qcow2",
        "VM clock differs: 1.000000000 s on root.qcow2, 2.000000000 s on data.qcow2",
        "VM state on more than one disk: root.qcow2, data.qcow2",
    )


def test_disks_of_the_same_name_are_told_apart_by_their_folders() -> None:
    (row,) = joined({"/a/disk": [entry("x", "1")], "/b/disk": [entry("x", "2")]})
    assert row.differs == ("id differs: 1 on /a/disk, 2 on /b/disk",)


def test_the_latest_date_that_a_table_can_hold() -> None:
    (row,) = joined({"a": [entry("x", date=(1 << 32) - 1)], "b": [entry("x", date=0)]})
    assert "2106-02-07" in row.differs[0]
    assert row.differs[0].endswith(", not recorded on b")


def test_a_date_or_clock_of_zero_says_nothing() -> None:
    (row,) = joined({"a": [entry("x", date=0)]})
    assert not row.dated and not row.entries["a"].dated and not row.clocked
    (row,) = joined({"a": [entry("x", date=1, clock=1)]})
    assert row.dated and row.entries["a"].dated and row.clocked
    (row,) = joined({"a": [entry("x", state=9)]})
    assert row.clocked


def test_the_size_of_each_disk_is_kept_and_a_difference_is_no_fault() -> None:
    (row,) = joined({"/d/root": [entry("x", size=4096)], "/d/data": [entry("x", size=8192)], "/d/more": []})
    assert row.disk_sizes == {"/d/root": 4096, "/d/data": 8192}
    assert row.disk_size_differs == "disk size differs: 4096 bytes on root, 8192 bytes on data"
    assert row.differs == ()
    (alike,) = joined({"/d/root": [entry("x")], "/d/data": [entry("x")]})
    assert alike.disk_size_differs == ""
