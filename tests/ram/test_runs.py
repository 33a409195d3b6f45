"""Runs: whatever the words say, found in C and numpy, equal to a plain loop over records."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.ram import runs
from snapmgr.ram.last import flatten
from snapmgr.ram.runs import CHUNK, PIECE, runs_of, walk

RECORDS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=60)


def encode(records: list[tuple[int, bool]], bits: int) -> bytes:
    out = bytearray()
    for page, normal in records:
        out += (page << bits | (0x28 if normal else 0x22)).to_bytes(8)
        out += bytes([page & 0xFF]) * (1 << bits) if normal else b"\0"
    return bytes(out)


def walked(data: bytes, bits: int) -> tuple[int, list[int]]:
    """(where walking chunk by chunk ends, all words on the way)."""
    at, found = 0, list[int]()
    while True:
        end, words = walk(memoryview(data), at, bits)
        if end == at:
            return at, found
        at = end
        found += words.tolist()


@pytest.mark.parametrize("bits", [10, 12, 16])
@given(records=RECORDS)
def test_words_are_those_of_the_records(bits: int, records: list[tuple[int, bool]]) -> None:
    data = encode(records, bits)
    end, words = walked(data + (0x10).to_bytes(8), bits)
    assert end == len(data)
    assert [(word >> bits, bool(word & 0x08)) for word in words] == records


def test_more_than_a_chunk_is_walked_in_several_steps() -> None:
    records = [(page, True) for page in range(2 * CHUNK // 4104 + 3)]
    data = encode(records, 12)
    assert walk(memoryview(data), 0, 12)[0] <= CHUNK
    end, words = walked(data, 12)
    assert (end, [word >> 12 for word in words]) == (len(data), [page for page, _ in records])


def test_other_threads_have_their_turn_while_a_chunk_is_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An expression keeps the interpreter, so it sees no more than a piece at once."""
    seen: list[int] = []

    class Noting:
        def __init__(self, pattern: re.Pattern[bytes]) -> None:
            self._pattern = pattern

        def match(self, data: memoryview, at: int, end: int) -> re.Match[bytes] | None:
            seen.append(end - at)
            return self._pattern.match(data, at, end)

        def findall(self, data: memoryview, at: int, end: int) -> list[bytes]:
            seen.append(end - at)
            found: list[bytes] = self._pattern.findall(data, at, end)
            return found

    compiled = runs.patterns(12)
    noting = SimpleNamespace(stretch=Noting(compiled.stretch), words=Noting(compiled.words))
    monkeypatch.setattr(runs, "patterns", lambda bits: noting)
    records = [(page, page % 20000 > 19900) for page in range(60000)]
    data = encode(records, 12)
    end, words = walk(memoryview(data), 0, 12)
    assert len(seen) > 10 and max(seen) <= PIECE
    assert end == len(data) and [word >> 12 for word in words.tolist()] == [page for page, _ in records]


@given(RECORDS.filter(bool), st.integers(0, 1 << 40))
def test_runs_take_neighbours_together_and_lose_nothing(records: list[tuple[int, bool]], offset: int) -> None:
    _, words = walk(memoryview(encode(records, 12)), 0, 12)
    runs = runs_of(words, offset, 12)
    flat = []
    for first, count, kind, at in zip(runs.first, runs.count, runs.kind, runs.offset, strict=True):
        for number in range(int(count)):
            size = 4104 if kind == 0 else 9
            flat.append((int(first) + number, bool(kind == 0), int(at) + number * size))
    expected, at = [], offset
    for page, normal in records:
        expected.append((page, normal, at))
        at += 4104 if normal else 9
    assert flat == expected


def test_a_cut_record_is_left_alone() -> None:
    data = encode([(1, True), (2, True)], 12)
    end, words = walk(memoryview(data[:-1]), 0, 12)
    assert (end, len(words)) == (4104, 1)


@pytest.mark.parametrize("flags", [0x08, 0x02, 0x10, 0x60, 0x120, 0x228])
def test_other_words_end_the_walk(flags: int) -> None:
    data = encode([(1, False)], 12) + flags.to_bytes(8) + bytes(5000)
    end, words = walk(memoryview(data), 0, 12)
    assert (end, len(words)) == (9, 1)


def test_a_zero_page_with_another_byte_ends_the_walk() -> None:
    data = encode([(1, False)], 12) + (2 << 12 | 0x22).to_bytes(8) + b"\xab"
    assert walk(memoryview(data), 0, 12)[0] == 9


RUNS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 50)), max_size=40)


@given(RUNS)
def test_the_last_run_over_a_page_owns_it(runs: list[tuple[int, int]]) -> None:
    first = np.array([run[0] for run in runs], np.uint64)
    count = np.array([run[1] for run in runs], np.uint64)
    owner: dict[int, int] = {}
    for row, (start, length) in enumerate(runs):
        owner.update(dict.fromkeys(range(start, start + length), row))
    last = flatten(first, count)
    found: dict[int, int] = {}
    for start, length, row in zip(last.first, last.count, last.run, strict=True):
        for page in range(int(start), int(start) + int(length)):
            assert page not in found
            found[page] = int(row)
    assert found == owner
    assert list(last.first) == sorted(last.first)
