"""Screens as PNG: written from an array, and looked through before anybody decodes them (PNG, W3C, 3rd edition)."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

MOST_BYTES = 4 << 20
"""Of a file."""
MOST_SIDE = 4096
"""Dots of width or height."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">IIBBBBB")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Values of a dot, by colour type."""
_EIGHT_BITS, _RGB = 8, 2


def to_png(picture: npt.NDArray[np.uint8]) -> bytes:
    """A picture of shape (height, width, 3)."""
    height, width, _ = picture.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row begins with its filter: 0, none
    rows[:, 1:] = picture.reshape(height, 3 * width)
    header = _HEADER.pack(width, height, _EIGHT_BITS, _RGB, 0, 0, 0)
    return (
        _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def check_png(data: bytes) -> tuple[int, int]:
    """Width and height.  Raises ValueError for what is no whole PNG, too large, or packs other than its size says."""
    if len(data) > MOST_BYTES or not data.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    at, header, packed, ended = len(_SIGNATURE), b"", [], False
    while at < len(data):
        if ended or at + 12 > len(data):
            raise ValueError("cut off")
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if len(body) != length or data[at + 8 + length : at + 12 + length] != struct.pack(
            ">I", zlib.crc32(kind + body)
        ):
            raise ValueError("damaged")
        if not header and kind != b"IHDR":
            raise ValueError("no header")
        if kind == b"IHDR":
            header = body
        elif kind == b"IDAT":
            packed.append(body)
        ended = kind == b"IEND"
        at += 12 + length
    if not ended:
        raise ValueError("cut off")
    return _size(header, packed)


def _size(header: bytes, packed: list[bytes]) -> tuple[int, int]:
    """Unpacks no more than the header announces."""
    if len(header) != _HEADER.size:
        raise ValueError("no header")
    width, height, bits, colours, _, _, interlaced = _HEADER.unpack(header)
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise ValueError("too large")
    if colours not in _CHANNELS or bits != _EIGHT_BITS or interlaced:
        raise ValueError("another kind of PNG than screens are")
    wanted = height * (1 + width * _CHANNELS[colours])
    unpack = zlib.decompressobj()
    try:
        got = len(unpack.decompress(b"".join(packed), wanted + 1))
    except zlib.error as error:
        raise ValueError("damaged") from error
    if got != wanted:
        raise ValueError("cut off")
    return width, height
