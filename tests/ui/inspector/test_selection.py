"""One selection, and the way back."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from ui.inspector.selection import HISTORY, Selection, SelectionModel


def at(offset: int, origin: str = "tree") -> Selection:
    return Selection(offset, 1, (offset,), None, origin)


def test_everyone_is_told_once_and_who_it_was(dressed: QApplication) -> None:
    model = SelectionModel()
    told: list[Selection] = []
    model.changed.connect(told.append)
    model.select(at(1))
    model.select(at(1, "bytes"))
    assert told == [at(1)], "the same place again is no news"


def test_back_and_forward(dressed: QApplication) -> None:
    model = SelectionModel()
    assert not model.can_go_back and model.current is None
    for offset in (1, 2, 3):
        model.select(at(offset))
    model.back()
    model.back()
    assert model.current is not None and model.current.offset == 1 and not model.can_go_back
    model.forward()
    assert model.current.offset == 2 and model.can_go_forward
    model.select(at(9))
    assert not model.can_go_forward, "a new place ends what was forward"
    model.back()
    assert model.current.offset == 2


def test_one_movement_is_one_step_back(dressed: QApplication) -> None:
    model = SelectionModel()
    model.select(at(1))
    for offset in (10, 11, 12):
        model.select(at(offset, "bytes"), joined=True)
    assert model.current is not None and model.current.offset == 12
    model.back()
    assert model.current.offset == 1
    model.forward()
    model.select(at(20, "bytes"), joined=True)
    model.back()
    assert model.current.offset == 12, "what came from the history is not overwritten"


def test_history_is_bounded(dressed: QApplication) -> None:
    model = SelectionModel()
    for offset in range(HISTORY * 2):
        model.select(at(offset))
    steps = 0
    while model.can_go_back:
        model.back()
        steps += 1
    assert steps == HISTORY - 1
