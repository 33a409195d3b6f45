"""Loading: every kind of page arrives, and what QEMU refuses is refused in its words where it stands."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from snapmgr.errors import SnapmgrError, StreamError
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.resident import resident
from snapmgr.savevm.handlers import HandlerFailed, StreamOptions
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import SectionBegin
from tests.ram.carry import load
from tests.ram.test_block import own_pages

EOS = bytes.fromhex("0000000000000010")
LIST = bytes.fromhex("0000000000008004 01 6d 0000000000008000")
"""One block ``m`` of eight pages."""
NAMED = bytes.fromhex("0000000000000002 01 6d 00")


def stream(*sections: bytes, version: int = 4) -> bytes:
    """RAM's payloads as sections: a START and PARTs."""
    parts = [writer.header()]
    for number, payload in enumerate(sections):
        kind = RecordType.PART if number else RecordType.START
        parts += [writer.section_begin(SectionBegin(0, 0, kind, 2, "ram", 0, version)), payload, EOS, writer.footer(2)]
    return b"".join((*parts, b"\0"))


def machine(*blocks: RAMBlock, capabilities: str = "", advised: bool = False) -> tuple[RamEntry, RamList]:
    ram = RamList()
    for block in blocks:
        ram.register(block)
    options = StreamOptions("pc", capabilities=set(capabilities.split()))
    return RamEntry(ram, options, postcopy_advised=lambda: advised), ram


def eight(fill: int = 0) -> RAMBlock:
    block = RAMBlock("m", 8 << 12)
    block.memory[:] = fill
    return block


def refusal(entry: RamEntry, data: bytes) -> StreamError:
    with pytest.raises(StreamError) as refused:
        load(entry, [data])
    return refused.value


def word(page: int, flags: int) -> bytes:
    return (page << 12 | flags).to_bytes(8)


def test_every_kind_of_page_arrives() -> None:
    block = eight(fill=9)
    entry, _ = machine(block, capabilities="compress")
    packed = zlib.compress(b"\x44" * 4096)
    first = NAMED + word(1, 0x28) + b"\x11" * 4096 + word(2, 0x22) + b"\x33"
    second = word(3, 0x120) + len(packed).to_bytes(4) + packed + word(4, 0x60) + bytes.fromhex("01 0005 02 03 aabbcc")
    load(entry, [stream(LIST, first, second)])
    rows = block.by_page
    assert rows[:, 0].tolist() == [0, 0x11, 0x33, 0x44, 9, 9, 9, 9]
    assert all((rows[page] == rows[page, 0]).all() for page in (0, 1, 2, 3, 5, 6, 7))
    assert rows[4].tobytes() == b"\x09\x09\xaa\xbb\xcc" + b"\x09" * 4091
    assert entry.loader.received["m"].tolist() == [True] * 5 + [False] * 3


def test_what_was_received_is_forgotten_at_the_end() -> None:
    entry, _ = machine(eight())
    load(entry, [stream(LIST)])
    entry.loader.cleanup()
    entry.loader.cleanup()
    assert entry.loader.received == {}


def test_a_stream_that_makes_less_than_a_page_changes_its_beginning() -> None:
    block = eight(fill=9)
    entry, _ = machine(block, capabilities="compress")
    packed = zlib.compress(b"\x44" * 10)
    load(entry, [stream(LIST, NAMED + word(1, 0x120) + len(packed).to_bytes(4) + packed)])
    assert block.by_page[1].tobytes() == b"\x44" * 10 + b"\x09" * 4086


@pytest.mark.parametrize("packed", [zlib.compress(bytes(5000)), zlib.compress(bytes(4096))[:-1], b"\x78\x9c\xff", b"x"])
def test_bad_zlib_is_refused(packed: bytes) -> None:
    entry, _ = machine(eight(), capabilities="compress")
    error = refusal(entry, stream(LIST, NAMED + word(1, 0x120) + len(packed).to_bytes(4) + packed))
    assert error.qemu == "decompress data failed"


def test_compressed_pages_are_for_those_who_expect_them() -> None:
    entry, _ = machine(eight())
    packed = zlib.compress(bytes(4096))
    error = refusal(entry, stream(LIST, NAMED + word(1, 0x120) + len(packed).to_bytes(4) + packed))
    assert error.qemu == "Received an unexpected compressed page"


