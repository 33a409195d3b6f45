"""The time that is left, as it is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.snapshots.time_left import EVERY, TimeLeft

STEPS = st.lists(st.tuples(st.floats(0.01, 2.0), st.floats(0.0, 500.0)), min_size=1, max_size=40)


def test_between_two_estimates_the_clock_goes_on() -> None:
    left = TimeLeft()
    assert left.show(None, 0.0) is None
    assert left.show(10.0, 1.0) == 10.0
    assert left.show(30.0, 1.5) == 9.5
    assert left.show(30.0, 2.0) == 12.0, "9 s and a third of it"
    assert left.show(5.0, 2.1) == 5.0, "better news are believed at once"
    assert left.show(None, 2.2) is None


@given(STEPS)
def test_it_never_jumps_back_by_more_than_a_third(steps: list[tuple[float, float]]) -> None:
    left, now, before = TimeLeft(), 0.0, None
    for wait, estimate in steps:
        now += wait
        shown = left.show(estimate, now)
        assert shown is not None and shown >= 0
        if before is not None:
            assert shown <= max(before, EVERY) * 4 / 3 + 1e-6
        before = shown
