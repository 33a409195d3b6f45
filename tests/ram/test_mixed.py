"""Pages of all kinds in a row: read together they are what they are one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from snapmgr.containers.layouts import StreamLayout
from snapmgr.inspect.build import IndexBuilder
from snapmgr.ram.mixed import MixedPages
from snapmgr.wire.events import Event, NeedData
from snapmgr.wire.reader import StreamReader
from tests.savevm.streams import EOF, HEADER, PART, START, be32, begin, footer
from tests.strategies import CHUNK_SIZES, chunked

EOS = (0x10).to_bytes(8)
NAME = b"\6pc.ram"
PAGES = 64
BODIES = {0x02: b"\0", 0x08: b"\x5a" * 4096, 0x40: b"\1\0\5" + bytes(5), 0x100: be32(40) + bytes(40)}
ODD = (b"\7", b"\2\0\5" + bytes(5), b"\1\x10\1", be32(9000))
"""A fill, an encoding that there is not, and lengths beyond a page."""

NAMED = -1

records = st.tuples(
    st.integers(0, PAGES + 1),
    st.sampled_from(sorted(BODIES)),
    st.sampled_from([*[None] * 12, *[NAMED] * 4, *range(len(ODD))]),
)
"""Page, flag, and None for an ordinary record, NAMED for one that names its block, else one of ODD."""


def pages(wanted: list[tuple[int, int, int | None]], bodies: Mapping[int, bytes] = BODIES) -> bytes:
    out = bytearray((0x02).to_bytes(8) + NAME + b"\0")
    for page, flag, odd in wanted:
        named = odd == NAMED
        word = page << 12 | flag | (0 if named else 0x20)
        out += word.to_bytes(8) + (NAME if named else b"") + (bodies[flag] if odd in (None, NAMED) else ODD[odd])
    return bytes(out)


def stream(ram: bytes) -> bytes:
    listed = (PAGES << 12 | 4).to_bytes(8) + NAME + (PAGES << 12).to_bytes(8)
    return (
        HEADER
        + (begin(START, 2, b"ram", 0, 4) + listed + EOS + footer(2))
        + (begin(PART, 2) + ram + EOS + footer(2) + EOF)
    )


def built(pieces: list[bytes], *, mixes: bool) -> tuple[IndexBuilder, list[Event]]:
    builder, seen = IndexBuilder(), list[Event]()
    builder.ram.mixes = mixes
    reader = StreamReader(StreamLayout(builder.ram, None))
    for piece in [*pieces, b""]:
        reader.feed(piece)
        while not isinstance(event := reader.next_event(), NeedData | None):
            builder.add(event)
            seen.append(event)
    return builder, seen


def found(builder: IndexBuilder) -> object:
    runs = {name: [column.tolist() for column in astuple(run.columns(12))] for name, run in builder.runs.items()}
    rows = [builder.records.row(row) for row in range(len(builder.records))]
    problems = [(problem.code, problem.offset) for problem in builder.problems if problem.code != "page-outside"]
    return runs, rows, problems, builder.versions.notes, builder.walk.starts


@settings(max_examples=40)
@given(st.lists(records, max_size=60), CHUNK_SIZES)
@example([(0, 0x40, None), (0, 0x02, None)], [])
def test_together_they_are_what_they_are_one_by_one(
    wanted: list[tuple[int, int, int | None]], sizes: list[int]
) -> None:
    data = stream(pages(wanted))
    plain, _ = built([data], mixes=False)
    for pieces in ([data], chunked(data, sizes)):
        mixed, _ = built(pieces, mixes=True)
        assert found(mixed) == found(plain)


@pytest.mark.parametrize("odd", [None, NAMED])
@pytest.mark.parametrize("flag", sorted(BODIES))
def test_many_are_few_events(flag: int, odd: int | None) -> None:
    wanted = [(page % PAGES, (flag, 0x40)[page % 2], odd) for page in range(1000)]
    builder, seen = built([stream(pages(wanted))], mixes=True)
    assert len(seen) < 20
    assert sum(len(event.page) for event in seen if isinstance(event, MixedPages)) >= 999
    assert int(np.sum(builder.runs["pc.ram"].columns(12).count)) == 1001
