"""How fast a guest writes to its RAM (migration/dirtyrate.c; QAPI: calc-dirty-rate, query-dirty-rate)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from snapmgr.errors import SnapmgrError
from snapmgr.machine.machine import Machine
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.encode import U8

SAMPLES, MOST_SAMPLES, FEWEST_SAMPLES = 512, 16384, 128
"""Pages looked at for each GiB (dirtyrate.h: DIRTYRATE_DEFAULT_SAMPLE_PAGES, MAX_ and MIN_SAMPLE_PAGE_COUNT)."""
SHORTEST, LONGEST = 1, 60
"""Seconds (MIN_ and MAX_FETCH_DIRTYRATE_TIME_SEC)."""
MIB, GIB = 1 << 20, 1 << 30


class Mode(StrEnum):
    """DirtyRateMeasureMode: pages that are compared, or the log of every write; dirty-ring is KVM's alone."""

    PAGE_SAMPLING = "page-sampling"
    DIRTY_BITMAP = "dirty-bitmap"


class Status(StrEnum):
    """DirtyRateStatus."""

    UNSTARTED = "unstarted"
    MEASURING = "measuring"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class _Sampled:
    """Pages of a block, and what they held."""

    block: RAMBlock
    pages: Any
    contents: U8


class DirtyRate:
    """Measurements of one machine, one after the other.  ``at_owner`` has something done by the machine's thread.

    ``clock`` in seconds, ``wait(seconds)`` waits so long.
    """

    def __init__(
        self,
        machine: Machine,
        at_owner: Callable[[Callable[[], None]], object],
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._machine, self._at_owner, self._clock, self._wait = machine, at_owner, clock, wait
        self._facts: dict[str, Any] = {"status": Status.UNSTARTED.value, "start-time": 0, "calc-time": 0}
        self._begin = 0.0
        self._sampled: list[_Sampled] = []

    def query(self) -> dict[str, Any]:
        """The answer of query-dirty-rate; ``dirty-rate`` in MiB a second, once it is measured."""
        return dict(self._facts)

    def calculate(self, seconds: float, *, mode: Mode = Mode.PAGE_SAMPLING, samples: int = SAMPLES) -> dict[str, Any]:
        """calc-dirty-rate, and its result.  Raises SnapmgrError for what QEMU refuses, too."""
        self._check(seconds, mode, samples)
        self._facts = {
            "status": Status.MEASURING.value,
            "start-time": int(self._clock()),
            "calc-time": seconds,
            "sample-pages": samples,
            "mode": mode.value,
        }
        sampling = mode is Mode.PAGE_SAMPLING
        self._at_owner((lambda: self._sample(samples)) if sampling else self._watch)
        self._wait(seconds)
        self._at_owner(self._compare if sampling else self._count)
        return self.query()

    def _check(self, seconds: float, mode: Mode, samples: int) -> None:
        if self._facts["status"] == Status.MEASURING:
            text = "the dirty rate is already being measured"
            raise SnapmgrError("dirty-rate-busy", text, qemu=f"{text}.")
        if not SHORTEST <= seconds <= LONGEST:
            text = f"calc-time is out of range[{SHORTEST}, {LONGEST}]."
            raise SnapmgrError("calc-time", f"a dirty rate is measured for {SHORTEST} to {LONGEST} seconds", qemu=text)
        if mode is Mode.PAGE_SAMPLING and not FEWEST_SAMPLES <= samples <= MOST_SAMPLES:
            text = f"sample-pages is out of range[{FEWEST_SAMPLES}, {MOST_SAMPLES}]."
            message = f"of each GiB {FEWEST_SAMPLES} to {MOST_SAMPLES} pages are looked at"
            raise SnapmgrError("sample-pages", message, qemu=text)

    # -- the machine's thread --------------------------------------------------------------------------------------

    def _sample(self, samples: int) -> None:
        pick = np.random.default_rng(len(self._machine.ram))
        self._sampled = []
        for block in self._machine.ram.migratable():
            count = max(1, min(block.pages, -(-block.used_length * samples // GIB)))
            pages = np.sort(pick.choice(block.pages, count, replace=False))
            self._sampled.append(_Sampled(block, pages, block.by_page[pages]))
        self._begin = self._clock()

    def _compare(self) -> None:
        """Every sample stands for its part of the block (dirtyrate.c: update_dirtyrate)."""
        size = 0.0
        for one in self._sampled:
            changed = np.any(one.block.by_page[one.pages] != one.contents, axis=1)
            size += float(np.mean(changed)) * one.block.used_length
        self._sampled = []
        self._measured(size)

    def _watch(self) -> None:
        for block in self._machine.ram.migratable():
            block.dirty.watched = np.zeros(len(block.dirty.flags), np.bool_)
        self._begin = self._clock()

    def _count(self) -> None:
        size = 0
        for block in self._machine.ram.migratable():
            watched, block.dirty.watched = block.dirty.watched, None
            if watched is not None:
                size += int(np.count_nonzero(watched)) << block.page_bits
        self._measured(size)

    def _measured(self, size: float) -> None:
        elapsed = self._clock() - self._begin
        self._facts |= {"status": Status.MEASURED.value, "dirty-rate": int(size / MIB / elapsed) if elapsed else 0}
