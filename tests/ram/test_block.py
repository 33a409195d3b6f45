"""RAMBlocks and the list of them: lazy memory, names, order, sizes."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest

from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.ramlist import RamList

MIB = 1 << 20


def resident() -> int:
    """Bytes of this process that are in memory and no file's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon"))


def own_pages(block: RAMBlock) -> int:
    """Pages that its memory really has, whatever else this process does: none where it was only read (pagemap(5))."""
    first, count = block.memory.ctypes.data // mmap.PAGESIZE, len(block.memory) // mmap.PAGESIZE
    with Path("/proc/self/pagemap").open("rb", buffering=0) as pages:
        pages.seek(first * 8)
        words = np.frombuffer(pages.read(count * 8), np.uint64)
    assert len(words) == count
    return int(np.count_nonzero(words >> np.uint64(56) & np.uint64(1)))


def test_eight_gigabytes_cost_nothing_until_they_are_touched() -> None:
    before = resident()
    block = RAMBlock("demo.ram", 8 << 30)
    assert resident() - before < 16 * MIB  # the log has a byte per page
    assert not block.memory[4 << 30 : (4 << 30) + 10 * MIB].any()
    block.clear(0, block.pages)
    assert resident() - before < 16 * MIB


def test_clearing_gives_huge_pages_back_and_zeroes_the_rest() -> None:
    block = RAMBlock("demo.ram", 64 * MIB)
    block.memory[:] = 7
    before = resident()
    block.clear(3, (60 * MIB >> 12) - 3)
    assert before - resident() > 40 * MIB
    assert (block.memory[: 3 << 12] == 7).all() and (block.memory[60 * MIB :] == 7).all()
    assert not block.memory[3 << 12 : 60 * MIB].any()


@pytest.mark.parametrize(("first", "count"), [(0, 1), (1, 511), (511, 514), (500, 1100), (2047, 1)])
def test_clearing_takes_just_these_pages(first: int, count: int) -> None:
    block = RAMBlock("demo.ram", 8 * MIB)
    block.memory[:] = 1
    block.clear(first, count)
    zero = np.flatnonzero(~block.by_page.any(axis=1))
    assert zero.tolist() == list(range(first, first + count))


def test_writing_marks_the_pages_it_touches() -> None:
    block = RAMBlock("demo.ram", MIB)
    block.write(4095, b"ab")
    block.write(3 << 12, bytes(4096))
    block.write(100, b"")
    assert np.flatnonzero(block.dirty.flags).tolist() == [0, 1, 3]
    assert block.memory[4095:4097].tobytes() == b"ab"
    for offset, data in ((MIB - 1, b"ab"), (-1, b"a")):
        with pytest.raises(UsageError):
            block.write(offset, data)


def test_memory_that_others_made_is_used_as_it_is() -> None:
    memory = np.arange(8192, dtype=np.uint8)
    block = RAMBlock("shared", 8192, memory=memory, shared=True)
    block.clear(0, 1)
    assert not memory[:4096].any() and memory[4097] == 1
    with pytest.raises(UsageError):
        RAMBlock("shared", 4096, memory=memory)


def test_lengths_are_whole_pages() -> None:
    assert RAMBlock("rom", 1).used_length == 4096
    assert RAMBlock("rom", 1, page_bits=16).used_length == 65536
    assert (RAMBlock("rom", 1, max_length=8193).max_length, RAMBlock("rom", 1, max_length=8193).used_length) == (
        12288,
        4096,
    )


def test_a_block_grows_and_shrinks_up_to_its_maximum() -> None:
    seen: list[int] = []
    block = RAMBlock("acpi", 4096, max_length=16384, resizeable=True, resized=lambda b: seen.append(b.used_length))
    block.resize(5000)
    block.resize(8192)
    block.resize(4096)
    assert seen == [8192, 4096]
    assert block.dirty.count() == 2


def test_sizes_that_do_not_fit_are_refused_in_qemus_words() -> None:
    ram = RamList()
    fixed = ram.register(RAMBlock("pc.ram", 8192))
    growing = ram.register(RAMBlock("acpi", 4096, max_length=8192, resizeable=True))
    with pytest.raises(SnapmgrError) as mismatch:
        fixed.resize(4096)
    assert mismatch.value.qemu == "Size mismatch: pc.ram: 0x1000 != 0x2000: Invalid argument"
    with pytest.raises(SnapmgrError) as large:
        growing.resize(8193)
    assert large.value.qemu == "Size too large: acpi: 0x3000 > 0x2000: Invalid argument"
    assert (fixed.used_length, growing.used_length) == (8192, 4096)


def test_the_biggest_block_comes_first_and_equal_ones_as_they_came() -> None:
    ram = RamList()
    for name, size in (("a", 8192), ("b", 4096), ("c", 16384), ("d", 8192), ("e", 4096)):
        ram.register(RAMBlock(name, 4096, max_length=size))
    assert [block.idstr for block in ram.migratable()] == ["c", "a", "d", "b", "e"]
    as_added = RamList(as_added=True)
    for name, size in (("a", 4096), ("b", 8192)):
        as_added.register(RAMBlock(name, size))
    assert [block.idstr for block in as_added] == ["a", "b"]


def test_a_name_carries_its_device_and_is_there_once() -> None:
    ram = RamList()
    vram = ram.register(RAMBlock("vga.vram", 4096), "0000:00:02.0")
    assert vram.idstr == "0000:00:02.0/vga.vram"
    assert ram.find("0000:00:02.0/vga.vram") is vram
    ram.register(RAMBlock("vga.vram", 4096))
    with pytest.raises(UsageError) as taken:
        ram.register(RAMBlock("vga.vram", 4096))
    assert taken.value.qemu == 'RAMBlock "vga.vram" already registered, abort!'
    for name in ("", "x" * 256):
        with pytest.raises(UsageError):
            ram.register(RAMBlock(name, 4096))
    assert len(ram) == 2


def test_what_is_not_registered_does_not_travel() -> None:
    ram = RamList()
    local = ram.add(RAMBlock("local", 4096))
    there = ram.register(RAMBlock("there", 4096))
    shared = ram.register(RAMBlock("shared", 4096, shared=True))
    assert ram.migratable() == [there, shared] and local in list(ram)
    assert ram.sent(ignore_shared=True) == [there] and ram.sent(ignore_shared=False) == [there, shared]
    ram.unregister(there)
    assert ram.migratable() == [shared] and ram.find("there") is None and ram.find("") is None
    ram.register(there, "again")
    assert there.idstr == "again/there"
    ram.remove(there)
    assert there not in list(ram)


def test_pages_that_were_written_are_counted() -> None:
    block = RAMBlock("demo.ram", 64 << 12)
    assert own_pages(block) == 0 and not block.memory.any() and own_pages(block) == 0
    block.by_page[3:5] = 1
    assert own_pages(block) == 2
