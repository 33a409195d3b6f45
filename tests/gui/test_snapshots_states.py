"""What the Snapshots view says of images that change, are held, damaged, gone or of another kind."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from PySide6.QtCore import Qt

from tests import corpus
from tests.gui.desk import NOON, Desk, dialog_of
from tests.ui.snapshots.made import Entry, held, retabled
from ui.models.snapshot_rows import Column
from ui.shell.notices import Tone
from ui.shell.palette_sources import PaletteSources


def test_a_change_on_disk_is_shown_and_keeps_the_selection(desk: Desk) -> None:
    path = retabled("vm-hmp-72", desk.folder / "box.qcow2", [Entry("a", NOON), Entry("b", NOON + 1)])
    desk.open(path)
    desk.select("a")
    retabled("vm-hmp-72", path, [Entry("a", NOON), Entry("b", NOON + 1), Entry("c", NOON + 2)])
    desk.until(lambda: desk.page.list.model.total == 3)
    assert desk.names() == ["c", "b", "a"] and desk.page.snapshot.name() == "a"


def test_an_image_that_another_process_holds_says_so(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    with held(path) as pid:
        desk.open(path)
        assert f", {pid}" in desk.page.header.chip.text() and desk.page.header.chip.text().startswith("in use by ")
        assert "open in another process" in desk.page.machines.model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
        assert "Its snapshots can be looked at" in desk.words() and desk.names() == ["done", "work", "boot"]
        dialog = dialog_of(desk)
        assert dialog.go.isEnabled()
        dialog.when.setCurrentIndex(1)
        assert not dialog.go.isEnabled() and "being changed by" in dialog.message.text()
        dialog.reject()
    desk.page.shown.watch.look()
    desk.until(lambda: desk.page.header.chip.text() == "not in use")


@pytest.mark.qemu
def test_an_image_that_qemu_runs_on_names_it(desk: Desk) -> None:
    qemu = shutil.which("qemu-system-x86_64")
    if qemu is None:
        pytest.skip("needs qemu-system-x86_64")
    path = desk.image("vm-hmp-72")
    command = [
        qemu, "-nodefaults", "-no-user-config", "-display", "none", "-machine", "none", "-S",
        "-blockdev", f"driver=qcow2,node-name=d,file.driver=file,file.filename={path}", "-qmp", "stdio",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    try:
        assert b"QMP" in process.stdout.readline()
        desk.open(path)
        assert desk.page.header.chip.text() == f"in use by qemu-system-x86, {process.pid}"
        assert desk.names() == ["done", "work", "boot"]
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_an_encrypted_image_shows_its_list_only(desk: Desk) -> None:
    desk.open(desk.image("fmt-aes"))
    assert "fmt-aes is encrypted" in desk.words()
    assert "encrypted" in desk.window.context.actions.reason("snapshot.export")


def test_a_disk_whose_backing_file_is_missing_is_not_offered_for_export(desk: Desk) -> None:
    desk.open(desk.image("fmt-backing-missing"))
    reason = desk.window.context.actions.reason("snapshot.export")
    assert "fmt-backing-missing.base.raw does not exist. Put it back where the image expects it." in reason
    export = desk.page.header.export
    assert export.isVisible() and not export.isEnabled() and reason in export.toolTip()
    rows = PaletteSources(desk.window.context, desk.window.show_settings).rows(">export")
    entries = [row.entry for row in rows if row.entry is not None and row.entry.text.startswith("Export")]
    assert reason in [entry.reason for entry in entries], "the palette says it too"
    base = desk.folder / "fmt-backing-missing.base.raw"
    base.write_bytes(bytes(1 << 20))
    desk.until(export.isEnabled)  # it is noticed by itself
    assert desk.window.context.actions.reason("snapshot.export") == ""
    base.unlink()
    desk.until(lambda: not export.isEnabled())


def test_a_damaged_image_lists_its_problems(desk: Desk) -> None:
    desk.open(desk.image("fmt-backing-missing"))
    assert "is damaged: 1 problem" in desk.words() and not desk.errors()
    assert desk.page.header.chip.text() == "damaged"


def test_an_image_that_cannot_be_read_says_why_in_its_place(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72", "good.qcow2"))
    desk.open(desk.image("bad-unknown-incompat-named", "bad.qcow2"))
    words = desk.words()
    assert "Cannot be shown: bad.qcow2" in words and "holographic clusters" in words
    assert "Unsupported qcow2 feature(s)" in words, "QEMU’s own text"
    assert not desk.page.header.inspect.isVisible() and not desk.page.header.filter.isVisible()
    desk.page.choose((str(desk.folder / "good.qcow2"),))
    desk.settle()
    assert desk.names() == ["done", "work", "boot"] and desk.page.header.filter.isVisible()


def test_who_uses_a_disk_is_asked_again_without_reading_it_again(desk: Desk) -> None:
    desk.open(desk.image("bad-unknown-incompat-named", "bad.qcow2"))
    heard: list[str] = []
    desk.page.shown.watch.holders_changed.connect(lambda: heard.append("changed"))
    for _ in range(3):
        desk.page.shown.watch.look()
        desk.settle()
    assert heard == []
    with held(desk.folder / "bad.qcow2"):
        desk.page.shown.watch.look()
        desk.settle()
        assert heard == ["changed"]


def test_an_image_that_vanished_says_so(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    path.unlink()
    desk.window.context.actions.run("snapshot.reload")
    desk.settle()
    assert "Cannot be shown" in desk.words() and desk.page.header.chip.text() == "cannot be shown"
    desk.image("vm-hmp-72")
    desk.until(lambda: desk.page.list.model.total == 3 and desk.page.found is not None)


@pytest.mark.parametrize("case", [name for name in corpus.images() if name.startswith("other-")])
def test_a_foreign_image_is_refused_by_name(desk: Desk, case: str) -> None:
    desk.open(desk.image(case))
    if case == "other-magic-only":  # begins like a qcow2, so that it is explained in its place
        assert "Cannot be shown: other-magic-only.qcow2" in desk.words()
        return
    assert desk.page.document() is None
    notice = desk.window.context.notices.history[-1]
    assert notice.tone is Tone.ERROR and notice.detail
    kind = case.removeprefix("other-")
    if kind in ("vmdk", "qed", "vdi", "vhdx", "vpc", "qcow", "parallels"):
        assert kind in notice.detail


def test_a_raw_disk_among_others_is_listed_with_its_reason(desk: Desk) -> None:
    raw = desk.folder / "seed.raw"
    raw.write_bytes(bytes(1 << 20))
    desk.open(desk.image("vm-hmp-72"), raw)
    assert "seed" in desk.words() and "cannot hold snapshots" in desk.words() and desk.names()[0] == "done"


@pytest.mark.parametrize("case", [name for name in corpus.images() if name.startswith(("bad-", "names-", "vmstate-"))])
def test_every_odd_image_is_shown_or_explained(desk: Desk, case: str) -> None:
    """Nothing is raised into the loop, whatever the image holds, and every snapshot can be selected."""
    path = desk.image(case)
    desk.open(path)
    if desk.page.document() is None:
        assert desk.errors()
        return
    assert not desk.errors()
    for place in range(min(desk.page.list.model.rowCount(), 30)):
        desk.page.list.view.setCurrentIndex(desk.page.list.model.index(place, Column.NAME))
        desk.page.snapshot.look_into()
        desk.settle()
        assert desk.page.details.area.facts.value("Machine") not in ("", "…")
    desk.page.show_mode("table")
    desk.window.grab()
