"""Bytes in RAM: the same places that a search through the whole block finds."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.containers.open import open_source
from snapmgr.errors import Cancelled, UsageError
from snapmgr.inspect.find_bytes import Hit, find_bytes, parse_pattern
from snapmgr.inspect.index import index_stream
from snapmgr.work import CancelToken
from tests.cli.places import stored


def everywhere(content: bytes, pattern: bytes) -> list[int]:
    return [at for at in range(len(content) - len(pattern) + 1) if content[at : at + len(pattern)] == pattern]


def pretended(content: bytes, page: int) -> SimpleNamespace:
    """An index with one block, whose pages of zeros are not carried."""
    pages = [(at, content[at : at + page]) for at in range(0, len(content), page)]
    carried = [(at, np.frombuffer(data, np.uint8)) for at, data in pages if any(data)]
    block = SimpleNamespace(name="b", used_length=len(content), ignored=False)
    return SimpleNamespace(blocks=[block], ram=SimpleNamespace(contents=lambda name: iter(carried)))


few = st.binary(max_size=1).map(lambda data: bytes(byte & 1 for byte in data) or b"\0")


@given(st.lists(few, min_size=1, max_size=60), st.lists(few, min_size=1, max_size=9), st.integers(1, 7))
def test_borders_and_zeros_hide_nothing(content, pattern, page):
    whole, wanted = b"".join(content), b"".join(pattern)
    if not any(wanted):
        wanted += b"\1"
    found = [hit.offset for hit in find_bytes(pretended(whole, page), wanted)]
    assert found == everywhere(whole, wanted)


def test_a_real_guest():
    with closing(open_source(stored("pc-halt.v72"))) as source:
        index = index_stream(source)
        content = index.ram.read("pc.ram", 0, 16 << 20)
        sign = b"\x55\xaa"
        assert list(find_bytes(index, sign, ["pc.ram"]))[:50] == [
            Hit("pc.ram", at) for at in _places(content, sign)[:50]
        ]
        assert Hit("pc.ram", 0x7DFE) in find_bytes(index, sign)
        assert {hit.block for hit in find_bytes(index, b"SeaBIOS")} == {"pc.ram", "pc.bios"}
        stopped = CancelToken()
        stopped.cancel()
        with pytest.raises(Cancelled):
            list(find_bytes(index, sign, cancel=stopped))


def _places(content: bytes, pattern: bytes) -> list[int]:
    found, at = [], content.find(pattern)
    while at >= 0:
        found.append(at)
        at = content.find(pattern, at + 1)
    return found


@pytest.mark.parametrize("text", ["", "0x", "0x0000", "0x123", "0xzz", "x" * 5000])
def test_patterns_that_cannot_be_meant(text):
    with pytest.raises(UsageError):
        parse_pattern(text)


def test_text_and_bytes():
    assert parse_pattern("größe") == "größe".encode()
    assert parse_pattern("0x55AA 00") == b"\x55\xaa\0"
