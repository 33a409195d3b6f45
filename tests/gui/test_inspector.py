"""The Inspector in the real window: what a person does with keys and pointer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from tests import corpus
from tests.gui.driving import Drive, settle
from ui.inspector.checking import CheckDialog
from ui.inspector.page import InspectorPage
from ui.inspector.states import ErrorState
from ui.main_window import MainWindow
from ui.shell.documents import Document, DocumentKind
from ui.shell.notices import Tone
from ui.shell.palette_sources import PaletteSources


def damaged() -> str:
    known = corpus.streams()["damaged"]
    return next(name for name in ("damaged-footer-byte.v72", "damaged-footer-byte.v100") if name in known)


class Windows(QObject):
    """Names of what was shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


def test_no_part_of_the_page_flashes_up_as_a_window(window: MainWindow, drive: Drive, qapp: QApplication) -> None:
    watch = Windows()
    qapp.installEventFilter(watch)
    window.show_view("inspector")
    drive(settle(window))
    qapp.removeEventFilter(watch)
    assert watch.shown == []


def test_a_stream_is_opened_and_its_problem_read(
    window: MainWindow, opened: Callable[..., InspectorPage], drive: Drive, qtbot: QtBot
) -> None:
    page = opened(damaged(), damaged=True)
    assert window.context.view == "inspector" and "1 error" in window.status_left.full_text()
    assert "selected at" in window.status_right.text()
    qtbot.mouseClick(page.content.problems.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 20))
    drive(settle(window))
    assert (
        page.content.problems.explanation.isVisible()
        and "Missing section footer" in page.content.problems.explanation.qemu.text()
    )


