"""Big streams, made with numpy: two mixes of page kinds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import SectionBegin

PART_PAGES = 8192
EOS = (0x10).to_bytes(8)
NO_DEVICES = b'{"page_size": 4096, "devices": []}'
"""A description, since QEMU's analyze-migration.py reads no stream without one."""
U64 = npt.NDArray[np.uint64]


def write_stream(path: Path, pages: int, stretch: int) -> None:
    """RAM of ``pages`` pages, about 60 % random and the rest zero, in stretches of ``stretch`` pages of one kind."""
    random = np.random.default_rng(1)
    kinds = np.resize(random.random(max(pages // stretch, 1)) < 0.6, pages // stretch) if stretch > 1 else None
    normal = np.arange(pages) % 2 == 0 if kinds is None else np.repeat(kinds, stretch)
    contents = random.integers(0, 256, (256, 4096), dtype=np.uint8)
    with path.open("wb") as file:
        file.write(writer.header() + writer.section_begin(SectionBegin(0, 0, RecordType.START, 2, "ram", 0, 4)))
        file.write((pages << 12 | 0x04).to_bytes(8) + writer.counted(b"pc.ram") + (pages << 12).to_bytes(8))
        file.write(EOS + writer.footer(2))
        for first in range(0, pages, PART_PAGES):
            file.write(writer.section_begin(SectionBegin(0, 0, RecordType.PART, 2)))
            for number, record in enumerate(_records(first, normal[first : first + PART_PAGES], contents)):
                named = first == 0 and number == 0
                file.write(_naming(record) if named else record)
            file.write(EOS + writer.footer(2))
        file.write(writer.section_begin(SectionBegin(0, 0, RecordType.END, 2)) + EOS + writer.footer(2) + b"\0")
        file.write(writer.vmdesc(NO_DEVICES))


def _records(first: int, normal: npt.NDArray[np.bool_], contents: npt.NDArray[np.uint8]) -> Iterator[bytes]:
    """Runs of records as bytes."""
    cuts = [0, *(np.flatnonzero(normal[1:] != normal[:-1]) + 1).tolist(), len(normal)]
    for begin, end in itertools.pairwise(cuts):
        words = np.arange(first + begin, first + end, dtype=np.uint64) << np.uint64(12)
        if normal[begin]:
            run = np.empty((end - begin, 4104), np.uint8)
            run[:, 8:] = contents[np.arange(begin, end) % len(contents)]
        else:
            run = np.zeros((end - begin, 9), np.uint8)
        flag = np.uint64(0x28 if normal[begin] else 0x22)
        run[:, :8] = (words | flag).astype(">u8").view(np.uint8).reshape(-1, 8)
        yield run.tobytes()


def _naming(records: bytes) -> bytes:
    """The first record names its block instead of continuing it."""
    word = int.from_bytes(records[:8]) & ~0x20
    return word.to_bytes(8) + writer.counted(b"pc.ram") + records[8:]
