"""What the tests of the window share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gui.desk import Desk
from ui.main_window import MainWindow


@pytest.fixture
def desk(window: MainWindow, drive: Callable[..., Any], qtbot: Any, tmp_path: Path) -> Iterator[Desk]:
    window.resize(1440, 900)
    with qtbot.waitActive(window):
        window.activateWindow()
    yield Desk(window, drive, qtbot, tmp_path)
