"""Room for records that is used again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from snapmgr.ram.encode import U8
from snapmgr.ram.room import LEAST, Room

SIZE = LEAST + 1


@pytest.mark.parametrize(
    "look",
    [
        lambda taken: taken,
        lambda taken: taken[8:],
        lambda taken: taken[8:].data,
        lambda taken: memoryview(taken[8:].data)[100:200].cast("B"),
        lambda taken: np.frombuffer(taken.data[8:], np.uint8)[1:].reshape(-1, 8),
    ],
    ids=["itself", "a part", "its buffer", "a part of that", "an array of that"],
)
def test_room_is_used_again_only_once_nobody_looks_at_it(look: Callable[[U8], object]) -> None:
    room = Room(slab=SIZE, most=3)
    seen = look(room.take(SIZE))
    first = address(room.take(SIZE))
    again = address(room.take(SIZE))  # pytest would hold what is taken within the assertion
    assert again == first  # nobody looks at that one
    seen_at = np.frombuffer(memoryview(seen), np.uint8).ctypes.data  # type: ignore[arg-type]
    assert not first <= seen_at < first + SIZE
    del seen
    again = address(room.take(SIZE))
    assert again <= seen_at < again + SIZE


def test_where_all_is_looked_at_there_is_other_room_and_too_much_and_little_of_it_is_not_kept() -> None:
    room = Room(slab=SIZE, most=2)
    held = [room.take(SIZE) for _ in range(5)]
    places = sorted(map(address, held))
    assert all(after - before >= SIZE for before, after in pairwise(places))
    assert [len(room.take(size)) for size in (0, 1, LEAST - 1, SIZE + 1)] == [0, 1, LEAST - 1, SIZE + 1]
    assert all(len(one) == SIZE for one in held)


def address(taken: U8) -> int:
    return taken.ctypes.data
