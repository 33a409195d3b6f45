"""Where the lines of the timeline run: pure positions, fast with 10 000 snapshots.

Rows stand from the newest to the oldest.  A row whose parent is known goes down to it, a row of which nobody knows goes
to the next one: that is the order by date, and no more.  Lane 0 belongs to the line of what is current.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MOST_LANES = 6
FOLDED = MOST_LANES - 1
"""The last lane takes every branch that has no lane of its own."""


class RowLanes(NamedTuple):
    """The lines of one row; a lane is a number, a line is (lane, whether it is solid).

    ``node`` is the row's own lane, ``passing`` are lines from top to bottom, ``arriving`` come from the top and end in
    the node, and ``leaving`` goes from the node to the bottom: solid, dotted (False), or not at all (None).
    ``branches`` are those that share the last lane here, 0 where it is one or none.
    """

    node: int
    passing: tuple[tuple[int, bool], ...] = ()
    arriving: tuple[tuple[int, bool], ...] = ()
    leaving: bool | None = None
    branches: int = 0

    @property
    def width(self) -> int:
        """Lanes that are used."""
        lines = (self.node, *(lane for lane, _ in self.passing), *(lane for lane, _ in self.arriving))
        return max(lines) + 1


_Line = tuple[int, bool]
"""On its way down: to which row, and whether it is solid."""


def lanes_of(
    parents: Sequence[int | None], known: Sequence[bool], current: int | None, *, now: bool = False
) -> list[RowLanes]:
    """``parents`` are places of rows, None for none or for one that nobody knows; ``known`` says which of the two.

    ``now`` is a machine that runs: a line leads from above the first row to ``current``.
    """
    count = len(parents)
    goals = [_goal(place, count, parents[place], known[place]) for place in range(count)]
    main = _main_line(goals, current)
    lanes: dict[int, _Line] = {}
    if now and current is not None:
        lanes[0] = (current, True)
    folded: dict[int, tuple[int, bool]] = {}
    """Goals of the last lane: how many lines go there, and whether all are solid."""
    rows = []
    made: dict[RowLanes, RowLanes] = {}
    """Most rows look alike."""
    for place, goal in enumerate(goals):
        arriving = [(lane, solid) for lane, (row, solid) in lanes.items() if row == place]
        for lane, _ in arriving:
            del lanes[lane]
        if place in folded:
            arriving.append((FOLDED, folded.pop(place)[1]))
        node = 0 if place in main else _own_lane(arriving, lanes)
        passing = [(lane, solid) for lane, (_, solid) in lanes.items()]
        branches = 0
        if folded:
            passing.append((FOLDED, all(solid for _, solid in folded.values())))
            branches = sum(number for number, _ in folded.values()) + (node == FOLDED)
        if goal is not None and node == FOLDED:
            number, solid = folded.get(goal[0], (0, True))
            folded[goal[0]] = (number + 1, solid and goal[1])
        elif goal is not None:
            lanes[node] = goal
        row = RowLanes(
            node,
            tuple(sorted(passing)) if passing else (),
            tuple(sorted(arriving)) if arriving else (),
            goal[1] if goal is not None else None,
            branches if branches > 1 else 0,
        )
        rows.append(made.setdefault(row, row))
    return rows


def by_date(count: int) -> list[RowLanes]:
    """One dotted line, where nothing is known of any of ``count`` rows."""
    first, last = RowLanes(0, leaving=False), RowLanes(0, arriving=((0, False),))
    middle = RowLanes(0, arriving=((0, False),), leaving=False)
    return [first, *[middle] * (count - 2), last] if count > 1 else [RowLanes(0)] * count


def _goal(place: int, count: int, parent: int | None, known: bool) -> _Line | None:
    """A parent that stands above, by dates that go astray, is not drawn: the order by date is."""
    if parent is not None and parent > place:
        return (parent, True)
    if (known and parent is None) or place + 1 >= count:
        return None
    return (place + 1, False)


def _main_line(goals: Sequence[_Line | None], current: int | None) -> frozenset[int]:
    """What is current, or else the newest, and all that it came from."""
    place = current if current is not None else 0 if goals else None
    line = set()
    while place is not None:
        line.add(place)
        goal = goals[place]
        place = goal[0] if goal is not None else None
    return frozenset(line)


def _own_lane(arriving: Sequence[tuple[int, bool]], lanes: Mapping[int, _Line]) -> int:
    """Beside the main line: that of the first line that arrives, else the first free one."""
    beside = [lane for lane, _ in arriving if lane]
    if beside:
        return min(beside)
    return next((lane for lane in range(1, FOLDED) if lane not in lanes), FOLDED)


def widest(rows: Sequence[RowLanes]) -> int:
    """Lanes that stand beside each other somewhere."""
    return max((row.width for row in set(rows)), default=1)


def among(shown: Sequence[int], parents: Mapping[int, int | None]) -> tuple[list[int | None], list[bool]]:
    """``parents`` of the positions in a list, seen among those that are ``shown``, in this order: as ``lanes_of`` takes
    them.  Ancestors that a filter hides are stepped over."""
    places = {position: place for place, position in enumerate(shown)}
    found: list[int | None] = []
    known: list[bool] = []
    for position in shown:
        parent, at, steps = None, position, 0
        while at in parents and steps <= len(parents):
            up = parents[at]
            if up is None:
                break
            at, steps = up, steps + 1
            if at in places:
                parent = places[at]
                break
        found.append(parent)
        known.append(parent is not None or (at in parents and parents[at] is None))
    return found, known
