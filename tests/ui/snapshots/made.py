"""Real images of the corpus with other names and dates in their snapshot tables, and very long tables."""

from __future__ import annotations

import functools
import os
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests import corpus

_ENTRY = struct.Struct(">QIHHIIQII")
_EXTRA = struct.Struct(">QQQ")
NO_ICOUNT = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a snapshot table; ``state`` False takes its VM state away."""

    name: bytes | str
    date_sec: int
    vm_clock_nsec: int = 0
    like: int = 0
    """Number of the entry of the original whose L1 table and VM state it has."""
    state: bool = True
    id: str = ""


def case_with(case: str, target: Path) -> Path:
    """The first image of a corpus case, as ``target``."""
    folder = target.parent / f".{target.name}.parts"
    folder.mkdir(exist_ok=True)
    next(iter(corpus.unpack_image(case, folder).values())).replace(target)
    return target


def retabled(case: str, target: Path, entries: Sequence[Entry]) -> Path:
    """The image of a case with another snapshot table, written at its end (cluster-aligned) as QEMU would."""
    corpus.write_sparse(target, _retabled(case, tuple(entries)))
    return target


@functools.lru_cache(8)
def _retabled(case: str, entries: tuple[Entry, ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return _with_table(case, Path(folder) / "image", entries).read_bytes()


def _with_table(case: str, target: Path, entries: Sequence[Entry]) -> Path:
    case_with(case, target)
    truths = next(iter(corpus.images()[case]["truth"].values()))["snapshots"]
    table = bytearray()
    for number, entry in enumerate(entries, 1):
        table += _packed(entry, truths[entry.like], entry.id or str(number))
    with target.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        start = -(-end // 65536) * 65536
        file.seek(start)
        file.write(table)
        file.truncate(-(-(start + len(table)) // 65536) * 65536)
        file.seek(60)
        file.write(struct.pack(">IQ", len(entries), start))
    _recount(target)
    return target


_OFFSET = 0x00FFFFFFFFFFFE00
_COPIED = 1 << 63
_CLUSTER = 65536


def _recount(path: Path) -> None:
    """Make refcounts and COPIED flags right again: for 64 KiB clusters, 16-bit refcounts and one refcount block."""
    data = bytearray(path.read_bytes())
    counts = [0] * (_CLUSTER // 2)

    def number(at: int, size: int = 8) -> int:
        return int.from_bytes(data[at : at + size])

    def count(at: int, length: int = _CLUSTER) -> None:
        for cluster in range(at // _CLUSTER, -(-(at + length) // _CLUSTER)):
            counts[cluster] += 1

    def tree(l1: int, entries: int) -> Iterator[tuple[int, int]]:
        """(where the entry stands, cluster it names) of an L1 table and of the L2 tables below it."""
        for at in range(l1, l1 + 8 * entries, 8):
            if table := number(at) & _OFFSET:
                yield at, table
                named = np.frombuffer(bytes(data[table : table + _CLUSTER]), ">u8") & np.uint64(_OFFSET)
                yield from ((table + 8 * place, int(named[place])) for place in np.flatnonzero(named).tolist())

    refcounts = number(48)
    block = number(refcounts) & _OFFSET
    active, snapshots, table = (number(40), number(36, 4)), number(60, 4), number(64)
    for at, length in ((0, 1), (refcounts, 1), (block, 1), (active[0], 8 * active[1])):
        count(at, length)
    trees, entry = [active], table
    for _ in range(snapshots):
        trees.append((number(entry), number(entry + 8, 4)))
        count(number(entry), 8 * number(entry + 8, 4))
        size = 40 + number(entry + 36, 4) + number(entry + 12, 2) + number(entry + 14, 2)
        entry += -(-size // 8) * 8
    if snapshots:
        count(table, entry - table)
    for (l1, entries), times in Counter(trees).items():
        for _at, cluster in tree(l1, entries):
            counts[cluster // _CLUSTER] += times
    for at, cluster in tree(*active):
        flag = _COPIED if counts[cluster // _CLUSTER] == 1 else 0
        data[at : at + 8] = (number(at) & ~_COPIED | flag).to_bytes(8)
    data[block : block + _CLUSTER] = struct.pack(f">{len(counts)}H", *counts)
    path.write_bytes(data)


def _packed(entry: Entry, truth: dict[str, int], id: str) -> bytes:
    name = entry.name if isinstance(entry.name, bytes) else entry.name.encode()
    size = truth["vm_state_size"] if entry.state else 0
    head = _ENTRY.pack(
        truth["l1_table_offset"], truth["l1_size"], len(id), len(name),
        entry.date_sec, 0, entry.vm_clock_nsec, size & 0xFFFFFFFF, _EXTRA.size,
    )  # fmt: skip
    icount = NO_ICOUNT if entry.state else 0
    whole = head + _EXTRA.pack(size, truth["disk_size"], icount) + id.encode() + name
    return whole + bytes(-len(whole) % 8)


_HOLD = """
import fcntl, os, struct, sys
path, name = sys.argv[1:]
if name:
    open("/proc/self/comm", "w").write(name)
fd = os.open(path, os.O_RDWR)
for byte in (100, 101, 103, 201, 203):
    fcntl.fcntl(fd, fcntl.F_OFD_SETLK, struct.pack("@hhqqi0q", fcntl.F_RDLCK, os.SEEK_SET, byte, 1, 0))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path, name: str = "") -> Iterator[int]:
    """Another process has ``path`` open with the locks of a QEMU that writes; yields its pid."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == b"held\n"
        yield process.pid
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
