"""How the columns of a table share its width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.widgets.shared_columns import Need, share

NAME, DATE, SIZE = range(3)
NEEDS = {NAME: Need(60, 200), DATE: Need(80, 80), SIZE: Need(50, 50)}
ORDER = (NAME, DATE, SIZE)


def test_the_name_gets_what_it_wants_first_and_takes_what_nobody_wants() -> None:
    assert share(330, NEEDS, ORDER) == {NAME: 200, DATE: 80, SIZE: 50}
    assert share(430, NEEDS, ORDER) == {NAME: 300, DATE: 80, SIZE: 50}
    assert share(430, NEEDS, ORDER, (DATE, SIZE)) == {NAME: 200, DATE: 130, SIZE: 100}


def test_the_name_is_shortened_before_a_column_goes_but_not_below_three_tenths() -> None:
    assert share(200, NEEDS, ORDER) == {NAME: 70, DATE: 80, SIZE: 50}
    assert share(189, NEEDS, ORDER) == {NAME: 109, DATE: 80}
    assert share(130, NEEDS, ORDER) == {NAME: 130}


def test_without_columns_there_is_nothing_to_share() -> None:
    assert share(100, {}, ORDER) == {}


@given(
    st.integers(0, 4000),
    st.lists(st.tuples(st.integers(1, 300), st.integers(0, 300)), min_size=1, max_size=9),
    st.lists(st.integers(0, 8)),
)
def test_all_of_the_room_is_used_and_never_more(room: int, sizes: list[tuple[int, int]], spare: list[int]) -> None:
    needs = {column: Need(least, least + more) for column, (least, more) in enumerate(sizes)}
    widths = share(room, needs, range(len(sizes)), tuple(dict.fromkeys(spare)))
    assert sum(widths.values()) == max(room, needs[0].least)
    assert list(widths) == list(range(len(widths)))
    assert all(width >= needs[column].least for column, width in widths.items())
