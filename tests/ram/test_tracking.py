"""A background snapshot of RAM: what is sent is what RAM was, whatever the guest writes meanwhile."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.ram.block import RAMBlock
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.packing import PackingOptions
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.tracking import WriteTracking
from snapmgr.savevm.handlers import StreamOptions
from snapmgr.savevm.output import Output
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from tests.ram.carry import load, section

PAGE = 4096
PAGES = {"a": 700, "b": 40}


def ram(bits: int = 12, *capabilities: str) -> tuple[RamList, RamEntry]:
    blocks = RamList()
    for name, pages in PAGES.items():
        blocks.register(RAMBlock(name, pages * PAGE, page_bits=bits))
    return blocks, RamEntry(blocks, StreamOptions("m", bits, capabilities=set(capabilities)), PackingOptions())


def fill(blocks: RamList, seed: int) -> None:
    """Some pages of each block, some of them alike."""
    random = np.random.default_rng(seed)
    for block in blocks:
        chosen = random.random(block.used_length // PAGE) < 0.6
        block.memory.reshape(-1, PAGE)[chosen] = random.integers(0, 256, (int(chosen.sum()), PAGE), np.uint8)


def contents(blocks: RamList) -> dict[str, bytes]:
    return {block.idstr: block.memory[: block.used_length].tobytes() for block in blocks}


WRITES = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from("ab"), st.integers(0, 39), st.integers(1, 3 * PAGE)),
        st.tuples(st.just("far"), st.just("a"), st.integers(40, 690), st.integers(1, 9 * PAGE)),
        st.tuples(st.just("pages"), st.sampled_from("ab"), st.integers(0, 1 << 30), st.integers(1, 200)),
        st.tuples(st.just("clear"), st.sampled_from("ab"), st.just(0), st.just(0)),
    ),
    max_size=6,
)


def carry_out(blocks: RamList, writes: list[tuple[str, str, int, int]]) -> None:
    """As a guest does it: everything is announced before."""
    for kind, name, where, size in writes:
        block = blocks.find(name)
        assert block is not None
        if kind in ("write", "far"):
            offset = where * PAGE + where % 77
            size = min(size, block.used_length - offset)
            block.write(offset, bytes([where % 255 + 1]) * size)
        elif kind == "pages":
            pages = np.random.default_rng(where).integers(0, block.pages, size)
            block.dirty.mark(pages)
            block.by_page[pages, :8] += np.uint8(1)
        else:
            block.dirty.set(0, block.pages)
            block.reset()


@given(
    seed=st.integers(0, 1 << 20),
    bits=st.sampled_from([12, 13]),
    most=st.sampled_from([PAGE, 64 * PAGE, 1 << 30]),
    capability=st.sampled_from(["", "compress", "xbzrle"]),
    rounds=st.lists(WRITES, max_size=8),
)
def test_what_is_sent_is_ram_of_the_moment(seed: int, bits: int, most: int, capability: str, rounds: list[Any]) -> None:
    blocks, entry = ram(bits, *([capability] if capability else []))
    fill(blocks, seed)
    hooks, parts = entry.handlers, [writer.header()]
    assert hooks.save_setup and hooks.save_live_iterate and hooks.save_cleanup
    iterate = hooks.save_live_iterate
    parts.append(section(RecordType.START, hooks.save_setup)[0])

    def step() -> bool:
        """The saver goes on by little; whether all is sent."""
        output_limit = partial(limited, iterate, 64 * PAGE)
        part, done = section(RecordType.PART, output_limit)
        parts.append(part)
        return bool(done)

    tracking = entry.saver.track_writes(partial(WriteTracking, most=most, wait=step))
    moment = contents(blocks)
    for writes in rounds:
        carry_out(blocks, writes)
        step()
    while not step():
        pass
    later = contents(blocks)
    hooks.save_cleanup()
    target, into = ram(bits, *([capability] if capability else []))
    load(into, [b"".join((*parts, bytes([RecordType.EOF])))])
    assert contents(target) == moment
    assert contents(blocks) == later
    assert all(block.dirty.guard is None for block in blocks)
    assert tracking.most_held <= max(most, 1024 * PAGE) and tracking.copied <= sum(PAGES.values()) * PAGE
    assert entry.counters.remaining == 0


def limited(iterate: Any, limit: int, output: Output) -> bool:
    output.limit = limit
    return bool(iterate(output))


def test_a_guest_that_writes_faster_waits_for_the_saver() -> None:
    """Two threads: the guest's write returns when the saver has made room, and not before."""
    blocks, entry = ram()
    fill(blocks, 1)
    hooks = entry.handlers
    assert hooks.save_setup and hooks.save_live_iterate and hooks.save_cleanup
    hooks.save_setup(Output())
    waits = threading.Event()
    tracking: WriteTracking

    def wait() -> None:
        waits.set()
        tracking.lock.wait()

    tracking = entry.saver.track_writes(partial(WriteTracking, most=8 * PAGE, wait=wait))
    block = blocks.find("a")
    assert block is not None
    block.write(0, bytes(8 * PAGE))
    guest = threading.Thread(target=block.write, args=(100 * PAGE, b"x" * PAGE))
    guest.start()
    assert waits.wait(60) and guest.is_alive()
    with tracking.lock:
        assert block.memory[100 * PAGE] != ord("x") and tracking.pages == 8
    while not hooks.save_live_iterate(Output()):
        pass
    guest.join(60)
    assert not guest.is_alive() and block.memory[100 * PAGE] == ord("x") and tracking.waited > 0
    hooks.save_cleanup()


@pytest.mark.parametrize("how", ["stop", "cleanup"])
def test_a_guest_that_waits_goes_on_when_the_save_is_called_off(how: str) -> None:
    blocks, entry = ram()
    hooks = entry.handlers
    assert hooks.save_setup and hooks.save_cleanup
    hooks.save_setup(Output())
    waits = threading.Event()
    tracking: WriteTracking

    def wait() -> None:
        waits.set()
        tracking.lock.wait()

    tracking = entry.saver.track_writes(partial(WriteTracking, most=PAGE, wait=wait))
    block = blocks.find("a")
    assert block is not None
    block.write(0, b"x")
    guest = threading.Thread(target=block.write, args=(PAGE, b"x"))
    guest.start()
    assert waits.wait(60)
    tracking.stop() if how == "stop" else hooks.save_cleanup()
    guest.join(60)
    assert not guest.is_alive() and block.memory[PAGE] == ord("x") and tracking.pages == 0