def test_keys_go_to_an_offset_and_back(
    window: MainWindow, opened: Callable[..., InspectorPage], drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    qtbot.keyClick(window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    drive(settle(window))
    assert page.content.bytes.offset.hasFocus()
    qtbot.keyClicks(page.content.bytes.offset, "B000")
    qtbot.keyClick(page.content.bytes.offset, Qt.Key.Key_Return)
    drive(settle(window))
    assert page.content.bytes.hex.selection == (0xB000, 1) and page.content.bytes.hex.hasFocus()
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    drive(settle(window))
    assert page.content.bytes.hex.selection == (0, 8)


def test_esc_leaves_the_offset_as_it_was_and_goes_back(
    window: MainWindow, opened: Callable[..., InspectorPage], drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    field, bytes_of, tree = page.content.bytes.offset, page.content.bytes.hex, page.content.tree
    tree.find.setFocus()
    tree.find.setText("env")
    drive(settle(window))
    for widget in (tree.tree, bytes_of, page.content.bar):
        widget.setFocus()
        before = field.text()
        qtbot.keyClick(window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(field, "zz")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert field.hasFocus() and field.property("fault") is True
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        assert widget.hasFocus() and field.text() == before and field.property("fault") is False
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert bytes_of.hasFocus() and tree.find.text() == "env", "that Esc was for the field alone"


def test_the_filter_is_typed_walked_and_left(
    window: MainWindow, opened: Callable[..., InspectorPage], drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    drive(settle(window))
    assert page.content.tree.find.hasFocus()
    qtbot.keyClicks(page.content.tree.find, "env.eip")
    drive(settle(window))
    assert page.content.tree.find.said() == "1 match"
    qtbot.keyClick(page.content.tree.find, Qt.Key.Key_Return)
    qtbot.keyClick(page.content.tree.find, Qt.Key.Key_Escape)
    drive(settle(window))
    node = page.content.tree.node()
    assert page.content.tree.find.text() == "" and node is not None and node.name == "env.eip"


def test_copy_in_the_tree_and_in_the_bytes(
    window: MainWindow, opened: Callable[..., InspectorPage], drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    page.links.select_bytes(4, 4, "go to")
    drive(settle(window))
    page.content.tree.tree.setFocus()
    qtbot.keyClick(page.content.tree.tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    drive(settle(window))
    assert QApplication.clipboard().text() == "version = 0x00000003 (3)"
    page.content.bytes.hex.setFocus()
    qtbot.keyClick(page.content.bytes.hex, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    drive(settle(window))
    assert QApplication.clipboard().text() == "00 00 00 03"


def test_the_segments_change_what_is_shown(
    window: MainWindow, opened: Callable[..., InspectorPage], drive: Drive, qtbot: QtBot
) -> None:
    page = opened("tiny.v100")
    for button, widget in (
        ("RAM", page.content.memory),
        ("Records", page.content.records),
        ("Structure", page.content.tree),
    ):
        part = next(part for part in page.content.header.views._buttons.values() if part.text() == button)
        qtbot.mouseClick(part, Qt.MouseButton.LeftButton)
        drive(settle(window))
        assert widget.isVisible()
    assert page.content.ram.selected() == "pc.ram"


def test_an_image_without_that_snapshot_offers_those_it_has(window: MainWindow, drive: Drive, tmp_path: Path) -> None:
    name = next(name for name in ("vm-mixed", "vm-hmp-72", "vm-hmp-100") if name in corpus.images())
    image = next(path for path in corpus.unpack_image(name, tmp_path).values() if path.suffix == ".qcow2")
    document = Document(DocumentKind.STREAM, (f"{image}@no-such-snapshot",))
    drive(window.context.documents.show(document))
    drive(settle(window))
    page = window.context.page("inspector")
    assert isinstance(page, InspectorPage)
    error = page.error
    assert isinstance(error, ErrorState) and window.context.documents.recents() == []
    rows = [error.snapshots.item(row) for row in range(error.snapshots.count())]
    state = next(row for row in rows if row.data(Qt.ItemDataRole.UserRole))
    source = state.data(Qt.ItemDataRole.UserRole)
    error.snapshots.itemActivated.emit(state)
    drive(settle(window))
    assert page.loaded is not None and page.loaded.index.source.container == "qcow2"
    assert "in qcow2" in page.content.header.facts.full_text()
    assert not [notice for notice in window.context.notices.history if notice.tone is Tone.ERROR]
    assert [one.sources for one in window.context.documents.recents()] == [(source,)]


def test_a_place_that_is_none_is_said_and_nothing_moves(opened: Callable[..., InspectorPage], qtbot: QtBot) -> None:
    page = opened("tiny.v72")
    field, before = page.content.bytes.offset, page.content.bytes.hex.selection
    for text, word in (("zz", "No offset"), ("fffffffff", "The stream ends at")):
        field.setText(text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert field.toolTip().startswith(word) and field.property("fault") is True
        assert page.content.bytes.hex.selection == before
    field.setText("10")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.toolTip().startswith("An offset in hex") and page.content.bytes.hex.selection[0] == 0x10


def test_the_palette_goes_to_an_offset(opened: Callable[..., InspectorPage], window: MainWindow) -> None:
    page = opened("tiny.v72")
    rows = PaletteSources(window.context, window.show_settings).rows("@1000")
    next(row.entry for row in rows if row.entry is not None).run()
    assert page.content.bytes.hex.selection[0] == 0x1000


def test_sizes_follow_the_units_of_the_settings(opened: Callable[..., InspectorPage], window: MainWindow) -> None:
    page = opened("tiny.v72")
    window.settings.set("appearance.units", "decimal")
    assert "kB" in page.content.header.facts.text() and "KiB" not in page.content.header.facts.text()
    window.settings.set("appearance.units", "binary")
    assert "KiB" in page.content.header.facts.text()


def test_captured_channels_are_opened_from_the_menu(
    window: MainWindow, drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = corpus.lay_out("postcopy.v72", tmp_path)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    window.resize(1440, 900)
    window.context.actions["file.open-folder"].trigger()
    drive(settle(window))
    page = window.context.page("inspector")
    assert isinstance(page, InspectorPage) and page.loaded is not None
    assert "2 channels" in page.content.header.facts.full_text()
    first_back = page.loaded.index.channels[1].offset
    page.links.select_bytes(first_back + 4, 4, "bytes")
    drive(settle(window))
    assert f"{first_back + 4:08X}, conn0.rev 00000004" in window.status_right.text()
    assert [node.name for node in page.loaded.index.tree.roots][-2:] == ["REQ_PAGES", "SHUT"]


def test_who_opens_a_stream_can_go_on_with_the_keyboard_and_sees_what_it_was_checked_against(
    window: MainWindow, opened: Callable[..., InspectorPage], drive: Drive, qtbot: QtBot, tmp_path: Path
) -> None:
    page = opened("tiny.v100")
    assert page.content.tree.tree.hasFocus()
    target = tmp_path / "other.mig"
    target.write_bytes(corpus.stream_bytes("tiny.v100"))
    window.context.actions.run("stream.check_against")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, CheckDialog)
    dialog.target.setText(str(target))
    dialog.go.click()
    drive(settle(window))
    assert page.loaded is not None and page.loaded.against == str(target)
    assert page.content.header.facts.full_text().startswith("checked against ")
    window.context.actions.run("stream.reload")
    drive(settle(window))
    assert page.loaded.against == "" and "checked" not in page.content.header.facts.full_text()
