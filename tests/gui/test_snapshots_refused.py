"""What cannot be done with the snapshots of an image is off and says why."""

from __future__ import annotations

import pytest

from tests import corpus
from tests.gui.changing import asked, click, plain, rows, state, strip
from tests.gui.desk import NOON, Desk
from tests.ui.snapshots.made import Entry, held, retabled
from ui.snapshots.save_dialog import SaveDialog
from ui.widgets.activity import ActivityState


@pytest.mark.parametrize(
    ("case", "off", "why"),
    [
        ("fmt-luks", {"save", "load", "delete", "rename"}, "encrypted"),
        ("fmt-bitmaps", {"load"}, "dirty bitmaps"),
        ("bad-corrupt-bit", {"save", "load", "delete", "rename"}, "marked as corrupt"),
        ("bad-refcount-low", {"save", "load", "delete", "rename"}, "damaged"),
    ],
)
def test_what_would_be_refused_is_off_and_says_why(desk: Desk, case: str, off: set[str], why: str) -> None:
    desk.open(desk.image(case))
    header = desk.page.header
    for name in ("save", "load", "delete", "rename"):
        button, reason = getattr(header, name), desk.window.context.actions.reason(f"snapshot.{name}")
        if not desk.names() and name != "save":
            assert not button.isVisible()
        elif name in off:
            assert not button.isEnabled() and why in reason and reason in button.toolTip()
            assert not reason.endswith(".")
        else:
            assert button.isEnabled(), reason


def test_a_disk_with_a_data_file_cannot_have_snapshots(desk: Desk) -> None:
    paths = corpus.unpack_image("fmt-data-file", desk.folder)
    desk.open(next(path for name, path in paths.items() if name.endswith(".qcow2")))
    assert "keeps its data in another file" in desk.window.context.actions.reason("snapshot.save")
    assert not desk.page.header.save.isEnabled()


def test_an_image_in_use_names_its_holder(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    with held(path, "qemu-system-x86") as pid:
        desk.open(path)
        for name in ("save", "load", "delete", "rename"):
            reason = plain(desk.window.context.actions.reason(f"snapshot.{name}"))
            assert f"vm-hmp-72.qcow2 is open in another process (qemu-system-x86, {pid})" in reason


def test_a_raw_disk_is_left_out_of_a_new_snapshot(desk: Desk) -> None:
    path, raw = desk.image("vm-hmp-72", "box-vda.qcow2"), desk.folder / "box-vdb.raw"
    raw.write_bytes(bytes(1 << 20))
    desk.open(path, raw)
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    assert not dialog.disks[str(raw)].isEnabled() and not dialog.disks[str(raw)].isChecked()
    click(desk, dialog.go)
    assert len(rows(path)) == 4 and raw.read_bytes() == bytes(1 << 20)


def test_a_snapshot_that_a_disk_misses_is_not_loaded(desk: Desk) -> None:
    one = retabled("vm-hmp-72", desk.folder / "box-vda.qcow2", [Entry("one", NOON)])
    two = retabled("vm-hmp-72", desk.folder / "box-vdb.qcow2", [Entry("two", NOON)])
    desk.open(one, two)
    desk.select("one")
    reason = plain(desk.window.context.actions.reason("snapshot.load"))
    assert reason == "Cannot be loaded: vdb has no snapshot of this name"
    assert not desk.window.context.actions.reason("snapshot.delete")


def test_a_vm_state_in_the_inspector_stands_in_the_way(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.window.context.actions.run("snapshot.inspect")
    desk.settle()
    desk.window.show_view("snapshots")
    desk.settle()
    reason = plain(desk.window.context.actions.reason("snapshot.save"))
    assert reason == "The Inspector has a VM state of vm-hmp-72.qcow2 open: close it there first"
    inspector = desk.window.context.page("inspector")
    assert inspector is not None
    inspector.close_document()
    desk.settle()
    click(desk, desk.page.header.save)
    click(desk, asked(desk, SaveDialog).go)
    assert len(rows(path)) == 4 and not desk.errors()


def test_who_takes_the_image_meanwhile_is_named_and_nothing_is_changed(desk: Desk) -> None:
    path, other = desk.image("vm-hmp-72", "box-vda.qcow2"), desk.image("vm-v2", "box-vdb.qcow2")
    desk.open(path, other)
    before = [path.read_bytes(), other.read_bytes()]
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    with held(other, "qemu-system-x86") as pid:
        click(desk, dialog.go)
        shown = desk.page.strip
        assert state(desk) is ActivityState.FAILED and strip(desk)[0] == "Not saved: box-vdb.qcow2"
        assert shown.details.isVisible()
        assert f"box-vdb.qcow2 is in use by qemu-system-x86, {pid}" in plain(shown.details.why.text())
        assert "The disks are as they were." in shown.details.why.text() and shown.details.hint.text()
        assert [path.read_bytes(), other.read_bytes()] == before
        click(desk, shown.more)
        assert not shown.details.isVisible()
        click(desk, shown.dismissal)
        assert shown.isHidden()


def test_an_image_that_is_gone_by_then_is_not_said_to_be_as_it_was(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    click(desk, desk.page.header.save)
    dialog = asked(desk, SaveDialog)
    path.unlink()
    click(desk, dialog.go)
    assert strip(desk)[1].endswith("There is no file vm-hmp-72.qcow2. Nothing was changed.")
