"""Packed pages: found in a stream, and unpacked, beside what the libraries need for the same bytes alone.

XBZRLE has no library; its pages stand beside the same pages sent whole.
"""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from snapmgr.containers.open import open_source
from snapmgr.containers.unpacked import Packs, UnpackedBytes
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.search import search
from snapmgr.ram.multifd_send import packer
from snapmgr.ram.xbzrle import encode
from tests.benchmarks.devices import best
from tests.savevm.streams import EOF, FULL, HEADER, PART, START, be32, begin, footer

PAGES, PAGE = 8192, 4096
PACKET_PAGES = 128
DEVICES, ELEMENTS = 250, 4000
EOS, NAME = (0x10).to_bytes(8), b"\6pc.ram"
U8 = npt.NDArray[np.uint8]


def contents() -> U8:
    """Half of every page is random, as in programs that run."""
    pages = np.zeros((PAGES, PAGE), np.uint8)
    pages[:, : PAGE // 2] = np.random.default_rng(7).integers(0, 256, (PAGES, PAGE // 2), dtype=np.uint8)
    return pages


def records(flag: int, bodies: Iterable[bytes]) -> bytes:
    """One record for each page in order; the first names its block."""
    out = bytearray()
    for page, body in enumerate(bodies):
        out += (page * PAGE | flag | (0x20 if page else 0)).to_bytes(8) + (b"" if page else NAME) + body
    return bytes(out)


def indexed(folder: Path, *parts: bytes) -> StreamIndex:
    listed = (PAGES * PAGE | 4).to_bytes(8) + NAME + (PAGES * PAGE).to_bytes(8)
    start = begin(START, 2, b"ram", 0, 4) + listed + EOS + footer(2)
    path = folder / "packed.mig"
    path.write_bytes(HEADER + start + b"".join(begin(PART, 2) + part + EOS + footer(2) for part in parts) + EOF)
    return index_stream(open_source(path))


def read_all(index: StreamIndex) -> int:
    return sum(len(data) for _, data in index.ram.contents("pc.ram"))


def rate(seconds: float) -> str:
    return f"{PAGES * PAGE / seconds / 1e6:.0f} MB/s"


def beside(what: str, ours: float, theirs: float, name: str) -> str:
    return f"| {what} | {rate(ours)}, {name} {rate(theirs)} | | {theirs / ours:.2f} × the speed of {name} |"


def zlib_row(folder: Path, pages: U8) -> str:
    packed = [zlib.compress(page.tobytes(), 1) for page in pages]
    index = indexed(folder, records(0x100, (be32(len(one)) + one for one in packed)))
    assert index.ram.read("pc.ram", 0, PAGE) == pages[0].tobytes()
    ours = best(lambda: read_all(index))
    return beside("compressed pages unpacked", ours, best(lambda: [zlib.decompress(one) for one in packed]), "zlib")


class Held:
    """Bytes as a source."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)

    def read(self, offset: int, length: int) -> memoryview:
        return self._data[offset : offset + length]


def packet_row(pages: U8, method: str, alone: Callable[[bytes], object]) -> str:
    """Packets of a channel of multifd, whose stream goes on from packet to packet."""
    packing = packer(method)
    packets = [bytes(packing.pack(pages[at : at + PACKET_PAGES])) for at in range(0, PAGES, PACKET_PAGES)]
    data = b"".join(packets)

    def unpack() -> None:
        packs, at, addresses = Packs(), 0, list[int | None]()
        for packet in packets:
            addresses.append(packs.add(1, method, at, len(packet), PACKET_PAGES * PAGE))
            at += len(packet)
        source: Any = Held(data)
        unpacked = UnpackedBytes(source, packs)
        for address in addresses:
            assert address is not None and len(unpacked.read(address, PACKET_PAGES * PAGE))

    return beside(f"multifd packets of {method} unpacked", best(unpack), best(lambda: alone(data)), method)


def xbzrle_rows(folder: Path, pages: U8) -> list[str]:
    changed = pages.copy()
    changed[:, 64::256] += 1
    encoded = encode(pages, changed)
    ends = np.cumsum(encoded.sizes).tolist()
    bodies = (
        b"\1" + int(size).to_bytes(2) + encoded.data[end - size : end].tobytes()
        for size, end in zip(encoded.sizes.tolist(), ends, strict=True)
    )
    whole, changes = records(0x08, (page.tobytes() for page in pages)), records(0x40, bodies)
    plain, index = indexed(folder, whole), indexed(folder, whole, changes)
    assert index.ram.read("pc.ram", PAGE, PAGE) == changed[1].tobytes()
    took = best(lambda: index_stream(index.source)) - best(lambda: index_stream(plain.source))
    ours = best(lambda: read_all(index))
    plain = indexed(folder, whole)
    theirs = best(lambda: read_all(plain))
    return [
        beside("XBZRLE pages rebuilt, 16 changes each", ours, theirs, "pages sent whole"),
        f"| XBZRLE records found | {took * 1e6 / PAGES:.2f} µs each | | |",
    ]


def field_rows(folder: Path) -> list[str]:
    """A million fields: elements of arrays in many devices."""
    devices, sections = [], []
    for number in range(DEVICES):
        field = {"name": "reg", "array_len": ELEMENTS, "type": "uint32", "size": 4}
        name = f"dev{number}"
        devices.append({"name": name, "instance_id": 0, "vmsd_name": name, "version": 1, "fields": [field]})
        payload = bytes(4 * ELEMENTS - 4) + be32(number)
        sections.append(begin(FULL, number, name.encode(), 0, 1) + payload + footer(number))
    text = json.dumps({"page_size": PAGE, "devices": devices}).encode()
    path = folder / "fields.mig"
    path.write_bytes(HEADER + b"".join(sections) + EOF + b"\6" + be32(len(text)) + text)
    index, rows = index_stream(open_source(path)), []
    queries = {"by value": f"={DEVICES - 1}", "by name": "no-such-name", "by type": "type:uint64"}
    for what, query in queries.items():
        took = best(lambda query=query: list(search(index, query)))  # type: ignore[misc]
        rows.append(
            f"| a filter over {DEVICES * ELEMENTS / 1e6:.0f} million fields, {what} | {took * 1e3:.0f} ms | | |"
        )
    return rows


def encoding_rows(folder: Path) -> list[str]:
    """Rows of docs/performance.md."""
    pages = contents()
    return [
        zlib_row(folder, pages),
        packet_row(pages, "zlib", lambda data: zlib.decompressobj().decompress(data)),
        packet_row(pages, "zstd", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
        *xbzrle_rows(folder, pages),
        *field_rows(folder),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        print("\n".join(encoding_rows(Path(name))))
