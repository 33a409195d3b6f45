"""The preferences dialog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QListWidget, QToolButton

from ui.main_window import MainWindow
from ui.shell.preferences.dialog import PreferencesDialog
from ui.shell.settings import SETTINGS


@pytest.fixture
def dialog(window: MainWindow) -> Iterator[PreferencesDialog]:
    window.context.actions.run("app.settings")
    found = window.findChild(PreferencesDialog)
    yield found
    found.close()


def test_every_setting_has_an_editor_with_a_name(dialog: PreferencesDialog) -> None:
    for setting in SETTINGS:
        control = dialog.findChild(object, setting.id)
        assert control is not None, setting.id


def test_a_change_from_elsewhere_is_shown(dialog: PreferencesDialog, window: MainWindow) -> None:
    window.context.actions.run("theme.light")
    assert dialog.findChild(object, "appearance.theme").current() == "light"
    window.settings.set("appearance.font_size", 17)
    assert dialog.findChild(object, "appearance.font_size").findChild(QLineEdit).text() == "17"


def test_a_change_applies_at_once(dialog: PreferencesDialog, window: MainWindow, qtbot: Any) -> None:
    field = dialog.findChild(object, "appearance.font_size").findChild(QLineEdit)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert window.settings["appearance.font_size"] == 14 and field.text() == "14"
    field.setText("15")
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    light = [b for b in dialog.findChild(object, "appearance.theme").findChildren(QToolButton) if b.text() == "Light"]
    qtbot.mouseClick(light[0], Qt.MouseButton.LeftButton)
    assert window.settings["appearance.theme"] == "light"
    switch = dialog.findChild(QCheckBox, "files.reopen")
    switch.click()
    assert window.settings["files.reopen"] is False and switch.text() == "Off"


def test_a_search_leaves_what_fits(dialog: PreferencesDialog) -> None:
    dialog.field.setText("backing")
    shown = {id for id, row in dialog._rows.items() if row.isVisible()}
    assert shown == {"files.allow_roots"}
    dialog.field.setText("nothing like it")
    assert dialog._none.isVisible() and "nothing like it" in dialog._none.text()


def test_folders_are_added_once_and_removed(dialog: PreferencesDialog, window: MainWindow, tmp_path: Any) -> None:
    editor = dialog.findChild(object, "files.allow_roots")
    editor.add(str(tmp_path))
    editor.add(str(tmp_path))
    assert window.settings["files.allow_roots"] == (str(tmp_path.resolve()),)
    folders = editor.findChild(QListWidget)
    assert not editor._remove.isEnabled() and editor._remove.toolTip()
    folders.setCurrentRow(0)
    editor._remove.click()
    assert window.settings["files.allow_roots"] == ()


def test_pointing_at_a_setting_puts_the_keyboard_there(dialog: PreferencesDialog) -> None:
    dialog.show_setting("files.reopen")
    assert dialog.focusWidget() is dialog.findChild(QCheckBox, "files.reopen")
