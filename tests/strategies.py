"""hypothesis strategies that several test modules share: chunkings, and small streams made by the writer."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Configuration, ConfigurationSubsection, SectionBegin

NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-/.:", min_size=3, max_size=24)


def chunked(data: bytes, sizes: list[int]) -> list[bytes]:
    """``data`` in pieces of the given sizes over and over, the rest in one."""
    pieces, at = [], 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    pieces.append(data[at:])
    return [piece for piece in pieces if piece]


CHUNK_SIZES = st.lists(st.integers(1, 5000), max_size=40)


@dataclass(frozen=True)
class RamBlock:
    name: str
    pages: int


@st.composite
def ram_words(draw: st.DrawFn, block: RamBlock) -> bytes:
    """Some page records of one block: the first names it, the others continue."""
    out = bytearray()
    for number in range(draw(st.integers(1, 12))):
        page = draw(st.integers(0, block.pages - 1))
        normal = draw(st.booleans())
        flags = (0x08 if normal else 0x02) | (0x20 if number else 0)
        out += (page << 12 | flags).to_bytes(8)
        if not number:
            out += writer.counted(block.name.encode())
        out += draw(st.binary(min_size=1, max_size=8)).ljust(4096, b"\x5a") if normal else b"\0"
    return bytes(out)


@st.composite
def configurations(draw: st.DrawFn) -> bytes:
    subsections = []
    if draw(st.booleans()):
        subsections.append(
            ConfigurationSubsection(0, 0, "configuration/uuid", 1, draw(st.binary(min_size=16, max_size=16)))
        )
    if draw(st.booleans()):
        subsections.append(ConfigurationSubsection(0, 0, "configuration/target-page-bits", 1, (12).to_bytes(4)))
    machine = draw(NAMES).encode()
    return writer.configuration(Configuration(0, 0, machine, tuple(subsections)))


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """A whole small stream: configuration, RAM in sections, devices, commands, EOF, and some bytes behind it."""
    blocks = [
        RamBlock(name, draw(st.integers(1, 64))) for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    ]
    out = bytearray(writer.header())
    if draw(st.booleans()):
        out += draw(configurations())
    footers = True
    eos = (0x10).to_bytes(8)
    out += writer.section_begin(SectionBegin(0, 0, RecordType.START, 2, "ram", 0, 4))
    out += (sum(block.pages for block in blocks) << 12 | 0x04).to_bytes(8)
    for block in blocks:
        out += writer.counted(block.name.encode()) + (block.pages << 12).to_bytes(8)
    out += eos + writer.footer(2)
    for _ in range(draw(st.integers(0, 3))):
        out += writer.section_begin(SectionBegin(0, 0, RecordType.PART, 2))
        out += draw(ram_words(draw(st.sampled_from(blocks)))) + eos + writer.footer(2)
        if draw(st.booleans()):
            out += writer.command(2, draw(st.binary(min_size=4, max_size=4)))
    out += writer.section_begin(SectionBegin(0, 0, RecordType.END, 2)) + eos + writer.footer(2)
    for number in range(draw(st.integers(0, 3))):
        begin = SectionBegin(
            0, 0, RecordType.FULL, 10 + number, draw(NAMES), draw(st.integers(0, 3)), draw(st.integers(0, 9))
        )
        payload = draw(st.binary(max_size=60)).replace(b"\x7e", b"\x7d")
        out += writer.section_begin(begin) + payload
        out += writer.footer(10 + number) if footers else b""
    out += bytes([RecordType.EOF])
    if draw(st.booleans()):
        out += writer.vmdesc(b'{"page_size": 4096, "devices": []}')
    return bytes(out)