def test_xbzrle_that_reaches_too_far_is_refused() -> None:
    entry, _ = machine(eight())
    data = stream(LIST, NAMED + word(4, 0x60) + bytes.fromhex("01 0005 ff1f 02 aabb"))
    error = refusal(entry, data)
    assert error.qemu == "Failed to load XBZRLE page - decode error!"
    assert error.offset is not None and data[error.offset : error.offset + 2] == b"\xaa\xbb"


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (word(8, 0x28) + bytes(4096), "Illegal RAM offset 8000"),
        (word(1 << 40, 0x22) + b"\0", "Illegal RAM offset 10000000000000"),
        (word(9, 0x08) + b"\x01m" + bytes(4096), "Illegal RAM offset 9000"),
        (word(8, 0x22) + b"\x07", "Illegal RAM offset 8000"),
        (word(0, 0x08) + b"\x01x" + bytes(4096), "Can't find block x"),
        (word(1, 0x60) + b"\x02\x00\x00", "Failed to load XBZRLE page - wrong compression!"),
        (word(1, 0x60) + b"\x01\x10\x01", "Failed to load XBZRLE page - len overflow!"),
        (word(1, 0x120) + b"\x00\x00\x20\x01", "Invalid compressed data length: 8193"),
        (word(1, 0x2A) + b"\x00", "Unknown combination of migration flags: 0x2a"),
    ],
)
def test_bad_records_are_refused_in_qemus_words(record: bytes, text: str) -> None:
    block = eight()
    entry, _ = machine(block, capabilities="compress")
    good = NAMED + word(1, 0x28) + b"\x11" * 4096
    error = refusal(entry, stream(LIST, good + record))
    assert error.qemu == text
    assert (block.by_page[1] == 0x11).all()
    begin = len(stream(LIST)) - 1 + 5 + len(good)
    assert error.offset is not None and begin <= error.offset <= begin + 16


def test_what_comes_before_a_page_outside_is_loaded() -> None:
    block = eight()
    entry, _ = machine(block)
    records = b"".join(word(page, 0x28) + bytes([page]) * 4096 for page in (1, 2, 8, 3))
    data = stream(LIST, NAMED + records)
    error = refusal(entry, data)
    assert error.offset is not None and data[error.offset :].startswith(word(8, 0x28))
    assert block.by_page[:, 0].tolist() == [0, 1, 2, 0, 0, 0, 0, 0]


def test_the_first_page_cannot_continue() -> None:
    entry, _ = machine(eight())
    assert refusal(entry, stream(LIST, word(0, 0x22) + b"\0")).qemu == "Ack, bad migration stream!"


def test_a_block_that_is_not_here_is_refused() -> None:
    entry, _ = machine(RAMBlock("other", 8 << 12))
    error = refusal(entry, stream(LIST))
    assert error.qemu == 'Unknown ramblock "m", cannot accept migration'


def test_a_block_that_does_not_travel_is_refused() -> None:
    block = eight()
    entry, _ = machine(block)
    block.migratable = False
    assert refusal(entry, stream(LIST)).qemu == "block m should not be migrated !"


def test_sizes_must_match_unless_the_block_may_grow() -> None:
    entry, _ = machine(RAMBlock("m", 4 << 12))
    data = stream(LIST)
    error = refusal(entry, data)
    assert error.qemu == "Size mismatch: m: 0x8000 != 0x4000: Invalid argument"
    assert error.offset is not None and data[error.offset :].startswith(bytes.fromhex("0000000000008000"))
    entry, _ = machine(RAMBlock("m", 4 << 12, max_length=6 << 12, resizeable=True))
    assert refusal(entry, stream(LIST)).qemu == "Size too large: m: 0x8000 > 0x6000: Invalid argument"
    sizes: list[int] = []
    growing = RAMBlock(
        "m", 4 << 12, max_length=8 << 12, resizeable=True, resized=lambda block: sizes.append(block.used_length)
    )
    entry, _ = machine(growing)
    load(entry, [stream(LIST, NAMED + word(7, 0x28) + b"\x77" * 4096)])
    assert growing.used_length == 8 << 12 and (growing.by_page[7] == 0x77).all() and sizes == [8 << 12]


def test_a_block_that_is_missing_from_the_list_keeps_what_it_has() -> None:
    more = RAMBlock("more", 4096)
    more.memory[:] = 1
    entry, _ = machine(eight(), more)
    load(entry, [stream(LIST, NAMED)])
    assert (more.memory == 1).all()


HUGE = bytes.fromhex("0000000000400004 01 6d 0000000000400000")


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("0000000000400000", "Mismatched RAM page size m (local) 2097152 != 4194304"),
        ("", "Mismatched RAM page size m (local) 2097152 != 16"),
    ],
)
def test_postcopy_wants_equal_pages_of_the_hosts(sent: str, text: str) -> None:
    block = RAMBlock("m", 4 << 20, page_size=2 << 20)
    entry, _ = machine(block, capabilities="postcopy-ram", advised=True)
    assert refusal(entry, stream(HUGE + bytes.fromhex(sent))).qemu == text
    load(entry, [stream(HUGE + bytes.fromhex("0000000000200000"))])


def test_a_page_size_that_nobody_expects_is_refused() -> None:
    entry, _ = machine(RAMBlock("m", 4 << 20, page_size=2 << 20), capabilities="postcopy-ram")
    error = refusal(entry, stream(HUGE + bytes.fromhex("0000000000200000")))
    assert error.qemu == 'Unknown ramblock "", cannot accept migration'
    load(entry, [stream(HUGE)])


