"""What is said about a run while it goes on."""

from __future__ import annotations

import pytest

from ui.migration.told import MIB, Rates, not_converging


@pytest.mark.parametrize(
    ("written", "throttles", "said"),
    [
        (23, False, "The guest writes 23 MiB/s, the link carries 16. It cannot finish."),
        (23, True, "The guest writes 23 MiB/s, the link carries 16. Auto-converge slows it down"),
        (7, True, "The guest writes 7.0 MiB/s, the link carries 16. Auto-converge slows it down"),
        (7, False, ""),
    ],
)
def test_a_migration_does_not_finish_where_the_guest_writes_more_than_the_link_carries(
    written: int, throttles: bool, said: str
) -> None:
    told = not_converging(Rates(sent=16 * MIB, written=written * MIB), throttles=throttles)
    assert told.startswith(said) and bool(told) == bool(said)


def test_nothing_is_worked_out_of_what_was_not_measured_yet() -> None:
    assert not_converging(Rates(), throttles=False) == not_converging(Rates(), throttles=True) == ""
