"""What RAM puts on the wire: literal bytes, passes, limits, counters."""

from __future__ import annotations

import zlib
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import pytest

from snapmgr.ram import save
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.packing import PackingOptions
from snapmgr.ram.ramlist import RamList
from snapmgr.savevm.handlers import HandlerFailed, Pending, StreamOptions
from snapmgr.savevm.output import Output

EOS = "0000000000000010"


def entry(
    *blocks: RAMBlock,
    capabilities: str = "",
    bits: int = 12,
    packing: PackingOptions | None = None,
    executor: Executor | None = None,
) -> RamEntry:
    ram = RamList()
    for block in blocks:
        ram.register(block)
    options = StreamOptions("pc", bits, capabilities=set(capabilities.split()))
    return RamEntry(ram, options, packing, executor=executor)


def put(hook: object, output: Output | None = None) -> bytes:
    output = output or Output()
    assert callable(hook)
    hook(output)
    return b"".join(output.take())


def two_blocks() -> tuple[RAMBlock, RAMBlock]:
    big, small = RAMBlock("big", 3 << 12), RAMBlock("s", 1 << 12)
    big.memory[1 << 12] = 0x11
    small.memory[4095] = 0x22
    return big, small


@pytest.mark.parametrize("mixed", [False, True])
def test_what_stands_still_is_put_where_it_lies_and_is_the_same(mixed: bool) -> None:
    def blocks() -> tuple[RAMBlock, RAMBlock]:
        chance = np.random.default_rng(5)
        made = RAMBlock("big", 300 << 12), RAMBlock("s", 3 << 12)
        for block in made:
            rows = chance.random(block.pages) < 0.6
            block.by_page[rows] = chance.integers(0, 256, (int(rows.sum()), 4096), np.uint8)
        return made

    def whole(ram: RamEntry, output: Output) -> None:
        for hook in (ram.saver.setup, ram.saver.iterate):
            hook(output)
        if mixed:  # pages that do not follow each other
            for tracked in ram.saver._tracked:
                tracked.block.dirty.mark(np.arange(0, tracked.block.pages, 3))
        ram.saver.complete(output)

    copied, lying, seen = bytearray(), bytearray(), []
    plain, standing = entry(*blocks()), entry(*blocks())
    whole(plain, Output(lambda buffers: copied.extend(b"".join(buffers))))
    drain = Output(lambda buffers: lying.extend(b"".join(buffers)), gather=lambda one: lying.extend(one.joined()))
    whole(standing, drain)
    assert lying == copied and drain.offset == len(copied)
    assert standing.counters == plain.counters
    packed = entry(*blocks(), capabilities="xbzrle")
    whole(packed, Output(seen.extend, gather=lambda one: pytest.fail("the cache needs copies")))
    assert seen


def test_setup_puts_the_list_and_a_pass_every_page() -> None:
    big, small = two_blocks()
    ram = entry(small, big)
    assert put(ram.saver.setup) == bytes.fromhex(
        "0000000000004004" + "03 626967 0000000000003000" + "01 73 0000000000001000" + EOS
    )
    page, last = b"\x11" + bytes(4095), bytes(4095) + b"\x22"
    assert put(ram.saver.iterate) == b"".join(
        (
            bytes.fromhex("0000000000000002 03 626967 00"),
            bytes.fromhex("0000000000001028") + page,
            bytes.fromhex("0000000000002022 00"),
            bytes.fromhex("0000000000000008 01 73") + last,
            bytes.fromhex(EOS),
        )
    )
    assert put(ram.saver.iterate) == put(ram.saver.complete) == bytes.fromhex(EOS)


def test_a_block_is_named_once_while_it_goes_on() -> None:
    """CONTINUE refers to the block named last, across sections and passes."""
    big, small = two_blocks()
    ram = entry(big, small)
    put(ram.saver.setup)
    put(ram.saver.iterate)
    small.write(0, b"\0")
    assert put(ram.saver.complete) == bytes.fromhex("0000000000000028") + small.memory.tobytes() + bytes.fromhex(EOS)


def test_capabilities_add_page_sizes_and_addresses() -> None:
    ram = entry(
        RAMBlock("m", 4 << 20, page_size=2 << 20, address=1 << 32, shared=True),
        RAMBlock("n", 4096, address=0xE0000),
        capabilities="postcopy-ram x-ignore-shared",
    )
    assert put(ram.saver.setup) == bytes.fromhex(
        "0000000000401004"
        "01 6d 0000000000400000 0000000000200000 0000000100000000"
        "01 6e 0000000000001000 00000000000e0000" + EOS
    )
    assert put(ram.saver.iterate) == bytes.fromhex("0000000000000002 01 6e 00" + EOS)


def test_a_name_of_255_bytes_and_other_page_sizes() -> None:
    name = "n" * 255
    ram = entry(RAMBlock(name, 1 << 16, page_bits=16), bits=16)
    put(ram.saver.setup)
    assert put(ram.saver.iterate) == bytes.fromhex("0000000000000002 ff") + name.encode() + bytes.fromhex("00" + EOS)


