"""Who is told that something long has ended, and who is not."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

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


def test_without_a_tray_nothing_happens(window: QWidget) -> None:
    notices = DesktopNotices(window, lambda: True, lambda window: None)
    assert not notices.tell("Saved", "", LONG)
    assert system_tray(window) is None, "the pretended display has none"
