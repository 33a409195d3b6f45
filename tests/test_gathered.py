"""Bytes that lie in many places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from snapmgr.gathered import Gathered

PARTS = st.lists(st.binary(max_size=9), max_size=6)


@given(PARTS, PARTS, st.data())
def test_they_are_the_same_together_and_apart(one: list[bytes], two: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(one + two)
    gathered = Gathered.together([Gathered.of(map(memoryview, one)), Gathered.of(map(memoryview, two))])
    assert gathered.joined() == whole and len(gathered) == len(whole)
    assert (gathered.places[:, 1] > 0).all()
    at = data.draw(st.integers(0, len(whole)))
    first, rest = gathered.split(at)
    assert (first.joined(), rest.joined()) == (whole[:at], whole[at:])
    assert gathered.joined() == whole, "what was split is what it was"
