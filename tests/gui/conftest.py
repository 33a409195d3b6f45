"""What the tests of the window share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests import corpus
from tests.gui.desk import Desk
from tests.gui.driving import Drive, settle
from ui.inspector.page import InspectorPage
from ui.main_window import MainWindow
from ui.migration.page import MigrationPage


@pytest.fixture(autouse=True)
def no_screens_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a test is slow enough for screens to be drawn is nothing that it should depend on."""
    monkeypatch.setattr("ui.snapshots.drawing.PAUSE_MS", 1 << 30)


@pytest.fixture
def desk(window: MainWindow, drive: Callable[..., Any], qtbot: Any, tmp_path: Path) -> Iterator[Desk]:
    window.resize(1440, 900)
    with qtbot.waitActive(window):
        window.activateWindow()
    yield Desk(window, drive, qtbot, tmp_path)


@pytest.fixture
def opened(window: MainWindow, drive: Drive, tmp_path: Path, qtbot: QtBot) -> Callable[..., InspectorPage]:
    """``opened(name, damaged=False)``: the page with a corpus stream in it."""

    def open_stream(name: str, *, damaged: bool = False) -> InspectorPage:
        path = tmp_path / f"{name}.mig"
        path.write_bytes(corpus.stream_bytes(name, damaged=damaged))
        window.resize(1440, 900)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.context.open(path)
        drive(settle(window))
        page = window.context.page("inspector")
        assert isinstance(page, InspectorPage) and page.loaded is not None
        return page

    return open_stream


@pytest.fixture
def migration(window: MainWindow, qtbot: QtBot) -> MigrationPage:
    """The page, shown in a window of usual size."""
    window.resize(1440, 900)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_view("migration")
    page = window.context.page("migration")
    assert isinstance(page, MigrationPage)
    return page
