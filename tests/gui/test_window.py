"""Clicks and keys on the real window."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QSpinBox, QToolButton, QWidget

from ui.main_window import MainWindow
from ui.shell.actions import Menu, plain
from ui.shell.documents import Document, DocumentKind
from ui.shell.notices import Tone
from ui.shell.palette_sources import PaletteSources
from ui.start.page import RecentRow
from ui.theme import palette
from ui.theme.resources import resource

Drive = Callable[..., Any]
VIEWS = ("start", "snapshots", "inspector", "migration")


async def settle(window: MainWindow) -> None:
    for _ in range(5):
        await asyncio.sleep(0)
    await window.context.tasks.idle()
    for _ in range(5):
        await asyncio.sleep(0)


def test_the_first_run_opens_the_demo_stream_with_one_click(window: MainWindow, drive: Drive, qtbot: Any) -> None:
    page = window.context.page("start")
    qtbot.mouseClick(page.demo, Qt.MouseButton.LeftButton)
    drive(settle(window))
    assert window.context.view == "inspector"
    document = window.context.current.document()
    assert document is not None and document.sources == (str(resource("demo", "demo.mig")),)
    assert window.windowTitle() == "demo.mig – Snapmgr"
    assert [one.label for one in window.context.documents.recents()] == ["demo.mig"]
    assert not [notice for notice in window.context.notices.history if notice.tone is Tone.ERROR]


def test_every_action_is_in_the_palette(window: MainWindow) -> None:
    entries = {entry.key for entry in PaletteSources(window.context, window.show_settings).commands()}
    for view in VIEWS:
        window.show_view(view)
    made = {
        action.objectName() for action in window.findChildren(QAction) if action.objectName() in window.context.actions
    }
    assert made and made <= entries
    strangers = [action.text() for action in window.actions() if action.objectName() not in window.context.actions]
    assert strangers == []


def test_every_menu_item_is_a_declared_action(window: MainWindow) -> None:
    def items(menu: QMenu) -> list[QAction]:
        found = []
        for action in menu.actions():
            if action.menu() is not None and action.menu() is not window.top_row.recent:
                found += items(action.menu())
            elif not action.isSeparator() and action.menu() is None:
                found.append(action)
        return found

    for menu in window.top_row.menus.values():
        assert items(menu)
        for action in items(menu):
            assert action is window.context.actions[action.objectName()]


def test_no_two_actions_of_a_view_share_a_shortcut(window: MainWindow) -> None:
    for view in VIEWS:
        mine = [action for action in window.context.actions if action.view in (None, view)]
        keys = Counter(QKeySequence(key).toString() for action in mine for key in action.keys)
        assert [key for key, count in keys.items() if count > 1] == [], view
        assert "" not in keys, "a shortcut that Qt does not understand"


def menus_of(menu: QMenu) -> list[QMenu]:
    return [menu, *(one for action in menu.actions() if action.menu() is not None for one in menus_of(action.menu()))]


def letters(menu: QMenu) -> list[str]:
    """The letter of every entry, empty where it has none."""
    texts = [action.text().replace("&&", "") for action in menu.actions() if not action.isSeparator()]
    return [text.partition("&")[2][:1].lower() for text in texts]


def test_every_entry_of_a_menu_has_a_letter_of_its_own(window: MainWindow) -> None:
    for number in range(12):
        sources = (f"/lab/{number}/a & b.qcow2", f"/lab/{number}/{number}.qcow2")
        window.context.documents.remember(Document(DocumentKind.DISKS, sources))
    window.top_row.recent.fill()
    found = [one for menu in window.top_row.menus.values() for one in menus_of(menu)]
    assert {plain(menu.title()) for menu in found} >= {"File", "Recent", "Appearance", "Copy as"}
    for menu in found:
        mine = letters(menu)
        assert all(mine) and len(mine) == len(set(mine)), (menu.title(), mine)
    titles = [menu.title for menu in Menu]
    assert len({title.partition("&")[2][0].lower() for title in titles}) == len(titles)


def test_the_menus_of_a_stream_have_letters_too(window: MainWindow, drive: Drive) -> None:
    window.context.open(resource("demo", "demo.mig"))
    drive(settle(window))
    found = [menu for menu in window.context.page("inspector").findChildren(QMenu) if menu.actions()]
    assert len(found) >= 2
    for menu in found:
        mine = letters(menu)
        assert all(mine) and len(mine) == len(set(mine)), mine


def test_without_recent_files_their_menu_says_so(window: MainWindow) -> None:
    item = window.top_row.recent.menuAction()
    assert not item.isEnabled() and item.toolTip() == "Recent\nNo recent files"
    assert item.statusTip() == window.context.actions.reason("file.forget") == "No recent files"
    window.context.documents.remember(Document(DocumentKind.STREAM, ("/lab/vm.mig",)))
    assert item.isEnabled() and item.toolTip() == "Recent"


def test_recent_files_that_are_called_alike_are_told_apart(window: MainWindow) -> None:
    for folder in ("b", "a"):
        window.context.documents.remember(Document(DocumentKind.STREAM, (f"/lab/{folder}/vm.mig",)))
    recent = window.top_row.recent
    recent.fill()
    assert [action.text() for action in recent.actions()] == ["&1  vm.mig\t/lab/a", "&2  vm.mig\t/lab/b"]
    assert recent.actions()[0].toolTip() == "/lab/a/vm.mig"


@pytest.mark.parametrize("view", VIEWS)
def test_a_disabled_action_says_why(window: MainWindow, view: str) -> None:
    window.show_view(view)
    for action in window.context.actions:
        item = window.context.actions[action.id]
        reason = window.context.actions.reason(action.id)
        assert item.isEnabled() == (not reason), action.id
        if reason:
            assert reason in item.toolTip() and item.statusTip() == reason
            assert reason[0].isupper() and not reason.endswith("."), reason
        assert plain(action.text).rstrip("…") in item.toolTip()


ASKS_FIRST = {
    "file.open", "file.open-folder", "snapshot.export", "snapshot.add_disk", "demo.reset", "demo.end", "stream.export",
    "stream.save_block", "stream.copy_as", "snapshot.save", "snapshot.load", "snapshot.delete",
    "snapshot.delete_old", "snapshot.finish", "migration.cancel", "migration.save", "migration.open",
    "stream.check_against", "stream.save_repaired", "stream.save_page", "compare.export",
}  # fmt: skip


def test_what_asks_before_it_acts_ends_in_three_dots_and_nothing_else_does(window: MainWindow) -> None:
    dotted = {action.id for action in window.context.actions if action.title.endswith("…")}
    assert dotted == ASKS_FIRST


def test_a_disabled_action_cannot_be_run(window: MainWindow) -> None:
    assert window.context.actions.reason("file.close")
    window.context.actions.run("file.close")
    assert window.context.view == "start"


def test_the_theme_switches_at_once_and_is_kept(window: MainWindow, make_window: Callable[..., MainWindow]) -> None:
    window.context.actions.run("theme.light")
    assert not palette.is_dark()
    window.context.actions.run("theme.dark")
    assert palette.is_dark()
    assert window.context.settings["appearance.theme"] == "dark"
    again = make_window()
    assert again.settings["appearance.theme"] == "dark"


def test_text_grows_and_says_when_it_cannot(window: MainWindow, drive: Drive) -> None:
    for _ in range(20):
        window.context.actions.run("view.larger")
    drive(settle(window))
    assert window.settings["appearance.font_size"] == 22
    assert "largest" in window.context.actions["view.larger"].toolTip()


def test_rail_and_keys_go_through_the_views(window: MainWindow, qtbot: Any) -> None:
    for button, view in zip(window.rail.buttons(), ("snapshots", "inspector", "migration"), strict=False):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert window.context.view == view and button.isChecked()
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert window.context.view == "start"


def test_the_rail_shows_icons_only_in_a_narrow_window(window: MainWindow) -> None:
    window.resize(1024, 700)
    assert window.rail.width() == 48
    assert all(b.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly for b in window.rail.buttons())
    assert all(button.accessibleName() for button in window.rail.buttons())
    window.resize(1440, 900)
    assert window.rail.width() >= 72


def test_the_palette_runs_what_was_typed(window: MainWindow, drive: Drive, qtbot: Any) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    view = window.palette_view
    assert view.isVisible() and view.field.hasFocus()
    qtbot.keyClicks(view.field, "dark th")
    assert view.model.rows[1].entry.key == "theme.dark"
    qtbot.keyClick(view.field, Qt.Key.Key_Return)
    drive(settle(window))
    assert not view.isVisible()
    assert window.settings["appearance.theme"] == "dark"
    window.context.actions.run("tools.palette")
    assert view.model.rows[1].entry.key == "theme.dark", "recent first"
    qtbot.keyClick(view.field, Qt.Key.Key_Escape)
    assert not view.isVisible()


def test_the_keyboard_goes_to_the_page_that_is_shown(window: MainWindow, qtbot: Any) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    for key in (Qt.Key.Key_3, Qt.Key.Key_0):
        window.top_row.field.setFocus()
        qtbot.keyClick(window.top_row.field, key, Qt.KeyboardModifier.ControlModifier)
        page, focus = window.context.current, window.focusWidget()
        assert page is not None and page.isAncestorOf(focus), window.context.view


def test_enter_in_a_field_is_no_command_that_is_off(window: MainWindow, qtbot: Any) -> None:
    window.show_view("snapshots")
    said = window.context.notices.history
    fields = QLineEdit(), QSpinBox()
    for field in fields:
        field.setParent(window)
        field.show()
        field.setFocus()
        assert window.focusWidget() is field
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert not said, type(field)
    window.context.current.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Return)
    assert [one.text.partition(":")[0] for one in said] == ["Inspect"]


def test_the_palette_lists_disabled_commands_last_and_does_not_run_them(window: MainWindow, qtbot: Any) -> None:
    window.context.actions.run("tools.palette")
    view = window.palette_view
    entries = [row.entry for row in view.model.rows if row.entry is not None]
    reasons = [bool(entry.reason) for entry in entries]
    assert reasons == sorted(reasons) and any(reasons)
    view.field.setText(">close")
    assert view.model.rows[1].entry.reason
    qtbot.keyClick(view.field, Qt.Key.Key_Return)
    assert view.isVisible()


def test_the_palette_finds_settings_sections_and_says_when_there_is_nothing(window: MainWindow, drive: Drive) -> None:
    window.context.open(resource("demo", "demo.mig"))
    drive(settle(window))
    view = window.palette_view
    view.open("@ram")
    assert any(row.entry is not None for row in view.model.rows)
    view.open("text size")
    assert [row.entry.key for row in view.model.rows if row.entry] == ["setting:appearance.font_size"]
    view.open("night")
    assert [row.entry.key for row in view.model.rows if row.entry] == ["setting:appearance.theme"]
    view.open("zzzz")
    assert view.model.rows == [] and not view.list.isVisible()
    view.dismiss()


def test_the_group_with_the_exact_name_comes_first(window: MainWindow) -> None:
    view = window.palette_view
    view.open("theme")
    keys = [row.entry.key for row in view.model.rows if row.entry]
    assert keys[0] == "setting:appearance.theme" and "theme.dark" in keys[1:]
    view.dismiss()


def test_a_file_that_is_nothing_is_told_and_nothing_else_happens(
    window: MainWindow, drive: Drive, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader,")
    window.context.open(letter)
    drive(settle(window))
    notice = window.context.notices.history[-1]
    assert notice.tone is Tone.ERROR and notice.text == "Not opened: letter.txt"
    assert "neither a migration stream" in notice.detail
    assert window.toast.isVisible() and window.context.view == "start"
    assert "not-recognised" in notice.failure.report()


def test_a_stream_with_a_damaged_beginning_is_told_in_the_inspector(
    window: MainWindow, drive: Drive, tmp_path: Path
) -> None:
    stream = tmp_path / "guest.mig"
    stream.write_bytes(b"QEV")
    window.context.open(stream)
    drive(settle(window))
    assert window.context.view == "inspector"
    words = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "Not a migration stream" in words and any("51 45 56" in text for text in words)


def test_a_toast_that_takes_the_place_of_another_is_as_high_as_its_words(window: MainWindow) -> None:
    window.context.notify("First")
    first = window.toast.height()
    window.context.notify("Second")
    assert window.toast.height() == first > 20


def test_escape_dismisses_the_toast(window: MainWindow, qtbot: Any) -> None:
    window.context.notify("The report is on the clipboard")
    assert window.toast.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.toast.isVisible()
    assert window.context.notices.history[-1].text == "The report is on the clipboard"


def test_dropped_files_are_named_before_and_opened_after(window: MainWindow, drive: Drive) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(resource("demo", "demo.mig")))])
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), actions, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted() and window.drop.isVisible()
    assert window.drop.accessibleDescription() == "Open demo.mig in Inspector"
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), actions, data, buttons, keys))
    assert not window.drop.isVisible()
    drive(settle(window))
    assert window.context.view == "inspector"


def test_the_outline_of_a_drop_strikes_nothing_out(window: MainWindow) -> None:
    """It keeps to the window's edge, where nothing is written."""
    assert window.drop.show_for([str(resource("demo", "demo.mig"))])
    outline = palette.color("accent").name()
    picture = window.drop.grab().toImage()
    middle = picture.height() // 4
    drawn = [x for x in range(picture.width()) if picture.pixelColor(x, middle).name() == outline]
    assert drawn and all(x < 4 or x >= picture.width() - 4 for x in drawn)