def test_shared_memory_stays_where_it_is() -> None:
    memory = np.full(8 << 12, 5, np.uint8)
    shared = RAMBlock("m", 8 << 12, memory=memory, shared=True, address=0x1000)
    entry, _ = machine(shared, RAMBlock("n", 4096), capabilities="x-ignore-shared")
    load(entry, [stream(LIST + bytes.fromhex("0000000000001000"))])
    assert (memory == 5).all()
    error = refusal(entry, stream(LIST + bytes.fromhex("0000000000002000")))
    assert error.qemu == "Mismatched GPAs for block m 8192!= 4096"
    error = refusal(entry, stream(LIST + bytes.fromhex("0000000000001000"), NAMED))
    assert error.qemu == "block m should not be migrated !"


def test_only_version_4_is_loaded() -> None:
    entry, _ = machine(eight())
    for version in (3, 5):
        with pytest.raises(HandlerFailed):
            load(entry, [stream(LIST, version=version)])


def test_zero_pages_leave_untouched_memory_alone() -> None:
    block = RAMBlock("m", 1 << 30)
    entry, _ = machine(block)
    head = bytes.fromhex("0000000040000004 01 6d 0000000040000000")
    words = (np.arange(1 << 18, dtype=np.uint64) << np.uint64(12) | np.uint64(0x22)).astype(">u8")
    records = np.zeros((1 << 18, 9), np.uint8)
    records[:, :8] = words.view(np.uint8).reshape(-1, 8)
    data = stream(head, NAMED + records.tobytes())
    load(entry, [data])
    assert own_pages(block) < 1000
    assert entry.loader.received["m"].all()


def test_errors_are_typed() -> None:
    assert issubclass(StreamError, SnapmgrError) and issubclass(HandlerFailed, SnapmgrError)


def test_what_is_discarded_has_not_come() -> None:
    block = eight()
    entry, _ = machine(block)
    load(entry, [stream(LIST, NAMED + word(1, 8 | 32) + bytes([7]) * 4096 + word(2, 8 | 32) + bytes([8]) * 4096)])
    assert entry.loader.received["m"].tolist() == [True] * 3 + [False] * 5
    entry.loader.discard("m", 1 << 12, 1 << 12)
    assert entry.loader.received["m"].tolist() == [True, False, True] + [False] * 5
    assert not block.by_page[1].any() and (block.by_page[2] == 8).all()


@pytest.mark.parametrize(
    ("idstr", "start", "length", "text"),
    [
        ("n", 0, 4096, "ram_discard_range: Failed to find block 'n'"),
        ("m", 1, 4096, "ram_block_discard_range: Unaligned start address: 0x1"),
        ("m", 0, 100, "ram_block_discard_range: Unaligned length: 0x64"),
        ("m", 7 << 12, 2 << 12, "ram_block_discard_range: Overrun block 'm' (28672/2000/32768)"),
        (
            "m",
            1 << 63,
            1 << 63,
            "ram_block_discard_range: Overrun block 'm' (9223372036854775808/8000000000000000/32768)",
        ),
    ],
)
def test_what_cannot_be_discarded(idstr: str, start: int, length: int, text: str) -> None:
    entry, _ = machine(eight(fill=3))
    with pytest.raises(HandlerFailed) as refused:
        entry.loader.discard(idstr, start, length)
    assert refused.value.qemu == text


def test_a_dry_load_finds_the_same_and_keeps_nothing() -> None:
    block = eight(fill=9)
    entry, _ = machine(block, capabilities="xbzrle compress")
    entry.loader.dry = True
    packed = zlib.compress(bytes(4096))
    whole = NAMED + word(1, 8 | 32) + bytes([7]) * 4096 + word(2, 0x100 | 32) + len(packed).to_bytes(4) + packed
    load(entry, [stream(LIST, whole)])
    assert (block.memory == 9).all() and entry.loader.received["m"].tolist() == [True] * 3 + [False] * 5
    damaged = NAMED + word(2, 0x100 | 32) + (8).to_bytes(4) + bytes(8)
    for dry in (True, False):
        entry.loader.dry = dry
        assert refusal(entry, stream(LIST, damaged)).code == "compressed-page", dry
        assert refusal(entry, stream(LIST, NAMED + word(8, 8 | 32) + bytes(4096))).code == "page-outside", dry


def test_resident_memory_is_counted() -> None:
    block = RAMBlock("m", 64 << 20)
    assert resident(block.memory) == 0
    block.memory[: 8 << 20 : 4096] = 1
    assert 8 << 20 <= resident(block.memory) <= 16 << 20


@pytest.mark.filterwarnings("error")
def test_how_often_a_page_came_begins_anew_without_a_word() -> None:
    entry, _ = machine(eight())
    whole = stream(LIST, *[word(1, 0x02) + b"\x01m\x33"] * 300)
    load(entry, [whole[at : at + 1] for at in range(len(whole))])  # so that each record is taken by itself
    assert entry.loader.again["m"].tolist() == [0, 299 % 256, *[0] * 6]
