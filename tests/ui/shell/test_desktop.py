"""Who is told that something long has ended, and who is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ui.shell.desktop import LONG, DesktopNotices, system_tray


class FakeTray:
    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.shown = False

    def show(self) -> None:
        self.shown = True

    def hide(self) -> None:
        self.shown = False

    def showMessage(self, title: str, text: str, icon: QIcon, milliseconds: int) -> None:
        assert self.shown and milliseconds > 0
        self.said.append((title, text))


@pytest.fixture
def window(qapp: QApplication) -> QWidget:
    return QWidget()


def test_told_where_nobody_looks(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    tray, made = FakeTray(), []
    wanted = True
    notices = DesktopNotices(window, lambda: wanted, lambda window: made.append(window) or tray)
    assert not notices.tell("Saved “x”", "On one disk", LONG - 0.1) and not made, "short"
    assert notices.tell("Saved “x”", "On one disk", LONG)
    assert notices.tell("Not saved", "The disk is full", LONG * 9)
    assert tray.said == [("Saved “x”", "On one disk"), ("Not saved", "The disk is full")] and made == [window]
    notices._timer.timeout.emit()
    assert not tray.shown, "the icon goes with its message"
    monkeypatch.setattr(window, "isActiveWindow", lambda: True)
    assert not notices.tell("Saved", "", LONG), "somebody looks"
    monkeypatch.undo()
    wanted = False
    assert not notices.tell("Saved", "", LONG), "nobody wants to know"
    assert len(tray.said) == 2


def test_without_a_tray_notify_send_tells(
    window: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    program, said = tmp_path / "notify-send", tmp_path / "said"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{said}.part && mv {said}.part {said}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    notices = DesktopNotices(window, lambda: True, system_tray)
    assert notices.tell("-x & y", "a < b", LONG)
    qtbot.waitUntil(said.exists)
    assert said.read_text().splitlines()[2:] == ["--", "-x & y", "a &lt; b"]


def test_without_either_nothing_happens(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    notices = DesktopNotices(window, lambda: True, lambda window: None)
    assert not notices.tell("Saved", "", LONG)
    assert system_tray(window) is None, "the pretended display has no tray"
