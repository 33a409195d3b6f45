"""Why a snapshot cannot be loaded, and how it is named so that nothing else is meant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapmgr.errors import ImageError, SnapmgrError, not_writable
from snapmgr.snapshots.find import tag_of
from tests.ui.snapshots.rows import NOON, device, machine, row
from ui.models.names import disk_labels
from ui.snapshots.about import state
from ui.snapshots.copying import details_text
from ui.snapshots.explain import in_use_text, remarks, source_of
from ui.snapshots.may_change import why_not_change, why_not_load, why_not_save
from ui.widgets.disk_list import device_lines

VDA, VDB, VDC = "/vm/box-vda.qcow2", "/vm/box-vdb.qcow2", "/vm/box-vdc.qcow2"
LABELS = disk_labels([VDA, VDB, VDC])


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def test_a_whole_snapshot_needs_no_remark() -> None:
    whole = row("a", on=(VDA, VDB))
    assert remarks(whole, machine(whole, devices=(device(VDA), device(VDB))), LABELS) == []


def test_a_missing_disk_is_named_with_what_to_do() -> None:
    part = row("a", on=(VDA,), missing=(VDB,))
    (remark,) = remarks(part, machine(part), LABELS)
    assert plain(remark.title) == "Cannot be loaded: vdb has no snapshot of this name"
    assert remark.qemu == "Snapshot 'a' does not exist in one or more devices"
    assert "Detach vdb" in plain(remark.text) and "other disk" in remark.text and remark.tone == "warn"


def test_several_missing_disks_are_listed() -> None:
    part = row("a", on=(VDA,), missing=(VDB, VDC))
    (remark,) = remarks(part, machine(part), LABELS)
    assert plain(remark.title) == "Cannot be loaded: vdb and vdc have no snapshot of this name"


def test_disks_that_differ_are_explained() -> None:
    part = row("a", on=(VDA, VDB), differs=("date differs: 12:00 on vda, 13:00 on vdb",))
    (remark,) = remarks(part, machine(part), LABELS)
    assert "different snapshots" in remark.title and "Date differs: 12:00 on vda, 13:00 on vdb." in remark.text


def test_disk_only_says_what_it_is_good_for() -> None:
    part = row("a", state=0)
    (remark,) = remarks(part, machine(part), LABELS)
    assert remark.tone == "info" and "no VM state" in remark.title and "Export…" in remark.text
    assert not remark.qemu  # without a machine nothing is refused
    (remark,) = remarks(part, replace(machine(part), owned=True), LABELS)
    assert remark.qemu == "This is a disk-only snapshot. Revert to it  offline using qemu-img"


def test_the_snapshot_that_qemu_would_load_instead_is_named() -> None:
    one, other = row("base", "2"), row("2", "5")
    (remark,) = remarks(other, machine(one, other), LABELS)
    assert plain(remark.title) == "QEMU would load another snapshot: “base”"
    assert remarks(one, machine(one, other), LABELS) == []


@pytest.mark.parametrize(
    ("name", "id", "others", "tag"),
    [
        ("before", "1", [], "before"),
        ("", "1", [("x", "2")], "id:1"),
        ("twice", "1", [("twice", "2")], "id:1"),
        ("2", "1", [("x", "2")], "id:1"),
        ("id:7", "1", [], "id:1"),
        ("a", "1", [("b", "1")], "a"),
        ("", "1", [("b", "1")], "name:"),
        ("a", "1", [("a", "1")], "nth:1:a"),
    ],
)
def test_a_tag_means_one_snapshot(name: str, id: str, others: list[tuple[str, str]], tag: str) -> None:
    mine = row(name, id, on=(VDA,))
    found = machine(mine, *(row(other, number, on=(VDA,)) for other, number in others))
    assert tag_of(mine, VDA, found) == tag
    assert source_of(mine, found) == f"{VDA}@{tag}"


def test_disk_only_does_not_offer_what_cannot_be_had() -> None:
    gone = ImageError("backing-missing", "the backing file base.raw does not exist")
    for closed, offered in ((None, True), (gone, False)):
        disk = row("a", on=(VDA,), state=0)
        (remark,) = remarks(disk, machine(disk, devices=(replace(device(VDA), closed=closed),)), LABELS)
        assert ("Export…" in remark.text) is offered


def test_a_disk_only_snapshot_has_nothing_to_inspect() -> None:
    mine = row("a", state=0)
    assert source_of(mine, machine(mine)) is None


def test_the_holder_is_named_where_it_is_known() -> None:
    assert "another process (qemu-system-x86, 4711)." in in_use_text(device(VDA, in_use="qemu-system-x86, 4711"))
    assert "another process." in in_use_text(device(VDA, in_use="another process"))


def test_copied_details_are_exact() -> None:
    mine = row("li\nne", "3", date=NOON, nsec=5, on=(VDA,), missing=(VDB,))
    text = details_text(mine, machine(mine, devices=(device(VDA), device(VDB))))
    lines = text.splitlines()
    assert "Snapshot: li\\nne" in lines and "VM state: 1048576 bytes" in lines and "VM clock: 1000000000 ns" in lines
    assert any(line.startswith("Date: 2026-11-23T") and ".000000005" in line for line in lines)
    assert f"Not on {VDB}" in lines


def test_copied_details_say_what_is_not_recorded_and_each_size() -> None:
    mine = replace(row("a", date=0, on=(VDA, VDB)), disk_size_differs="they differ")
    lines = details_text(mine, machine(mine, devices=(device(VDA), device(VDB)))).splitlines()
    assert "Date: not recorded" in lines
    assert sum("disk of 16777216 bytes" in line for line in lines) == 2


def test_a_disk_that_could_not_be_read_is_not_said_to_hold_none() -> None:
    error = ImageError("truncated", "the file ends early", path=VDA)
    line = device_lines((device(VDA, error=error),), {}, "binary")[0]
    assert (line.state, line.tint) == ("could not be read", "warn")
    foreign = ImageError("raw-disk", "it is a raw disk", path=VDA)
    assert "could not be read" not in device_lines((device(VDA, error=foreign),), {}, "binary")[0].state


def test_an_image_that_may_not_be_written_to_says_so_beside_its_name() -> None:
    fixed = SnapmgrError("read-only", "you may not write to the image")
    mine, other = device(fixed=fixed), device("/vm/vdb.qcow2")
    assert state(machine(devices=(mine,))).text == "read-only"
    assert state(machine(devices=(mine, other))).text == "not in use"


@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        (not_writable(VDB), "You may not write to box-vdb.qcow2. Check its permissions"),
        (ImageError("corrupt", "the image is marked as corrupt", path=VDB),
         "box-vdb.qcow2: The image is marked as corrupt"),
    ],
)  # fmt: skip
def test_of_several_disks_the_one_that_cannot_be_changed_is_named(fixed: SnapmgrError, said: str) -> None:
    mine = row("a", on=(VDA, VDB))
    found = machine(mine, devices=(device(VDA), device(VDB, fixed=fixed)))
    assert [plain(why_not_load(mine, found)), plain(why_not_change([mine], found))] == [said, said]
    assert plain(why_not_save(machine(devices=(device(VDB, fixed=fixed),)))) == said
    unloadable = machine(mine, devices=(device(VDA), device(VDB, unloadable=fixed)))
    assert plain(why_not_load(mine, unloadable)) == said
