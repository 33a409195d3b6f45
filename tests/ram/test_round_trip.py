"""Any memory, changed in any way between passes, arrives as it is, in every encoding and any chunking."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import index_stream
from snapmgr.ram import runs
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.copies import AT_ONCE, Copies
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.packing import PackingOptions
from snapmgr.ram.ramlist import RamList
from snapmgr.savevm.handlers import StreamOptions
from tests.ram.carry import load, saved
from tests.ram.test_load import LIST, NAMED, stream, word
from tests.strategies import CHUNK_SIZES, chunked

BLOCKS = (("ram", 41), ("0000:02/vram", 17))


def machine(capabilities: set[str], fill: int = 0, executor: Executor | None = None) -> tuple[RamEntry, list[RAMBlock]]:
    ram = RamList()
    blocks = [ram.register(RAMBlock(name, pages << 12)) for name, pages in BLOCKS]
    for block in blocks:
        block.memory[:] = fill
    cache = PackingOptions(xbzrle_cache_size=32 << 12)
    return RamEntry(ram, StreamOptions("pc", capabilities=capabilities), cache), blocks


def change(blocks: list[RAMBlock], random: np.random.Generator) -> None:
    """Some pages become zero, some random, some change in a few bytes; some are only said to be dirty."""
    for block in blocks:
        kinds = random.choice(5, block.pages, p=[0.4, 0.1, 0.2, 0.2, 0.1])
        rows = block.by_page
        rows[kinds == 1] = 0
        rows[kinds == 2] = random.integers(0, 256, (int((kinds == 2).sum()), 4096), dtype=np.uint8)
        few = np.flatnonzero(kinds == 3)
        for _ in range(int(random.integers(1, 9))):
            rows[few, random.integers(0, 4096, len(few))] += 1
        block.dirty.mark(np.flatnonzero(kinds > 0))


def changer(blocks: list[RAMBlock], random: np.random.Generator, turns: int) -> Callable[[int], bool]:
    def between(turn: int) -> bool:
        change(blocks, random)
        return turn < turns

    return between


@given(
    st.sets(st.sampled_from(["xbzrle", "compress"])),
    st.integers(0, 2**32 - 1),
    st.integers(0, 5),
    st.sampled_from([0, 0x5A]),
    CHUNK_SIZES,
)
def test_memory_arrives(capabilities: set[str], seed: int, turns: int, before: int, sizes: list[int]) -> None:
    random = np.random.default_rng(seed)
    source, blocks = machine(capabilities)
    change(blocks, random)
    data = saved(source, changer(blocks, random, turns), turns + 1)
    target, arrived = machine(capabilities, fill=before)
    load(target, chunked(data, sizes))
    for ours, theirs in zip(blocks, arrived, strict=True):
        assert (ours.memory == theirs.memory).all()
        assert target.loader.received[theirs.idstr].all()


@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_the_index_reads_what_was_sent(tmp_path_factory: pytest.TempPathFactory, seed: int, turns: int) -> None:
    random = np.random.default_rng(seed)
    entry, blocks = machine(set())
    change(blocks, random)
    path: Path = tmp_path_factory.mktemp("ram") / "stream.mig"
    path.write_bytes(saved(entry, changer(blocks, random, turns), turns + 1))
    source = open_source(path)
    index = index_stream(source)
    assert not index.problems
    for block in blocks:
        assert index.ram.read(block.idstr, 0, block.used_length) == block.memory.tobytes()
    source.close()


@pytest.mark.parametrize("stretch", [1, 2, 3, 64, 300])
def test_runs_of_any_length_are_placed(stretch: int) -> None:
    """Long enough for several pieces and chunks, so that both ways of placing pages are taken."""
    source, target = RamList(), RamList()
    block, arrived = (ram.register(RAMBlock("m", 2000 << 12)) for ram in (source, target))
    random = np.random.default_rng(stretch)
    kinds = np.repeat(np.arange(2000) % 2, stretch)[:2000].astype(bool)
    block.by_page[kinds] = random.integers(1, 256, (int(kinds.sum()), 4096), dtype=np.uint8)
    arrived.memory[:] = 3
    entry, into = (RamEntry(ram, StreamOptions("pc")) for ram in (source, target))

    def between(turn: int) -> bool:
        pages = random.integers(0, 2000, 700)
        block.by_page[pages] = random.integers(0, 2, (700, 1), dtype=np.uint8)
        block.dirty.mark(pages)
        return turn < 2

    load(into, [saved(entry, between)])
    assert (block.memory == arrived.memory).all()


class Shuffled(Executor):
    """Does nothing until somebody waits, then everything, in an order by chance."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._waiting: list[Callable[[], None]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = Late(self)
        self._waiting.append(lambda: future.set_result(fn(*args, **kwargs)))
        return future

    def work(self) -> None:
        waiting, self._waiting = self._waiting, []
        for number in self._random.permutation(len(waiting)):
            waiting[number]()


class Late(Future[Any]):
    """Of a Shuffled."""

    def __init__(self, executor: Shuffled) -> None:
        super().__init__()
        self._executor = executor

    def result(self, timeout: float | None = None) -> Any:
        if not self.done():
            self._executor.work()
        return super().result(timeout)


RECORDS = st.lists(st.tuples(st.integers(1, 7), st.booleans()), min_size=1, max_size=40)


@given(RECORDS, st.integers(0, 2**32 - 1))
def test_whatever_threads_do_what_came_last_stays(records: list[tuple[int, bool]], seed: int) -> None:
    """The same pages come again in one section, a few records at a time, while they are still being copied."""
    parts, expected = [LIST, NAMED], dict.fromkeys(range(8), 0)
    for number, (page, normal) in enumerate(records, 1):
        expected[page] = number if normal else 0
        parts.append(word(page, 0x28) + bytes([number]) * 4096 if normal else word(page, 0x22) + b"\0")
    ram = RamList()
    block = ram.register(RAMBlock("m", 8 << 12))
    entry = RamEntry(ram, StreamOptions("pc"), executor=Shuffled(np.random.default_rng(seed)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "CHUNK", 9000)
        load(entry, [stream(b"".join(parts))])
    assert block.by_page[:, 0].tolist() == list(expected.values())
    assert (block.by_page == block.by_page[:, :1]).all()


def test_copies_of_the_same_pages_wait_for_each_other() -> None:
    block, other = RAMBlock("m", 8 << 12), RAMBlock("n", 8 << 12)
    shuffled = Shuffled(np.random.default_rng(0))
    copies, done = Copies(shuffled), list[str]()
    copies.start(block, 0, 3, lambda: done.append("first"))
    copies.start(block, 4, 7, lambda: done.append("beside"))
    copies.start(other, 0, 3, lambda: done.append("elsewhere"))
    assert done == []
    copies.start(block, 3, 4, lambda: done.append("over both"))
    assert sorted(done) == ["beside", "elsewhere", "first"]
    copies.finish()
    assert done[-1] == "over both"
    for number in range(AT_ONCE + 1):
        copies.start(block, number, number, lambda: done.append("many"))
    assert done.count("many") == AT_ONCE