def test_pages_of_another_size_than_the_streams_are_refused() -> None:
    with pytest.raises(HandlerFailed):
        put(entry(RAMBlock("m", 1 << 16, page_bits=16)).saver.setup)


def test_only_what_is_dirty_is_sent_again() -> None:
    block = RAMBlock("m", 600 << 12)
    ram = entry(block)
    put(ram.saver.setup)
    put(ram.saver.iterate)
    for page in (2, 3, 300, 599):
        block.write(page << 12, bytes([page & 0xFF]))
    assert ram.saver.pending(0) == Pending()
    assert put(ram.saver.iterate) == bytes.fromhex(EOS)
    assert ram.saver.pending(1) == Pending(precopy_only=4 << 12)
    sent = put(ram.saver.iterate)
    assert [sent[at : at + 8].hex() for at in range(0, len(sent), 4104)] == [
        "0000000000002028",
        "0000000000003028",
        "000000000012c028",
        "0000000000257028",
        EOS,
    ]


def test_what_can_come_later_is_said_to_be_compatible() -> None:
    ram = entry(RAMBlock("m", 2 << 12), capabilities="postcopy-ram")
    put(ram.saver.setup)
    assert ram.saver.pending(0) == Pending(compatible=2 << 12)


def test_postcopy_syncs_no_more() -> None:
    block, ram = RAMBlock("m", 2 << 12), RamList()
    ram.register(block)
    running = RamEntry(ram, StreamOptions("pc", capabilities={"postcopy-ram"}), in_postcopy=lambda: True)
    put(running.saver.setup)
    put(running.saver.iterate)
    block.write(0, b"x")
    assert running.saver.pending(1 << 40) == Pending()
    assert put(running.saver.complete) == bytes.fromhex(EOS)
    assert running.counters.dirty_sync_count == 1
    assert running.handlers.has_postcopy is not None and running.handlers.has_postcopy()


def test_the_rate_limit_ends_a_section_and_is_passed_by_little() -> None:
    block = RAMBlock("m", 4 << 20)
    block.memory[:] = 1
    ram, output = entry(block), Output(limit=400_000)
    put(ram.saver.setup, output)
    sizes = []
    done = False
    while not done:
        output.new_period()
        done = ram.saver.iterate(output)
        sizes.append(sum(map(len, output.take())))
    assert max(sizes) < 400_000 * 9 // 8 + 4104 + 16
    assert len(sizes) > 9 and ram.counters.normal == 1024


def test_one_iterate_looks_at_no_more_than_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save, "ROUND", 2 << 20)
    ram = entry(RAMBlock("m", 5 << 20))
    put(ram.saver.setup)
    assert [ram.saver.iterate(Output()) for _ in range(2)] == [False, True]
    assert ram.counters.duplicate == 1280


def test_pages_far_apart_go_in_one_piece() -> None:
    block = RAMBlock("m", 1 << 30)
    ram = entry(block)
    put(ram.saver.setup)
    put(ram.saver.iterate)
    while not ram.saver.iterate(Output()):
        pass
    for offset in (5 << 12, 300 << 20, (1 << 30) - 4096):
        block.write(offset, b"x")
    sent = put(ram.saver.complete)
    assert ram.saver.last_put is not None
    assert (ram.saver.last_put.first, ram.saver.last_put.last, ram.saver.last_put.count) == (5, (1 << 18) - 1, 3)
    assert len(sent) == 3 * (8 + 4096) + 8


def test_a_block_that_changes_its_size_ends_the_migration() -> None:
    block = RAMBlock("acpi", 4096, max_length=8192, resizeable=True)
    ram = entry(block)
    put(ram.saver.setup)
    block.resize(8192)
    for hook in (ram.saver.iterate, ram.saver.complete):
        with pytest.raises(HandlerFailed) as refused:
            put(hook)
        assert refused.value.qemu == "RAM block 'acpi' resized during precopy."


def test_an_error_of_the_output_ends_the_pass() -> None:
    block = RAMBlock("m", 4 << 20)
    ram, output = entry(block), Output()
    put(ram.saver.setup)
    output.set_error(OSError(28, "No space left on device"))
    for hook in (ram.saver.iterate, ram.saver.complete):
        with pytest.raises(HandlerFailed) as failed:
            hook(output)
        assert failed.value.errno == 28
    assert ram.counters.remaining == 4 << 20


def test_counters_say_what_was_put() -> None:
    big, small = two_blocks()
    ram = entry(big, small)
    first = put(ram.saver.setup) + put(ram.saver.iterate)
    small.write(0, b"\x01")
    assert ram.counters.stats() | {"remaining": 0} == {
        "transferred": len(first),
        "remaining": 0,
        "total": 4 << 12,
        "duplicate": 2,
        "skipped": 0,
        "normal": 2,
        "normal-bytes": 8192,
        "dirty-sync-count": 1,
        "dirty-sync-missed-zero-copy": 0,
        "page-size": 4096,
        "precopy-bytes": len(first),
        "downtime-bytes": 0,
        "postcopy-bytes": 0,
        "postcopy-requests": 0,
    }
    put(ram.saver.complete)
    ram.saver.cleanup()
    ram.saver.cleanup()
    assert ram.counters.stats()["dirty-sync-count"] == 2 and ram.counters.dirtied == 1
    assert put(ram.saver.setup)[:8] == bytes.fromhex("0000000000004004")