def test_what_was_open_comes_back(make_window: Callable[..., MainWindow], drive: Drive) -> None:
    first = make_window()
    first.context.open(resource("demo", "demo.mig"))
    drive(settle(first))
    first.resize(800, 640)
    first.close()
    again = make_window()
    assert again.size().toTuple() == (800, 640)
    drive(again._reopen())
    assert again.context.view == "inspector"
    row = again.context.page("start").findChild(RecentRow)
    assert row.accessibleName() == "Open demo.mig in Inspector"


def test_closing_ends_what_runs(make_window: Callable[..., MainWindow], drive: Drive) -> None:
    window = make_window()
    running = window.context.tasks.start(asyncio.Event().wait(), "Wait for ever")

    async def life() -> None:
        living = asyncio.ensure_future(window.live([]))
        await asyncio.sleep(0)
        window.close()
        await living

    drive(life())
    assert running.cancelled() and window.context.tasks.closed


def test_an_error_in_an_action_is_told(window: MainWindow) -> None:
    def fails(context: object) -> None:
        raise ValueError("broken wire")

    window.context.run(fails, "Compare")
    notice = window.context.notices.history[-1]
    assert notice.tone is Tone.ERROR and "broken wire" in notice.detail
    assert "Traceback" in notice.failure.details


def test_tool_buttons_have_names(window: MainWindow) -> None:
    for view in VIEWS:
        window.show_view(view)
    nameless = [button for button in window.findChildren(QToolButton) if not (button.accessibleName() or button.text())]
    assert nameless == []


def test_no_part_of_a_page_is_ever_a_window_of_its_own(window: MainWindow, drive: Any, qapp: Any) -> None:
    class Shown(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                self.seen.append(type(watched).__name__)
            return False

    shown = Shown()
    qapp.installEventFilter(shown)
    try:
        for view in ("snapshots", "inspector", "migration", "start"):
            window.context.show_view(view)
            drive(window.context.tasks.idle())
    finally:
        qapp.removeEventFilter(shown)
    assert shown.seen == []
