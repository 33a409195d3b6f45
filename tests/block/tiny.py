"""Small qcow2 images written out by hand, byte by byte, for tests of the reader."""

from __future__ import annotations

import struct
from collections.abc import Mapping

HEADER = struct.Struct(">4sIQIIQIIQQIIQQQQII8x")
COPIED = 1 << 63
COMPRESSED = 1 << 62


def header(**changed: int) -> bytes:
    """The header of a sound version 3 image with clusters of 4 KiB and a disk of 1 MiB, some fields changed."""
    fields = {
        "version": 3,
        "backing_offset": 0,
        "backing_length": 0,
        "cluster_bits": 12,
        "size": 1 << 20,
        "crypt": 0,
        "l1_size": 1,
        "l1_offset": 3 << 12,
        "reftable_offset": 1 << 12,
        "reftable_clusters": 1,
        "snapshots": 0,
        "snapshots_offset": 0,
        "incompatible": 0,
        "compatible": 0,
        "autoclear": 0,
        "refcount_order": 4,
        "length": 112,
    }
    assert set(changed) <= set(fields)
    return HEADER.pack(b"QFI\xfb", *(fields | changed).values())


def tiny(entries: Mapping[int, int], data: Mapping[int, bytes] | None = None, **changed: int) -> bytes:
    """An image whose one L2 table (cluster 4) has ``entries`` (8-byte words by number); ``data`` are bytes by offset.

    Clusters: 0 header, 1 refcount table, 2 refcount block, 3 L1, 4 L2, data from 5 on.  Refcounts are 1 throughout.
    """
    bits = changed.get("cluster_bits", 12)
    size = 1 << bits
    places = {"reftable_offset": size, "l1_offset": 3 * size}
    image = bytearray(5 * size)
    image[:112] = header(**places | changed)
    image[size : size + 8] = (2 * size).to_bytes(8)
    image[3 * size : 3 * size + 8] = (4 * size | COPIED).to_bytes(8)
    for number, entry in entries.items():
        at = 4 * size + number * 8
        image[at : at + 8] = entry.to_bytes(8)
    for offset, content in (data or {}).items():
        image.extend(bytes(max(0, offset + len(content) - len(image))))
    if changed.get("refcount_order", 4) == 4:
        for cluster in range(-(-len(image) // size)):
            at = 2 * size + cluster * 2
            image[at : at + 2] = b"\0\1"
    for offset, content in (data or {}).items():
        image[offset : offset + len(content)] = content
    return bytes(image)
