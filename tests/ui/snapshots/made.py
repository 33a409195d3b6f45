"""Real images of the corpus with other names and dates in their snapshot tables, and very long tables."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
    return target


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
