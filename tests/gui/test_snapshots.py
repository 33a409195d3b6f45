"""Clicks and keys on the Snapshots view, over images that QEMU wrote."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from snapmgr.work import CancelToken
from tests import corpus
from tests.ui.snapshots.made import Entry, case_with, held, retabled
from ui.main_window import MainWindow
from ui.models.snapshot_rows import Column, key_of
from ui.shell.documents import Document, DocumentKind
from ui.shell.notices import Tone
from ui.snapshots import presenter
from ui.snapshots.dialogs import ExportDialog
from ui.snapshots.page import SnapshotsPage

NOON = 1_795_435_200


class Desk:
    """The window with the Snapshots view, driven as by a person."""

    def __init__(self, window: MainWindow, drive: Callable[..., Any], qtbot: Any, folder: Path) -> None:
        self.window, self.drive, self.qtbot, self.folder = window, drive, qtbot, folder
        window.show_view("snapshots")
        page = window.context.page("snapshots")
        assert isinstance(page, SnapshotsPage)
        self.page = page

    def settle(self) -> None:
        async def settled() -> None:
            for _ in range(6):
                await asyncio.sleep(0)
            await self.window.context.tasks.idle()
            for _ in range(6):
                await asyncio.sleep(0)

        self.drive(settled())

    def until(self, condition: Callable[[], bool]) -> None:
        async def wait() -> None:
            while not condition():
                await asyncio.sleep(0.005)

        self.drive(wait())

    def image(self, case: str, called: str = "") -> Path:
        return case_with(case, self.folder / (called or f"{case}.qcow2"))

    def open(self, *paths: Path) -> None:
        self.window.context.open(*paths)
        self.settle()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.window.focusWidget() or self.window, key, modifier)
        self.settle()

    def select(self, name: str) -> None:
        assert self.page.found is not None
        row = next(row for row in self.page.found.rows if row.name == name)
        assert self.page.list.select(key_of(row))
        self.settle()

    def names(self) -> list[str]:
        model = self.page.list.model
        return [model.index(place, Column.NAME).data() for place in range(model.rowCount())]

    def words(self) -> str:
        """Everything that labels in the view say."""
        labels = self.page.findChildren(QLabel)
        texts = [getattr(part, "full_text", part.text)() for part in labels if part.isVisible()]
        return "\n".join(texts).replace("\u2068", "").replace("\u2069", "")

    def errors(self) -> list[str]:
        return [one.text for one in self.window.context.notices.history if one.tone is Tone.ERROR]


@pytest.fixture
def desk(window: MainWindow, drive: Callable[..., Any], qtbot: Any, tmp_path: Path) -> Iterator[Desk]:
    window.resize(1440, 900)
    with qtbot.waitActive(window):
        window.activateWindow()
    yield Desk(window, drive, qtbot, tmp_path)


def truth(case: str) -> dict[str, Any]:
    return next(iter(corpus.images()[case]["truth"].values()))


# --- opening and looking ---


def test_an_empty_view_says_what_it_is_for(desk: Desk) -> None:
    assert desk.page.empty.isVisible() and desk.page.document() is None
    assert "Open image…" in [
        button.text() for button in desk.page.empty.findChildren(type(desk.page.header.inspect).__base__)
    ]
    assert desk.window.context.actions.reason("snapshot.inspect") == "Select a snapshot first"


def test_an_image_is_listed_newest_first_and_the_first_is_selected(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    assert desk.names() == ["done", "work", "boot"]
    assert desk.page.snapshot.name() == "done"
    assert desk.page.header.name.full_text() == "vm-hmp-72.qcow2" and desk.page.header.chip.text() == "not in use"
    assert "1 disk, 16.0 MiB, qcow2" in desk.words()
    left, right = desk.page.status()
    assert "1 of 3 selected" in left and right == "3 snapshots, 3.71 MiB of VM state"
    assert not desk.errors()


def test_details_follow_the_keyboard(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.page.list.view.setFocus()
    desk.key(Qt.Key.Key_Down)
    assert desk.page.snapshot.name() == "work" and desk.page.details.area.name.full_text() == "work"
    facts = desk.page.details.area.facts
    assert facts.value("VM clock") == "00:00:00.054" and facts.value("ID") == "2"
    assert facts.value("icount") == "not recorded"
    desk.key(Qt.Key.Key_End)
    assert desk.page.snapshot.name() == "boot"


def test_the_machine_type_is_read_from_the_vm_state(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.until(lambda: desk.page.details.area.facts.value("Machine") == "pc-i440fx-7.2")


def test_timeline_and_table_share_one_selection(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.select("boot")
    desk.page.header.view_chosen.emit("table")
    grid = desk.page.list.grid
    assert grid.isVisible() and desk.page.snapshot.name() == "boot"
    grid.sort_wanted.emit(Column.NAME, False)
    assert desk.names() == ["boot", "done", "work"] and desk.page.snapshot.name() == "boot"
    assert grid.currentIndex().row() == 0
    desk.page.header.view_chosen.emit("timeline")
    assert desk.names() == ["done", "work", "boot"] and desk.page.list.timeline.currentIndex().row() == 2
    desk.page.header.view_chosen.emit("table")
    assert desk.names() == ["boot", "done", "work"], "the table keeps its order"


def test_the_filter_and_escape(desk: Desk) -> None:
    desk.open(desk.image("many-200"))
    desk.window.context.actions.run("view.filter")
    desk.qtbot.keyClicks(desk.page.header.filter, "1")
    narrowed = desk.names()
    assert 0 < len(narrowed) < 200 and f"{len(narrowed)} shown" in desk.page.status()[0]
    desk.qtbot.keyClicks(desk.page.header.filter, "no-such")
    assert "Nothing matches “1no-such”" in desk.words() and desk.page.snapshot.row() is None
    assert desk.page.escape()
    assert len(desk.names()) == 200 and desk.page.snapshot.row() is not None and not desk.page.escape()


def test_typing_goes_to_the_name(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.page.list.view.setFocus()
    desk.qtbot.keyClicks(desk.page.list.view, "bo")
    assert desk.page.snapshot.name() == "boot"


def test_the_palette_finds_snapshots(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    entries = desk.page.palette_entries("#")
    assert {entry.text for entry in entries} == {"boot", "work", "done"} and desk.page.palette_entries("@") == []
    next(entry for entry in entries if entry.text == "work").run()
    assert desk.page.snapshot.name() == "work"


def test_several_images_are_one_machine(desk: Desk) -> None:
    now = NOON
    one = retabled("vm-hmp-72", desk.folder / "box-vda.qcow2", [Entry("both", now), Entry("one", now + 9, like=1)])
    two = retabled("vm-hmp-72", desk.folder / "box-vdb.qcow2", [Entry("both", now, state=False)])
    desk.open(one, two)
    assert desk.page.header.name.full_text() == "box" and desk.names() == ["one", "both"]
    assert "Cannot be loaded: vdb has no snapshot of this name" in desk.words()
    assert not desk.page.list.timeline.isColumnHidden(Column.DISKS)
    desk.select("both")
    assert "Cannot be loaded" not in desk.words()
    assert "id 1, holds VM state" in desk.words()


def test_machines_are_kept_side_by_side(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72", "one.qcow2"))
    desk.open(desk.image("vm-v2", "two.qcow2"))
    assert [entry.name for entry in desk.page.machines.model.entries] == ["one.qcow2", "two.qcow2"]
    listed = desk.page.sources_pane.list
    listed.setFocus()
    desk.key(Qt.Key.Key_Up)
    assert desk.page.header.name.full_text() == "one.qcow2"
    desk.key(Qt.Key.Key_Up)
    assert desk.page.header.name.full_text() == "one.qcow2", "the heading takes no focus"
    desk.window.context.actions.run("file.close")
    assert desk.page.header.name.full_text() == "two.qcow2"
    desk.window.context.actions.run("file.close")
    assert desk.page.empty.isVisible()


def test_opened_machines_come_back(desk: Desk, make_window: Callable[..., MainWindow]) -> None:
    desk.open(desk.image("vm-hmp-72", "one.qcow2"))
    desk.open(desk.image("vm-v2", "two.qcow2"))
    desk.page.show_mode("table")
    desk.window.close()
    again = make_window()
    later = Desk(again, desk.drive, desk.qtbot, desk.folder)
    later.settle()
    assert {entry.name for entry in later.page.machines.model.entries} == {"one.qcow2", "two.qcow2"}
    assert later.page.list.mode == "table" and later.page.list.model.total == 3


# --- inspect ---


def test_enter_opens_the_vm_state_in_the_inspector(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    desk.select("work")
    desk.page.list.view.setFocus()
    desk.key(Qt.Key.Key_Return)
    assert desk.window.context.view == "inspector" and not desk.errors()
    assert desk.window.context.current.document() == Document(DocumentKind.STREAM, (f"{path}@work",))


def test_enter_in_the_filter_inspects_nothing(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.page.focus_filter()
    desk.key(Qt.Key.Key_Return)
    assert desk.window.context.view == "snapshots"


def test_a_disk_only_snapshot_says_why_it_cannot_be_inspected(desk: Desk) -> None:
    desk.open(desk.image("fmt-v3"))
    assert "no VM state" in desk.window.context.actions.reason("snapshot.inspect")
    header = desk.page.header
    assert not header.inspect.isEnabled() and "no VM state" in header.inspect.toolTip()
    assert (header.inspect.property("variant"), header.export.property("variant")) == ("ghost", "primary")


def test_one_button_is_primary(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    header = desk.page.header
    assert (header.inspect.property("variant"), header.export.property("variant")) == ("primary", "ghost")


# --- export ---


def dialog_of(desk: Desk) -> ExportDialog:
    desk.window.context.actions.run("snapshot.export")
    dialog = desk.window.findChild(ExportDialog)
    assert dialog is not None
    return dialog


@pytest.mark.parametrize("case", ["vm-hmp-72", "fmt-resized", "vm-two-disks-72"])
def test_an_exported_disk_is_what_the_guest_would_see(desk: Desk, case: str) -> None:
    desk.open(desk.image(case))
    for one in truth(case)["snapshots"]:
        desk.select(one["name"])
        dialog = dialog_of(desk)
        target = desk.folder / f"{one['id']}.raw"
        dialog.path.setText(str(target))
        assert dialog.go.isEnabled() and dialog.go.text() == "Export"
        desk.qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        desk.settle()
        disk = one["disk after -a"] if one["disk after -a"] != "same" else one["disk"]
        wanted = corpus.per_version(disk) if "7.2" in disk else disk
        assert target.stat().st_size == wanted["bytes"]
        assert hashlib.sha256(target.read_bytes()).hexdigest() == wanted["sha256"]
    history = desk.window.context.notices.history
    assert history[-1].tone is Tone.DONE and str(target) in history[-1].text and not desk.errors()


def test_the_disk_as_it_is_now_can_be_exported(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    dialog = dialog_of(desk)
    dialog.when.setCurrentIndex(1)
    target = desk.folder / "now.raw"
    dialog.path.setText(str(target))
    dialog.begin()
    desk.settle()
    wanted = corpus.per_version(truth("vm-hmp-72")["disk"])
    assert hashlib.sha256(target.read_bytes()).hexdigest() == wanted["sha256"]


def test_an_existing_file_is_named_before_it_is_replaced(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    dialog = dialog_of(desk)
    target = desk.folder / "old.raw"
    target.write_bytes(b"precious")
    dialog.path.setText(str(target))
    assert dialog.go.text() == "Replace file" and "will be replaced" in dialog.message.text()
    dialog.path.setText(str(path))
    assert not dialog.go.isEnabled() and "itself" in dialog.message.text()
    dialog.reject()
    assert target.read_bytes() == b"precious"


def test_a_cancelled_export_leaves_nothing_behind(desk: Desk, monkeypatch: Any) -> None:
    """The real export, stopped after its first piece."""
    desk.open(desk.image("vm-hmp-72"))
    before = set(desk.folder.iterdir())
    dialog = dialog_of(desk)
    dialog.path.setText(str(desk.folder / "new.raw"))
    written, go_on = threading.Event(), threading.Event()
    whole = presenter.write_disk

    def held_up(*arguments: Any, progress: Callable[[int, int], None], cancel: CancelToken) -> Any:
        def report(done: int, total: int) -> None:
            progress(done, total)
            written.set()
            assert go_on.wait(30)

        return whole(*arguments, progress=report, cancel=cancel)

    monkeypatch.setattr(presenter, "write_disk", held_up)
    dialog.begin()
    desk.until(written.is_set)
    desk.until(dialog.progress.isVisible)
    assert not dialog.go.isEnabled() and set(desk.folder.iterdir()) > before, "a part of it is there"
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible() and dialog.state.text() == "Cancelling…"
    go_on.set()
    desk.settle()
    assert dialog.message.text() == "Cancelled, nothing left behind." and dialog.stop.text() == "Close"
    assert set(desk.folder.iterdir()) == before and not desk.errors()
    dialog.reject()


def test_a_failed_export_says_why_and_stays(desk: Desk) -> None:
    path = desk.image("vm-hmp-72")
    desk.open(path)
    dialog = dialog_of(desk)
    dialog.path.setText(str(desk.folder / "new.raw"))
    path.unlink()
    dialog.begin()
    desk.settle()
    assert dialog.isVisible() and "Not exported" in dialog.message.text()
    assert "Nothing was left behind." in dialog.message.text() and not (desk.folder / "new.raw").exists()
    dialog.reject()


# --- states ---


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
    desk.page._watch.look()
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
    desk.page._watch.holders_changed.connect(lambda: heard.append("changed"))
    for _ in range(3):
        desk.page._watch.look()
        desk.settle()
    assert heard == []
    with held(desk.folder / "bad.qcow2"):
        desk.page._watch.look()
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


# --- many, narrow ---


def test_ten_thousand_snapshots_make_no_widgets(desk: Desk) -> None:
    entries = [Entry(f"auto-{n:05}", NOON - n * 300, n * 10**9, n % 3) for n in range(10_000)]
    desk.open(desk.image("vm-hmp-72", "few.qcow2"))
    few = len(desk.page.list.findChildren(object))
    desk.open(retabled("vm-hmp-72", desk.folder / "many.qcow2", entries))
    assert desk.page.list.model.rowCount() == 10_000
    desk.window.grab()
    assert len(desk.page.list.findChildren(object)) <= few + 4
    desk.page.header.filter.setText("09999")
    assert desk.names() == ["auto-09999"] and desk.page.snapshot.name() == "auto-09999"
    desk.page.header.filter.clear()
    assert desk.page.snapshot.name() == "auto-09999", "what was selected stays selected"


def test_a_narrow_window_folds(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    timeline, header = desk.page.list.timeline, desk.page.header
    assert not timeline.isColumnHidden(Column.CLOCK) and desk.page.sources_pane.isVisible()
    desk.window.resize(1024, 700)
    desk.settle()
    assert timeline.isColumnHidden(Column.CLOCK) and timeline.isColumnHidden(Column.STATE)
    assert header.machines.isVisible() and not desk.page.sources_pane.isVisible()
    desk.window.resize(800, 560)
    desk.settle()
    assert not desk.page.details.isVisible() and header.details.isVisible()
    desk.qtbot.mouseClick(header.details, Qt.MouseButton.LeftButton)
    desk.settle()
    assert desk.page.details.isVisible() and not desk.page.list.isVisible()
    desk.window.context.actions["snapshot.back"].trigger()
    assert desk.page.list.isVisible()


def test_the_combo_box_of_a_narrow_window_changes_the_machine(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72", "one.qcow2"))
    desk.open(desk.image("vm-v2", "two.qcow2"))
    machines = desk.page.header.machines
    assert [machines.itemText(place) for place in (0, 1)] == ["one.qcow2", "two.qcow2"] and machines.currentIndex() == 1
    machines.activated.emit(0)
    desk.settle()
    assert desk.page.header.name.full_text() == "one.qcow2"


def test_details_are_copied_as_text(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    desk.page.list.view.setFocus()
    desk.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    one = truth("vm-hmp-72")["snapshots"][2]
    text = QGuiApplication.clipboard().text()
    assert f"VM state: {one['vm_state_size']} bytes" in text and f"VM clock: {one['vm_clock_nsec']} ns" in text


def test_panes_and_names_for_those_who_do_not_see(desk: Desk) -> None:
    desk.open(desk.image("vm-hmp-72"))
    panes = desk.page.panes()
    assert len(panes) == 3 and all(pane.accessibleName() for pane in panes)
    spoken = desk.page.list.model.index(0, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("done, ") and "VM state 1.24 MiB" in spoken
