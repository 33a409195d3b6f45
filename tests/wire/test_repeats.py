"""Sections that repeat: one event says what reading each of them says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.containers.layouts import StreamLayout
from snapmgr.inspect.build import IndexBuilder
from snapmgr.ram.section import RamState, RamWord
from snapmgr.wire import events as wire
from snapmgr.wire.reader import StreamReader
from tests.savevm.streams import EOF, HEADER, PART, START, be32, begin, footer
from tests.strategies import CHUNK_SIZES, chunked

EOS = (0x10).to_bytes(8)
PAGE = (0x1000 | 0x22).to_bytes(8) + b"\0"
IDS = st.sampled_from([2, 3, 0x7E, 0x02000000, 0x7E000002, 0x04030303])


def part(section_id: int, payload: bytes, end: bytes | None = None) -> bytes:
    return begin(PART, section_id) + payload + (footer(section_id) if end is None else end)


@st.composite
def waiting(draw: st.DrawFn) -> bytes:
    """A source that sends one section of each device, over and over; sometimes with something between."""
    ram, other = draw(IDS), draw(IDS)
    start = begin(START, ram, b"ram", 0, 4) + EOS + footer(ram)
    start += b"" if other == ram else begin(START, other, b"dirty-bitmap", 0, 1) + b"\1" + footer(other)
    rounds = [part(ram, EOS)]
    payload = draw(st.sampled_from([b"\1", b"", b"\x7e" + be32(other), b"\x7e" + be32(other) + b"\4\0\0", bytes(9)]))
    rounds += [part(other, EOS if other == ram else payload)] * draw(st.integers(0, 1))
    between = draw(st.sampled_from([b"", part(ram, PAGE + EOS), part(ram, EOS, footer(9)), b"\x55", EOF]))
    many = b"".join(rounds)
    counts = draw(st.lists(st.integers(0, 120), min_size=1, max_size=3))
    return HEADER + start + between.join(many * count for count in counts) + draw(st.sampled_from([EOF, b"", many[:7]]))


def events(pieces: list[bytes], *, folds: bool) -> list[wire.Event]:
    reader = StreamReader(StreamLayout(RamState(), None), folds=folds)
    found = list[wire.Event]()
    for piece in [*pieces, b""]:
        reader.feed(piece)
        while not isinstance(event := reader.next_event(), wire.NeedData | None):
            found.append(event)
    return found


def one_by_one(found: list[wire.Event]) -> Iterator[wire.Event]:
    """With what repeats written out."""
    last = list[wire.Event]()
    for event in found:
        if not isinstance(event, wire.Repeated):
            last = [*last[-5:], event]
            yield event
            continue
        begun = next(row for row, one in enumerate(last) if one == event.sections[0])
        for number in range(1, event.count + 1):
            shift = event.length // event.count * number
            yield from (replace(one, offset=one.offset + shift) for one in last[begun:])


@settings(max_examples=30)
@given(waiting(), CHUNK_SIZES)
def test_what_repeats_is_what_reading_each_says(stream: bytes, sizes: list[int]) -> None:
    plain = events([stream], folds=False)
    assert list(one_by_one(events([stream], folds=True))) == plain
    assert list(one_by_one(events(chunked(stream, sizes), folds=True))) == plain


def test_rows_of_an_index_are_all_there() -> None:
    rounds = part(2, EOS) + part(3, b"\1")
    start = begin(START, 2, b"ram", 0, 4) + EOS + footer(2) + begin(START, 3, b"dirty-bitmap", 0, 1) + b"\1" + footer(3)
    stream = HEADER + start + rounds * 1000 + EOF
    folded = events([stream], folds=True)
    assert len(folded) < 300
    assert sum(isinstance(event, RamWord) for event in folded) < 50
    tables = []
    for found in (folded, events([stream], folds=False)):
        builder = IndexBuilder()
        for event in found:
            builder.add(event)
        tables.append([builder.records.row(row) for row in range(len(builder.records))])
    assert tables[0] == tables[1]
    assert len(tables[0]) == 2 * 1000 + 4
