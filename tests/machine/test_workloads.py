"""Which pages a workload chooses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.machine.workloads import BURST_EVERY, BY_NAME, HOT_SHARE, WORKLOADS, Moment
from tests.machine.rig import machine

NAMES = sorted(BY_NAME)


def chosen(name: str, moment: Moment) -> np.ndarray:
    pages = WORKLOADS[BY_NAME[name]].pages(moment)
    return np.arange(moment.total)[pages] if isinstance(pages, slice) else pages


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    tick=st.integers(0, 2**40),
    state=st.integers(0, 2**64 - 1),
    rate=st.integers(0, 500),
    total=st.integers(1, 3000),
    data=st.data(),
)
def test_pages_lie_in_the_work_area_once_each(name, tick, state, rate, total, data):
    cursor = data.draw(st.integers(0, total - 1))
    pages = chosen(name, Moment(tick, state, cursor, min(rate, total), total))
    assert len(np.unique(pages)) == len(pages)
    assert len(pages) == 0 or 0 <= pages.min() <= pages.max() < total


def test_sequential_goes_round_and_round():
    seen = [chosen("sequential", Moment(1, 1, cursor, 3, 7)).tolist() for cursor in (0, 3, 6)]
    assert seen == [[0, 1, 2], [3, 4, 5], [6, 0, 1]]


def test_hotspot_writes_mostly_in_one_place():
    total = 4096
    pages = np.concatenate([chosen("hotspot", Moment(1, state, 0, 64, total)) for state in range(50)])
    share = np.count_nonzero(pages < total // HOT_SHARE) / len(pages)
    assert 0.8 < share < 0.95


def test_a_burst_is_followed_by_silence():
    counts = [len(chosen("burst", Moment(tick, 9, 0, 64, 4096))) for tick in range(BURST_EVERY)]
    assert counts[0] > 500
    assert counts[1:] == [0] * (BURST_EVERY - 1)


@pytest.mark.parametrize("bits", [12, 14])
@pytest.mark.parametrize("name", NAMES)
def test_what_the_guest_writes_is_dirty(name, bits):
    source = machine(name, page_bits=bits)
    source.advance(BURST_EVERY - 1)
    before = {block.idstr: block.memory.copy() for block in source.ram}
    for block in source.ram:
        block.dirty.clear()
    source.advance(1)
    for block in source.ram:
        changed = (before[block.idstr] != block.memory).reshape(-1, 1 << bits).any(axis=1)
        assert not (changed & ~block.dirty.flags).any(), block.idstr
    assert source.ram.find("demo.ram").dirty.flags[0]


def test_the_rate_can_be_changed_while_it_runs():
    source = machine("idle")
    source.advance(3)
    source.choose_workload("sequential", 10)
    source.advance(4)
    assert source.state().counters["pages-dirtied"] == 40
    assert (source.state().workload, source.state().rate) == ("sequential", 10)


def test_a_workload_that_is_chosen_before_the_guest_boots_is_what_it_does() -> None:
    source = machine("random")
    source.choose_workload("hotspot", 7)
    assert (source.state().workload, source.board.memory.booted) == ("hotspot", False)
    source.advance(2)
    assert (source.state().workload, source.state().rate) == ("hotspot", 7)
    with pytest.raises(KeyError):
        machine().choose_workload("none of these")
