"""The guest's screen and libvirt's domain in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from snapmgr.errors import NotFound
from snapmgr.inspect.screen.picture import Screen
from tests import corpus
from tests.containers.test_libvirt import XML, saved
from tests.ui.inspector.conftest import Live
from ui.inspector import screen_dialog
from ui.inspector.screen_dialog import ScreenDialog

Stream = Callable[..., Path]


def test_the_screen_is_shown_copied_and_saved(
    live: Live, stream: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ("SeaBIOS (version 1.16)", "Booting from Hard Disk...")
    seen = Screen("0000:00:02.0/vga", np.full((400, 720, 3), 7, np.uint8), lines)
    monkeypatch.setattr(screen_dialog, "read_screen", lambda index, device: seen)
    live.open(stream("tiny.v100"))
    live.act("stream.screen")
    dialog = live.window.findChild(ScreenDialog)
    assert dialog is not None and dialog.found is not None and dialog.screen_view.isVisible()
    height, width, _ = dialog.found.picture.shape
    assert f"{width} × {height}" in dialog.about.full_text().replace("\u2068", "").replace("\u2069", "")
    dialog.copy.click()
    assert QGuiApplication.clipboard().image().size().toTuple() == (width, height)
    target = tmp_path / "screen.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    dialog.save.click()
    live.settle()
    assert QImage(str(target)).size().toTuple() == (width, height)
    dialog.copy_text.click()
    assert QGuiApplication.clipboard().text() == "\n".join(lines)
    dialog.accept()


def test_of_several_displays_one_is_chosen(live: Live, stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["0000:00:02.0/vga", "0000:00:03.0/vga", "0000:00:04.0/qxl"]
    shown = {name: Screen(name, np.full((80, 40 + at, 3), at, np.uint8), None) for at, name in enumerate(names[:2])}

    def read(index: object, device: str | None) -> Screen:
        if device == names[2]:
            raise NotFound("screen-off", f"{device} shows nothing")
        return shown[device or names[1]]

    monkeypatch.setattr(screen_dialog, "list_displays", lambda index: names)
    monkeypatch.setattr(screen_dialog, "read_screen", read)
    live.open(stream("tiny.v100"))
    live.act("stream.screen")
    dialog = live.window.findChild(ScreenDialog)
    assert dialog is not None and dialog.devices.isVisible() and dialog.devices.currentText() == names[1]
    for row, seen in enumerate([*shown.values(), None]):
        dialog.devices.setCurrentIndex(row)
        dialog.devices.activated.emit(row)
        live.settle()
        assert dialog.found is seen and dialog.none.isVisible() == (seen is None)
        assert dialog.devices.currentText() == names[row] and dialog.save.isEnabled() == (seen is not None)
    dialog.accept()


def test_a_stream_without_a_screen_says_why(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    live.act("stream.screen")
    dialog = live.window.findChild(ScreenDialog)
    assert dialog is not None and dialog.found is None and not dialog.save.isEnabled()
    assert dialog.none.isVisible() and "display" in dialog.none.text.text()
    dialog.accept()


def test_the_domain_that_libvirt_saved_has_a_tab(live: Live, stream: Stream, tmp_path: Path) -> None:
    live.open(stream("tiny.v100"))
    assert "libvirt" in live.context.actions.reason("stream.domain")
    path = tmp_path / "devbox.save"
    path.write_bytes(saved(corpus.stream_bytes("tiny.v100")))
    live.open(path)
    live.act("stream.domain")
    pane = live.page.content.bytes
    assert pane.domain is not None and pane.domain.isVisible() and pane.domain.toPlainText() == XML
    pane.show_bytes()
    assert pane.hex.isVisible() and not pane.domain.isVisible()
    live.act("stream.domain")
    live.open(stream("tiny.v72"))
    assert pane.tabs.count() == 2 and not pane.domain.isVisible()


def test_a_place_has_a_menu_of_its_own(live: Live, stream: Stream) -> None:
    live.open(stream("tiny.v100"))
    content = live.page.content
    for view in (content.tree.tree, content.bytes.hex):
        offered = {action.text().replace("&", "") for action in view.actions()}
        assert {"Copy", "Bookmark", "Compare", "Find selected bytes in RAM"} <= offered
        assert view.contextMenuPolicy() is Qt.ContextMenuPolicy.ActionsContextMenu


def test_the_tabs_have_room_for_their_words_from_the_start(live: Live, tmp_path: Path) -> None:
    path = tmp_path / "devbox.save"
    path.write_bytes(saved(corpus.stream_bytes("tiny.v100")))
    live.open(path)
    live.settle()
    bar = live.page.content.bytes.tabs
    assert bar.count() == 3 and bar.width() >= bar.sizeHint().width()
