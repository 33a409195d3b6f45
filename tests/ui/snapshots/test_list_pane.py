"""The list of snapshots tells of its selection."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QAction

from tests.ui.snapshots.rows import machine, row
from ui.snapshots.list_pane import ListPane


def test_a_list_that_is_read_again_tells_once_what_is_selected(qtbot: Any) -> None:
    """Whoever is told says everything of it anew."""
    pane = ListPane(lambda: 0.0, QAction("Save"))
    qtbot.addWidget(pane)
    told: list[int] = []
    pane.selected_changed.connect(lambda: told.append(len(pane.selected_rows())))
    pane.show_list(machine(row("one"), row("two", "2")))
    assert told == [1]
    pane.show_list(machine(row("one"), row("two", "2"), row("three", "3")))
    assert told == [1, 1]
    pane.forget_selection()
    assert told[-1] == 0
