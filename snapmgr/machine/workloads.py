"""What the guest's memory dirtier does: which pages of its work area it writes in a tick.

Every choice is a function of variables in guest RAM, never of what the pages hold, so that a page that differs stays
different (``dirty`` adds to the old words).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from snapmgr.machine.memory import WORDS, GuestMemory
from snapmgr.machine.random import MASK, mix, numbers

Pages = slice | npt.NDArray[np.int64]

BURST_EVERY = 16
"""Ticks from one burst to the next."""
BURST_RUN = 64
"""Pages of one run of a burst."""
HOT_SHARE = 16
"""The hot spot is one page in so many; nine writes in ten go there."""
WORDS_WRITTEN = 8
"""u64 words that change in a page; the next ones in the next tick."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a choice may depend on: variables of the guest, and ``total`` pages of work area."""

    tick: int
    random: int
    cursor: int
    rate: int
    total: int


@dataclass(frozen=True, slots=True)
class Workload:
    """``pages(moment)`` gives the pages to write, at most once each; ``rate`` pages a tick where none is asked for."""

    name: str
    summary: str
    rate: int
    pages: Callable[[Moment], Pages]


_NONE = slice(0, 0)


def _idle(moment: Moment) -> Pages:
    return _NONE


def _sequential(moment: Moment) -> Pages:
    count = min(moment.rate, moment.total)
    if moment.cursor + count <= moment.total:
        return slice(moment.cursor, moment.cursor + count)
    return (np.arange(count, dtype=np.int64) + moment.cursor) % moment.total


def _random(moment: Moment) -> Pages:
    return _unique(numbers(moment.random, moment.rate) % np.uint64(moment.total))


def _hotspot(moment: Moment) -> Pages:
    chosen = numbers(moment.random, moment.rate)
    hot = max(1, moment.total // HOT_SHARE)
    is_hot = chosen % np.uint64(10) != 0
    chosen //= np.uint64(10)
    return _unique(np.where(is_hot, chosen % np.uint64(hot), chosen % np.uint64(moment.total)))


def _burst(moment: Moment) -> Pages:
    if moment.tick % BURST_EVERY:
        return _NONE
    runs = max(1, moment.rate * BURST_EVERY // BURST_RUN)
    starts = numbers(moment.random, runs) % np.uint64(moment.total)
    pages = starts[:, None] + np.arange(BURST_RUN, dtype=np.uint64)
    return _unique(pages.ravel() % np.uint64(moment.total))


def _full(moment: Moment) -> Pages:
    return slice(0, moment.total)


def _unique(pages: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return np.unique(pages).astype(np.int64)


WORKLOADS = (
    Workload("idle", "nothing but the picture, the clock and the disks", 0, _idle),
    Workload("sequential", "one page behind the other, round and round", 64, _sequential),
    Workload("random", "pages all over its memory", 64, _random),
    Workload("hotspot", "nine in ten in a sixteenth of its memory", 64, _hotspot),
    Workload("burst", "runs of pages, then silence", 64, _burst),
    Workload("full", "every page in every tick", 0, _full),
)
"""By number: what the guest keeps in RAM is the place in this list."""

BY_NAME = {workload.name: number for number, workload in enumerate(WORKLOADS)}


def dirty(memory: GuestMemory) -> None:
    """Let the workload write for one tick."""
    number = memory.get("workload") % len(WORKLOADS)
    total = len(memory.work)
    cursor = memory.get("cursor") % total
    moment = Moment(memory.get("tick"), memory.get("random"), cursor, min(memory.get("rate"), total), total)
    pages = WORKLOADS[number].pages(moment)
    count = _write(memory, pages, moment)
    memory.set("cursor", (memory.get("cursor") + memory.get("rate")) & MASK)
    memory.set("dirtied", (memory.get("dirtied") + count) & MASK)


def _write(memory: GuestMemory, pages: Pages, moment: Moment) -> int:
    """Add to some words of each page; returns how many pages that were."""
    count = pages.stop - pages.start if isinstance(pages, slice) else len(pages)
    if count:
        first = moment.tick * WORDS_WRITTEN % WORDS
        value = np.arange(count, dtype=np.uint64) * np.uint64(0x0001_0000_0001) + np.uint64(mix(moment.random) | 1)
        memory.changing_work(pages)
        memory.work[pages, first : first + WORDS_WRITTEN] += value[:, None]
    return count
