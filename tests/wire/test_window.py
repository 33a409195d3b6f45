"""The window: absolute offsets, bounds, and no copy of what is fed in one piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.errors import StreamError
from snapmgr.wire.window import Short, Window


def test_a_single_piece_is_not_copied() -> None:
    data = bytearray(b"0123456789")
    window = Window(100)
    window.append(data)
    view = window.take(4)
    data[0] = ord("X")
    assert bytes(view) == b"X123"


def test_a_length_beyond_the_limit_is_refused_before_waiting() -> None:
    window = Window(16)
    window.append(b"abc")
    with pytest.raises(StreamError) as refused:
        window.take(17)
    assert (refused.value.code, refused.value.offset) == ("too-long", 0)


def test_short_says_how_many_are_missing() -> None:
    window = Window(16)
    window.append(b"abc")
    with pytest.raises(Short) as short:
        window.take(10)
    assert short.value.count == 7


@given(st.binary(max_size=200), st.lists(st.integers(1, 9), min_size=1), st.lists(st.integers(1, 12), min_size=1))
def test_takes_give_back_what_was_fed(data: bytes, pieces: list[int], takes: list[int]) -> None:
    window, fed, got = Window(64), 0, bytearray()
    turn = 0
    while len(got) < len(data):
        want = min(takes[turn % len(takes)], len(data) - len(got))
        turn += 1
        start = window.mark()
        assert start == len(got)
        while True:
            try:
                first = window.take(want // 2)
                rest = window.take(want - want // 2)
                got += bytes(first) + bytes(rest)
                break
            except Short:
                window.offset = start
                size = pieces[turn % len(pieces)]
                window.append(data[fed : fed + size])
                fed += size
    assert bytes(got) == data
