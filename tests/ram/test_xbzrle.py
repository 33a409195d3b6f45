"""XBZRLE: the numpy encoder against a plain one that follows QEMU's rules, the decoder against damage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.errors import StreamError, UsageError
from snapmgr.ram.xbzrle import DECODE_ERROR, decode, encode
from snapmgr.ram.xbzrle_cache import XbzrleCache

SIZE = 256


def leb(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80, value >> 7])


def plain_encode(old: bytes, new: bytes) -> bytes | None:
    """One page, byte by byte; None where it takes more room than the page (xbzrle.c: xbzrle_encode_buffer)."""
    out, at, size = bytearray(), 0, len(new)
    while at < size:
        if len(out) + 2 > size:
            return None
        begin = at
        while at < size and old[at] == new[at]:
            at += 1
        if at == size:
            break
        out += leb(at - begin)
        if len(out) + 2 > size:
            return None
        begin = at
        while at < size and old[at] != new[at]:
            at += 1
        out += leb(at - begin)
        if len(out) + at - begin > size:
            return None
        out += new[begin:at]
    return bytes(out)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 0.001, 0.01, 0.1, 0.35, 0.45, 0.5, 0.9, 1]), st.booleans())
def test_every_page_is_encoded_as_qemu_does(seed: int, share: float, quiet_end: bool) -> None:
    random = np.random.default_rng(seed)
    old = random.integers(0, 256, (12, SIZE), dtype=np.uint8)
    new = np.where(random.random(old.shape) < share, old ^ 9, old).astype(np.uint8)
    if quiet_end:
        new[:, -3:] = old[:, -3:]
    encoded, at = encode(old, new), 0
    for row in range(len(old)):
        expected = plain_encode(old[row].tobytes(), new[row].tobytes())
        assert bool(encoded.fits[row]) == (expected is not None)
        if expected is None:
            continue
        assert encoded.sizes[row] == len(expected)
        assert encoded.data[at : at + len(expected)].tobytes() == expected
        page = old[row].copy()
        decode(memoryview(expected), page, 0)
        assert (page == new[row]).all()
        at += len(expected)
    assert at == len(encoded.data)


def test_literal_bytes() -> None:
    old, new = np.zeros((1, 4096), np.uint8), np.zeros((1, 4096), np.uint8)
    new[0, 5], new[0, 300:302] = 0xAA, 0xBB
    assert encode(old, new).data.tobytes() == bytes.fromhex("05 01 aa  a602 02 bbbb")


def test_an_empty_batch_is_encoded_as_nothing() -> None:
    none = np.zeros((0, 4096), np.uint8)
    encoded = encode(none, none)
    assert len(encoded.sizes) == len(encoded.data) == 0


@pytest.mark.parametrize(
    "encoding",
    [
        "05",  # nothing behind the first length
        "0501",  # nothing behind the second
        "0500 aa",  # no changed bytes
        "0502 aa",  # one of two
        "ff1f 02 aabb",  # 4095 unchanged, 2 changed
        "8020 01 aa",  # 4096 unchanged, 1 changed
        "ff20 01 aa",  # 4223 unchanged
        "8080 01 aa",  # a length of three bytes
        "0501 aa 0001 bb",  # changed bytes behind changed bytes
        "0501 aa 05",  # a rest
    ],
)
def test_damage_is_refused_and_leaves_the_page_alone(encoding: str) -> None:
    page = np.full(4096, 7, np.uint8)
    with pytest.raises(StreamError) as wrong:
        decode(memoryview(bytes.fromhex(encoding)), page, 1000)
    assert wrong.value.qemu == DECODE_ERROR
    assert wrong.value.offset is not None and wrong.value.offset >= 1000
    assert (page == 7).all()


def test_no_bytes_change_nothing_and_a_page_may_change_as_a_whole() -> None:
    page = np.zeros(4096, np.uint8)
    decode(memoryview(b""), page, 0)
    assert not page.any()
    decode(memoryview(b"\x00\x80\x20" + b"\x11" * 4096), page, 0)
    assert (page == 0x11).all()


def rows(*values: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.array(values, np.uint8)[:, None].repeat(4096, 1)


def test_a_slot_is_kept_for_two_passes() -> None:
    cache = XbzrleCache(8 * 4096 + 100, 12)
    assert (cache.slots, cache.size) == (8, 32768)
    pages = np.array([1, 2])
    cache.store(pages, rows(1, 2), age=1)
    cache.store(pages + 8, rows(3, 4), age=2)
    assert cache.held(pages, 2).all() and not cache.held(pages + 8, 2).any()
    cache.store(pages + 8, rows(3, 4), age=3)
    assert not cache.held(pages + 8, 3).any()
    cache.store(pages + 8, rows(3, 4), age=4)
    assert cache.held(pages + 8, 4).all() and not cache.held(pages, 4).any()
    assert cache.contents(pages + 8)[:, 0].tolist() == [3, 4]


def test_a_cached_page_is_renewed_at_any_age() -> None:
    cache = XbzrleCache(4096, 12)
    cache.store(np.array([5]), rows(1), age=1)
    cache.store(np.array([5]), rows(2), age=1)
    assert cache.contents(np.array([5]))[0, 0] == 2
    with pytest.raises(UsageError):
        XbzrleCache(4095, 12)
