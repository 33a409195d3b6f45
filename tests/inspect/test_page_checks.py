"""Packed pages that no loader can unpack."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.errors import StreamError
from snapmgr.ram.compress import unpack
from snapmgr.ram.xbzrle_many import find_changes

PAGE = 4096


def xbzrle_sound(data: bytes, page_size: int) -> bool:
    _, wrong = find_changes(np.frombuffer(data + b"\1", np.uint8), np.array([0]), np.array([len(data)]), page_size)
    return not wrong[0]


def compressed_sound(data: bytes, page_size: int) -> bool:
    try:
        unpack(memoryview(data), page_size, 0)
    except StreamError:
        return False
    return True


def leb(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])


@pytest.mark.parametrize(
    ("data", "sound"),
    [
        (b"", True),
        (leb(0) + leb(1) + b"x", True),
        (leb(16) + leb(2) + b"hi", True),
        (leb(PAGE - 2) + leb(2) + b"hi", True),
        (leb(PAGE - 1) + leb(2) + b"hi", False),
        (leb(5) + leb(3) + b"hi", False),
        (leb(5) + leb(0) + b"hi", False),
        (leb(1) + leb(1) + b"x" + leb(0) + leb(1) + b"y", False),
        (leb(5), False),
        (leb(5) + leb(1), False),
        (bytes([0xFF, 0xFF]) + leb(1) + b"x", False),
        (bytes.fromhex("05 ff1f 056162"), False),
    ],
)
def test_runs_of_an_xbzrle_page(data: bytes, sound: bool) -> None:
    assert xbzrle_sound(data, PAGE) is sound


@given(st.lists(st.tuples(st.integers(1, 60), st.binary(min_size=1, max_size=60)), max_size=30))
def test_every_encoding_that_fits_is_sound(runs: list[tuple[int, bytes]]) -> None:
    data = b"".join(leb(unchanged) + leb(len(changed)) + changed for unchanged, changed in runs)
    length = sum(unchanged + len(changed) for unchanged, changed in runs)
    assert xbzrle_sound(data, length)
    assert not runs or not xbzrle_sound(data, length - 1)
    assert not runs or not xbzrle_sound(data[:-1], length)


@given(st.binary(max_size=PAGE))
def test_a_compressed_page_is_one_whole_zlib_stream(page: bytes) -> None:
    packed = zlib.compress(page)
    assert compressed_sound(packed, PAGE)
    assert not compressed_sound(packed[:-1], PAGE)
    assert not compressed_sound(b"\0" + packed, PAGE)


def test_a_compressed_page_fills_one_page_at_most() -> None:
    assert compressed_sound(zlib.compress(bytes(PAGE)), PAGE)
    assert not compressed_sound(zlib.compress(bytes(PAGE + 1)), PAGE)