@pytest.mark.parametrize("threads", [0, 3])
def test_compressed_pages_follow_the_first_of_their_block(threads: int) -> None:
    block = RAMBlock("m", 600 << 12)
    block.memory[:] = 5
    block.clear(2, 1)
    with ThreadPoolExecutor(threads or 1) as pool:
        options, executor = PackingOptions(compress_level=9), pool if threads else None
        ram = entry(block, capabilities="compress", packing=options, executor=executor)
        put(ram.saver.setup)
        sent = put(ram.saver.iterate)
    page = b"\x05" * 4096
    packed = zlib.compress(page, 9)
    record = len(packed).to_bytes(4) + packed
    expected = [bytes.fromhex("0000000000000008 01 6d") + page]
    for number in range(1, 600):
        flags = 0x22 if number == 2 else 0x120
        expected.append((number << 12 | flags).to_bytes(8) + (b"\0" if number == 2 else record))
    assert sent == b"".join(expected) + bytes.fromhex(EOS)
    assert ram.counters.compression_stats() == {"pages": 598, "busy": 0, "compressed-size": 598 * len(record)}
    assert (ram.counters.normal, ram.counters.duplicate) == (1, 1)


def test_xbzrle_begins_with_the_second_round() -> None:
    block = RAMBlock("m", 4 << 12)
    block.memory[:] = 0x33
    ram = entry(block, capabilities="xbzrle")
    assert ram.counters.xbzrle.cache_size == 0
    put(ram.saver.setup)
    put(ram.saver.iterate)
    sent = []
    for value in (1, 2, 2, 3):
        block.write(100, bytes([value]))
        ram.saver.pending(1 << 40)
        sent.append(put(ram.saver.iterate))
    page = bytearray(b"\x33" * 4096)
    page[100] = 1
    assert sent[0] == bytes.fromhex("0000000000000028") + page + bytes.fromhex(EOS)
    assert sent[1] == bytes.fromhex("0000000000000060 01 0003 640102" + EOS)
    assert sent[2] == bytes.fromhex(EOS)
    assert sent[3] == bytes.fromhex("0000000000000060 01 0003 640103" + EOS)
    assert ram.counters.xbzrle_stats() == {
        "cache-size": 64 << 20,
        "bytes": 12,
        "pages": 3,
        "cache-miss": 1,
        "overflow": 0,
    }


def test_xbzrle_sends_a_page_as_it_is_where_too_much_changed() -> None:
    block = RAMBlock("m", 1 << 12)
    ram = entry(block, capabilities="xbzrle")
    put(ram.saver.setup)
    put(ram.saver.iterate)
    random = np.random.default_rng(3)
    for turn in range(2):
        block.write(0, random.integers(1, 256, 4096, dtype=np.uint8))
        ram.saver.pending(1 << 40)
        assert put(ram.saver.iterate)[:-8] == bytes.fromhex("0000000000000028") + block.memory.tobytes(), turn
    assert ram.counters.xbzrle.overflow == 1 and ram.counters.normal == 2


def test_a_page_that_became_zero_is_what_the_next_change_starts_from() -> None:
    block = RAMBlock("m", 1 << 12)
    ram = entry(block, capabilities="xbzrle")
    put(ram.saver.setup)
    put(ram.saver.iterate)
    sent = []
    for value in (7, 0, 9):
        block.write(3, bytes([value]))
        ram.saver.pending(1 << 40)
        sent.append(put(ram.saver.iterate)[:-8])
    assert sent[1:] == [bytes.fromhex("0000000000000022 00"), bytes.fromhex("0000000000000060 01 0003 030109")]


def test_a_small_cache_takes_small_batches() -> None:
    block = RAMBlock("m", 64 << 12)
    block.memory[:] = 1
    ram = entry(block, capabilities="xbzrle", packing=PackingOptions(xbzrle_cache_size=8 << 12))
    put(ram.saver.setup)
    put(ram.saver.iterate)
    for _ in range(6):
        block.memory[::4096] += 1
        block.dirty.set(0, 64)
        ram.saver.pending(1 << 40)
        put(ram.saver.iterate)
    assert ram.counters.xbzrle.cache_miss > 300
    assert ram.counters.target_pages == 7 * 64


def test_without_blocks_there_is_nothing_to_send() -> None:
    ram = entry()
    assert put(ram.saver.setup) == bytes.fromhex("0000000000000004" + EOS)
    assert ram.saver.iterate(Output()) is True
    assert ram.saver.pending(1) == Pending()
