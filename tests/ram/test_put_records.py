"""Packed pages by numpy, many at once: what the decoder of one page makes of them, its errors too."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.errors import StreamError, Unsupported
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.columns import RunBuilder, RunColumns, block_pages
from snapmgr.ram.contents import page_alone
from snapmgr.ram.index import RamIndex
from snapmgr.ram.load import RamLoader, place_page
from snapmgr.ram.put_records import PageRecords, first_damaged, put_records
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.section import OddPage
from snapmgr.ram.words import PageKind
from snapmgr.ram.xbzrle import decode, encode
from snapmgr.ram.xbzrle_many import apply_changes, find_changes
from snapmgr.savevm.handlers import StreamOptions
from snapmgr.wire.layout import Done
from snapmgr.wire.window import Short, Window
from tests.ram.test_index import Bytes
from tests.ram.test_mixed import BODIES, EOS, pages, records
from tests.savevm.streams import be32

PAGES, SIZE = 24, 4096
FULL = np.random.default_rng(5).integers(0, 256, (8, SIZE), dtype=np.uint8)
LITERAL = [bytes.fromhex(text) for text in ("", "05 01 aa", "a602 02 bbbb", "05 01 aa 0001 bb", "8020 01 aa", "05")]
KINDS = [kind for kind in PageKind if kind is not PageKind.FOREIGN]
SEEDS = st.integers(0, 2**32 - 1)


def an_encoding(random: np.random.Generator, sound: float) -> bytes:
    """Of few changes or of many, some of them damaged."""
    if random.random() < 0.2:
        return LITERAL[random.integers(3 if sound == 1 else len(LITERAL))]
    old, new = FULL[random.integers(8, size=2)][:, None]
    share = random.choice([0.001, 0.01, 0.2, 0.999])
    made = bytearray(encode(old, np.where(random.random(old.shape) < share, new, old)).data)
    while made and random.random() > sound:
        made[random.integers(len(made))] = random.integers(256)
    return bytes(made)


@settings(max_examples=40)
@given(SEEDS, st.sampled_from([0.5, 1]))
def test_encodings_are_found_and_applied_as_one_by_one(seed: int, sound: float) -> None:
    random = np.random.default_rng(seed)
    made = [an_encoding(random, sound) for _ in range(random.integers(1, 12))]
    data = np.frombuffer(b"".join(made) + b"\1", np.uint8)
    ends = np.cumsum([len(one) for one in made])
    begins = ends - [len(one) for one in made]
    changes, wrong = find_changes(data, begins, ends, SIZE)
    rows = random.permutation(PAGES)[: len(made)]
    expected, applied = np.full((2, PAGES, SIZE), 7, np.uint8)
    for row, one, bad in zip(rows.tolist(), made, wrong.tolist(), strict=True):
        try:
            decode(memoryview(one), expected[row], 0)
        except StreamError:
            assert bad
        else:
            assert not bad
    apply_changes(applied, rows, changes.where(~wrong[changes.of]), data)
    assert (applied == expected).all()


def a_record(random: np.random.Generator, sound: float) -> tuple[PageKind, bytes]:
    kind = KINDS[random.choice(len(KINDS), p=[0.2, 0.1, 0.3, 0.2, 0.05, 0.1, 0.05])]
    match kind:
        case PageKind.NORMAL | PageKind.PLAIN:
            return kind, FULL[random.integers(8)].tobytes()
        case PageKind.XBZRLE:
            return kind, an_encoding(random, sound)
        case PageKind.COMPRESSED:
            packed = zlib.compress(FULL[random.integers(8)].tobytes()[: random.choice([SIZE, SIZE, 100])], 1)
            return kind, packed if random.random() < sound else packed[:-9]
        case PageKind.FILL:
            return kind, b"\x33"
    return kind, b""


def some_records(seed: int, sound: float) -> tuple[list[int], list[PageKind], list[bytes]]:
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 60))
    made = [a_record(random, sound) for _ in range(count)]
    return random.integers(0, PAGES, count).tolist(), [kind for kind, _ in made], [body for _, body in made]


@settings(max_examples=40)
@given(SEEDS, st.sampled_from([0.9, 1]))
def test_records_are_put_as_one_by_one(seed: int, sound: float) -> None:
    numbers, kinds, bodies = some_records(seed, sound)
    here = [number for number, kind in enumerate(kinds) if kind not in (PageKind.GONE, PageKind.PLAIN)]
    one_by_one, together, first_bad = RAMBlock("b", PAGES * SIZE), np.zeros((PAGES, SIZE), np.uint8), None
    for turn, number in enumerate(here):
        try:
            event = OddPage(0, 0, "b", numbers[number], kinds[number], 0, len(bodies[number]), 0x33)
            place_page(one_by_one, event, memoryview(bodies[number]))
        except StreamError:
            first_bad = turn
            break
    sizes = np.array([len(bodies[number]) for number in here], np.int64)
    made = PageRecords(
        np.array([numbers[number] for number in here], np.int64),
        np.array([kinds[number] for number in here], np.uint8),
        np.cumsum(sizes) - sizes,
        sizes,
    )
    data = np.frombuffer(b"".join(bodies[number] for number in here), np.uint8)
    assert put_records(together, made, data) == first_bad == first_damaged(made, data, SIZE)
    assert (together == one_by_one.by_page).all()


def an_index(seed: int, sound: float, cut: bool) -> RamIndex:
    numbers, kinds, bodies = some_records(seed, sound)
    stream, builder, offsets = bytearray(), RunBuilder(), list[int]()
    for body in bodies:
        stream += bytes(11)
        offsets.append(len(stream))
        stream += body
    packed = (PageKind.XBZRLE, PageKind.COMPRESSED)
    builder.add_rows(
        RunColumns(
            np.array(numbers, np.uint64),
            np.ones(len(numbers), np.uint64),
            np.array(kinds, np.uint8),
            np.array(offsets, np.uint64),
            np.array([len(body) if kind in packed else 0 for kind, body in zip(kinds, bodies, strict=True)], np.uint32),
            np.ones(len(numbers), np.uint32),
        )
    )
    block = block_pages("b", PAGES * SIZE, 12, builder)
    return RamIndex({"b": block}, Bytes(bytes(stream[: len(stream) * 3 // 4] if cut else stream)))


def read_up_to_the_fault(pieces: object) -> tuple[bytearray, list[int], tuple[str, int | None] | None]:
    held, seen = bytearray(PAGES * SIZE), list[int]()
    try:
        for at, data in pieces:  # type: ignore[attr-defined]
            held[at : at + len(data)] = data.tobytes()
            seen += range(at // SIZE, -(-(at + len(data)) // SIZE))
    except (StreamError, Unsupported) as error:
        return held, seen, (error.code, error.offset)
    return held, seen, None


@settings(max_examples=40)
@given(SEEDS, st.sampled_from([0.9, 1]), st.booleans())
def test_a_block_is_read_as_page_by_page(seed: int, sound: float, cut: bool) -> None:
    ram = an_index(seed, sound, cut)
    block = ram.block("b")

    def one_by_one() -> object:
        for page in range(PAGES):
            run = block.last.row_of(page)
            if run is not None and block.runs.kind[run] not in (PageKind.ZERO, PageKind.GONE):
                yield page * SIZE, page_alone(ram._source, block, run, page)

    expected = read_up_to_the_fault(one_by_one())
    assert read_up_to_the_fault(ram.contents("b")) == expected
    part = read_up_to_the_fault(ram.contents("b", 5 * SIZE + 100, 7 * SIZE))
    if expected[2] is None:
        begin, end = 5 * SIZE + 100, 12 * SIZE + 100
        assert part[0] == bytes(begin) + expected[0][begin:end] + bytes(PAGES * SIZE - end)


def test_one_page_may_change_often_and_a_run_be_three_bytes_long() -> None:
    dense = b"\x01\x01\x55" * 1024
    count = 400
    sizes = np.full(count, len(dense), np.int64)
    ones = np.zeros(count, np.int64)
    made = PageRecords(ones, np.full(count, PageKind.XBZRLE, np.uint8), np.arange(count) * len(dense), sizes)
    rows = np.zeros((1, SIZE), np.uint8)
    assert put_records(rows, made, np.frombuffer(dense * count, np.uint8)) is None
    assert rows[0, :2048:2].max() == 0 and rows[0, 1:2048:2].min() == 0x55 and not rows[0, 2048:].any()


@pytest.mark.parametrize("kind", [PageKind.XBZRLE, PageKind.COMPRESSED])
def test_nothing_is_put_behind_the_first_that_is_damaged(kind: PageKind) -> None:
    made = PageRecords(
        np.array([0, 1, 2]),
        np.array([PageKind.FILL, kind, PageKind.FILL], np.uint8),
        np.array([0, 0, 0]),
        np.array([1, 1, 1]),
    )
    rows = np.zeros((3, SIZE), np.uint8)
    assert put_records(rows, made, np.frombuffer(b"\x07", np.uint8)) == 1
    assert rows[0].min() == 7 and not rows[1:].any()


def loaded(ram: bytes, *, mixes: bool) -> tuple[bytes, list[bool], tuple[str, int | None] | None]:
    """(memory, pages received, what was wrong) of records that are loaded together, or one by one."""
    known, block = RamList(), RAMBlock("pc.ram", 64 * SIZE)
    known.register(block)
    loader = RamLoader(known, StreamOptions("pc", capabilities={"compress", "xbzrle"}), lambda: False)
    loader.setup()
    loader._state.mixes = mixes
    reader, window = loader.reader(4), Window(1 << 20, 1000)
    window.append(ram)
    window.append(b"")
    wrong = None
    try:
        while not isinstance(reader.step(window), Done):
            pass
    except StreamError as error:
        wrong = error.code, error.offset
    except Short:
        wrong = "short", window.offset
    return block.memory.tobytes(), loader.received["pc.ram"].tolist(), wrong


@settings(max_examples=25)
@given(st.lists(records, max_size=60))
def test_loaded_together_pages_are_what_they_are_one_by_one(wanted: list[tuple[int, int, int | None]]) -> None:
    packed = zlib.compress(FULL[0].tobytes(), 1)
    sound = {0x02: b"\0", 0x08: FULL[1].tobytes(), 0x40: b"\1\0\5\2\1\x55\3\1", 0x100: be32(len(packed)) + packed}
    for bodies in (BODIES, sound, sound | {0x40: b"\1\0\3\2\1\x55"}):
        ram = pages(wanted, bodies) + EOS
        assert loaded(ram, mixes=True) == loaded(ram, mixes=False)
