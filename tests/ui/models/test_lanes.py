"""Lines of the timeline: each leads from a snapshot to what it came from, and to nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ui.models.lanes import FOLDED, MOST_LANES, RowLanes, among, by_date, lanes_of


@st.composite
def families(draw: st.DrawFn, most: int = 24) -> tuple[list[int | None], list[bool], int | None, bool]:
    count = draw(st.integers(0, most))
    parents = [
        draw(st.one_of(st.none(), st.integers(place + 1, count - 1) if place + 1 < count else st.none()))
        for place in range(count)
    ]
    known = [parent is not None or draw(st.booleans()) for parent in parents]
    current = draw(st.one_of(st.none(), st.integers(0, count - 1))) if count else None
    return parents, known, current, draw(st.booleans())


def drawn(rows: list[RowLanes], now: bool) -> dict[int, tuple[int, bool | None]]:
    """Follow every line down as the eye does: where it ends, -1 is the line from now."""
    found: dict[int, tuple[int, bool | None]] = {}
    at: dict[int, list[tuple[int, bool | None]]] = {}
    if now and rows and (0 in dict(rows[0].passing) or 0 in dict(rows[0].arriving)):
        at[0] = [(-1, True)]
    for place, row in enumerate(rows):
        ends, goes = dict(row.arriving), dict(row.passing)
        assert set(at) == set(ends) | set(goes), "no line begins or ends between two rows"
        for lane in ends:
            stay = []
            for source, solid in at[lane]:
                if lane in goes and lane == FOLDED:
                    stay.append((source, solid))  # one of several in the last lane: which one cannot be seen
                else:
                    found[source] = (place, solid)
            at[lane] = stay
        at = {lane: lines for lane, lines in at.items() if lane in goes}
        if row.leaving is not None:
            at.setdefault(row.node, []).append((place, row.leaving))
    assert not at
    return found


@given(families())
def test_every_line_leads_to_the_parent_or_to_the_next_by_date(
    family: tuple[list[int | None], list[bool], int | None, bool],
) -> None:
    parents, known, current, now = family
    rows = lanes_of(parents, known, current, now=now)
    assert len(rows) == len(parents)
    folds = any(row.node == FOLDED or FOLDED in dict(row.arriving) for row in rows)
    found = {} if folds else drawn(rows, now)
    for place, row in enumerate(rows):
        assert row.node < MOST_LANES and all(lane < MOST_LANES for lane, _ in (*row.passing, *row.arriving))
        assert not {lane for lane, _ in row.passing} & {row.node} or row.node == FOLDED
        last = place + 1 == len(rows)
        parent, expected = parents[place], None
        if parent is not None:
            expected = (parent, True)
        elif not known[place] and not last:
            expected = (place + 1, False)
        assert row.leaving == (expected[1] if expected else None)
        if not folds:
            assert found.get(place) == expected
    if now and current is not None and not folds:
        assert found[-1] == (current, True)


@given(families())
def test_what_is_current_and_its_ancestors_stand_in_the_first_lane(
    family: tuple[list[int | None], list[bool], int | None, bool],
) -> None:
    parents, known, current, now = family
    rows = lanes_of(parents, known, current, now=now)
    place = current
    while place is not None:
        assert rows[place].node == 0
        place = parents[place]


def test_the_picture_of_the_design() -> None:
    """before-kernel came from nginx, as zfs-start did, which zfs-pool came from; below, nobody knows."""
    rows = lanes_of([3, 2, 3, 4, None, None, None], [True] * 4 + [False] * 3, 0, now=True)
    assert [row.node for row in rows] == [0, 1, 1, 0, 0, 0, 0]
    assert rows[3].arriving == ((0, True), (1, True))
    assert [row.leaving for row in rows] == [True, True, True, True, False, False, None]


def test_without_any_record_one_dotted_line_leads_down() -> None:
    for count in range(5):
        assert by_date(count) == lanes_of([None] * count, [False] * count, None)
    rows = by_date(4)
    assert [row.node for row in rows] == [0] * 4 and [row.leaving for row in rows] == [False, False, False, None]


def test_older_branches_share_the_last_lane() -> None:
    count = 10
    rows = lanes_of([count] * count + [None], [True] * (count + 1), None)
    assert [row.node for row in rows[:6]] == [0, 1, 2, 3, 4, FOLDED]
    assert [row.branches for row in rows] == [0] * 6 + [2, 3, 4, 5, 0]
    assert rows[count].node == 0 and rows[count].arriving == tuple((lane, True) for lane in range(MOST_LANES))


def test_a_parent_with_a_later_date_is_not_drawn() -> None:
    rows = lanes_of([None, 0], [True, True], None)
    assert [row.leaving for row in rows] == [None, None]
    rows = lanes_of([1, 0, None], [True, True, True], None)
    assert [row.leaving for row in rows] == [True, False, None]


@given(families(), st.sets(st.integers(0, 23)))
def test_a_filter_steps_over_what_it_hides(
    family: tuple[list[int | None], list[bool], int | None, bool], hidden: set[int]
) -> None:
    parents, known, _, _ = family
    records = {place: parent for place, parent in enumerate(parents) if known[place]}
    shown = [place for place in range(len(parents)) if place not in hidden]
    found, said = among(shown, records)
    for place, position in enumerate(shown):
        at: int | None = position
        sure = True
        while True:
            sure = at in records
            at = records.get(at) if at is not None else None
            if at is None or at not in hidden:
                break
        assert said[place] == sure
        assert (shown[found[place]] if found[place] is not None else None) == at  # type: ignore[index]


def test_ten_thousand_are_laid_out_at_once() -> None:
    count = 10_000
    parents: list[int | None] = [min(count - 1, place + 1 + place % 7) for place in range(count - 1)]
    parents.append(None)
    rows = lanes_of(parents, [True] * count, 0, now=True)
    assert max(row.width for row in rows) <= MOST_LANES
