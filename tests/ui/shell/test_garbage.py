"""Cycles are searched for in the thread of Qt, by the same thresholds."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from ui.shell.garbage import Garbage


class Knot:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def garbage(qapp: Any) -> Iterator[Garbage]:
    gc.collect()
    garbage = Garbage()
    yield garbage
    garbage.stop()


def test_the_automatic_search_is_off_until_it_stops(garbage: Garbage) -> None:
    assert not gc.isenabled()
    garbage.stop()
    assert gc.isenabled()


def test_nothing_is_searched_before_it_is_due_and_knots_go_when_it_is(garbage: Garbage) -> None:
    garbage.look()
    knot = weakref.ref(Knot())
    assert garbage.look() == 0 and knot() is not None
    kept = [Knot() for _ in range(gc.get_threshold()[0] + 1)]
    assert garbage.look() >= 1
    assert knot() is None and len(kept) > 1
