"""Migrations within one process: throughput, downtime, how long a guest waits for a page, and COLO's memory.

``python -m tests.benchmarks.moving PART`` measures in a process of its own and prints the figures.  The memory that
a guest moves into is made just before: what making it costs is the system's.
"""

from __future__ import annotations

import gc
import mmap
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

from snapmgr.machine.guest import BootOptions
from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.both import Both, Proof
from snapmgr.migrate.colo.both import Replicated
from snapmgr.migrate.model import ArrivalStatistics, Parameters, Statistics
from snapmgr.migrate.source import Outgoing
from snapmgr.ram.block import RAMBlock
from snapmgr.savevm.status import MigrationStatus
from tests.benchmarks.save_load import STRETCH, fill

ROOT = Path(__file__).resolve().parents[2]
SIZE = 2 << 30
POSTCOPY_SIZE = 512 << 20
POSTCOPY_BANDWIDTH = 200_000_000
TURNS = 5
SECONDS = 600 if "SNAPMGR_LONG" in os.environ else 30
"""Of COLO."""
SETTLED = 0.25
"""Part of them after which its memory is looked at first."""
LOOKED = 0.05
"""Part of them for which it is looked at, then and at the end: the least counts, as pictures of both screens come and
go all the time (0.8 MB)."""
CHECKPOINT_DELAY = 50
KIB = 1024


def memcpy() -> float:
    """GB/s of memory that is there, into memory that is there."""
    source, target = np.ones(256 << 20, np.uint8), np.empty(256 << 20, np.uint8)
    target[:] = source
    begin = time.perf_counter()
    target[:] = source
    return source.nbytes / (time.perf_counter() - begin) / 1e9


def made_memory(size: int) -> mmap.mmap:
    """So much that the system has found, so that it need not ask whoever it runs on; to be closed just before others
    take it: a virtual machine gives back within seconds what nobody holds."""
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE)
    np.frombuffer(memory, np.uint8)[:: mmap.PAGESIZE] = 1
    return memory


class Unproved(Both):
    """Digests are not what is measured."""

    def _proof(self, statistics: Statistics, after: int) -> Proof:
        return Proof(self.source.tick, None, None, "", self._switched)


def moved(size: int, workload: str, capabilities: str, parameters: Parameters) -> tuple[Statistics, ArrivalStatistics]:
    options = MachineOptions(ram=size, boot=BootOptions(workload, 1), capabilities=frozenset(capabilities.split()))
    with Unproved(options, []) as both:
        both.source.advance(1)
        ram = both.source.ram.find("demo.ram")
        assert isinstance(ram, RAMBlock)
        kept = ram.memory[: 1 << 20].copy()
        fill(ram, STRETCH)
        ram.memory[: 1 << 20] = kept  # the guest's variables
        both.prepare(parameters)
        made_memory(size + (256 << 20)).close()
        done = both.move(10, 0)
    assert done.statistics.status is MigrationStatus.COMPLETED, done.statistics
    gc.collect()
    return done.statistics, done.arrival or ArrivalStatistics()


def precopy() -> list[float]:
    """GB/s of RAM, ms that the guest stood still, GB/s of memcpy."""
    copy = memcpy()
    done, _ = moved(SIZE, "random", "", Parameters(max_bandwidth=0))
    return [SIZE / done.total_time / 1e6, done.downtime, copy]


def postcopy() -> list[float]:
    """ms that a guest waits for the pages of a tick, in the middle and 99 of 100 under; how often; how many at once."""
    parameters = Parameters(max_bandwidth=0, postcopy_after_passes=0, max_postcopy_bandwidth=POSTCOPY_BANDWIDTH)
    _, there = moved(POSTCOPY_SIZE, "random", "postcopy-ram postcopy-preempt", parameters)
    return [there.latency(50), there.latency(99), float(len(there.waits)), there.requests / max(1, len(there.waits))]


def resident() -> int:
    """KiB that this process holds itself."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def traced() -> int:
    """KiB of everything that Python and numpy have asked for and not given back."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0] // KIB


def watched(memory: Callable[[], int]) -> list[float]:
    """KiB by which that memory grew, checkpoints in that time, ms that the guest stood still for the longest."""
    begin, windows = time.monotonic(), {SETTLED: list[tuple[int, int]](), 1 - LOOKED: list[tuple[int, int]]()}

    def show(outgoing: Outgoing, now: Statistics) -> None:
        if now.status is not MigrationStatus.COLO or now.colo is None:
            return
        gone = (time.monotonic() - begin) / SECONDS
        for start, looks in windows.items():
            if start <= gone < start + LOOKED or (not looks and gone >= start):
                looks.append((memory(), now.colo.checkpoints))
        if gone >= 1:
            outgoing.x_colo_lost_heartbeat()

    options = MachineOptions(ram=16 << 20, boot=BootOptions("hotspot", 1), capabilities=frozenset({"x-colo"}))
    with Replicated(options, [], checkpoints=0) as both:
        both.prepare(Parameters(max_bandwidth=0, x_checkpoint_delay=CHECKPOINT_DELAY), show)
        done = both.move(10, 5)
    assert done.proof.agrees and done.statistics.colo is not None
    (small, before), (large, after) = map(min, windows.values())
    return [float(large - small), float(after - before), done.statistics.colo.longest]


def colo() -> list[float]:
    """Of what the process holds: with what the C library and numpy keep for whoever asks next, which has a bound."""
    return watched(resident)


def colo_traced() -> list[float]:
    """Of what is in use; a look at everything that is asked for makes it slower."""
    tracemalloc.start()
    return watched(traced)


PARTS = {"precopy": precopy, "postcopy": postcopy, "colo": colo, "colo-traced": colo_traced}


def measured(part: str) -> list[float]:
    command = [sys.executable, "-m", "tests.benchmarks.moving", part]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def moving_rows() -> list[str]:
    """Medians of some turns, each in a process of its own; COLO once."""
    speeds, downtimes, copies = zip(*(measured("precopy") for _ in range(TURNS)), strict=True)
    speed, downtime, copy = map(statistics.median, (speeds, downtimes, copies))
    found = zip(*(measured("postcopy") for _ in range(TURNS)), strict=True)
    middle, most, waits, asked = map(statistics.median, found)
    pushed = f"while {POSTCOPY_BANDWIDTH / 1e6:.0f} MB/s are pushed"
    return [
        f"| migrate 2 GiB within a process | {speed:.2f} GB/s, memcpy {copy:.1f} GB/s | ≥ 1 GB/s | {speed:.2f} × |",
        f"| its downtime, the guest writing 64 pages a tick | {downtime:.1f} ms, {max(downtimes):.1f} ms at most "
        f"| ≤ 30 ms | {downtime / 30:.2f} of it |",
        f"| postcopy: a wait for about {asked:.0f} pages at once, {pushed} | {middle:.2f} ms in the middle of "
        f"{waits:.0f}, {most:.2f} ms for 99 of 100 | none stated | |",
        colo_row(),
    ]


def colo_row() -> str:
    used, times, _ = measured("colo-traced")
    grown, checkpoints, longest = measured("colo")
    seconds = SECONDS * (1 - SETTLED)
    return (
        f"| COLO: memory in use after {seconds:.0f} s, {times:.0f} checkpoints | {used:+.0f} KiB; not looked into, "
        f"{checkpoints:.0f} checkpoints (at most {longest:.1f} ms), the process {grown:+.0f} KiB | none | |"
    )


if __name__ == "__main__":
    print(*PARTS[sys.argv[1]]())
