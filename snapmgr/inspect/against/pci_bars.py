"""Windows (BARs) of PCI functions: of their registers the bits that a guest cannot write are compared on a load.

What each function has was asked of QEMU 10.0 (query-pci of every device that can be added), by vendor and device.  How
large a window of video memory is, options decide: what lies above its first MiB is not looked at.  Which ones virtio
has depends on options, too: it is not among them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

_WINDOWS = {
    "0i8 1m10 2m13": "10000001 10000012",
    "0i8 1m14 2m16": "10000054",
    "0q14 2i8 3q18": "10000060",
    "0i8 1q14 3q18": "10000079",
    "0m24 1i8 2m14 6m16": "10025046",
    "0i7 1m7": "10110019",
    "0m25 1m12 6m16": "101300b8",
    "0i5 1m5 6m18": "10222000",
    "0i7": "10222020",
    "0q14": "10330194 1b36000d",
    "0m8": "106b003f 1b360007",
    "0i8 6m18": "10ec8029",
    "0i8 1m8 6m18": "10ec8139",
    "0m24 2m12 6m16": "12341111",
    "0m20": "123411e8",
    "0i8": "12745000",
    "0m7 1i7 2m8 3m10 4m25 5m24": "149830c8",
    "0i4 1m24 2m16 6m16": "15ad0405",
    "0m12 1m12 2m13 6m18": "15ad07b0",
    "0m15": "15ad07c0",
    "0i3": "1b360002",
    "0i4": "1b360003",
    "0i5": "1b360004",
    "0m12 1i8": "1b360005",
    "0m13 1m13": "1b360006",
    "0m12": "1b36000c 808624cd 8086293a 8086293c",
    "0q8": "1b36000e",
    "0m1": "1b360011",
    "0m4": "808625ab",
    "0m17 1i6 6m18": "8086100c 8086100e 8086100f",
    "0m17 1m17 2i5 3m14 6m18": "808610d3",
    "0m12 1i6 2m17 6m17": "80861209 80861229 80862449",
    "0i10 1i8": "80862415",
    "0m14": "80862668 8086293e",
    "4i5 5m12": "80862922",
    "4i6": "80862930",
    "4i5": "80862934 80862935 80862936 80862937 80862938 80862939 80867020 80867112",
    "4i4": "80867010 80867111",
    "0q16": "80867075",
}
"""Number, kind (i: ports, m: memory, q: memory with an address of 64 bits) and log2 of the bytes of each window; 6 is
the one for a ROM.  By vendor and device in hexadecimal digits."""

_FIRST, _ROM, _ROM_OF_BRIDGE, _ROM_NUMBER = 0x10, 0x30, 0x38, 6
_HEADER, _BRIDGE = 0x0E, 1
_CERTAIN = 20
"""log2 of the bytes up to which a size is certain."""
_RANGES = dict.fromkeys((0x1C, 0x1D, 0x24, 0x26), (0x0F, 0xF0))
"""What kinds of ranges a bridge passes on (hw/pci/pci.c: pci_init_mask_bridge)."""

Mask = tuple[int, int]
"""Bits that are compared, and bits that a guest may write."""


def window_masks(local: bytes) -> dict[int, Mask]:
    """For each byte of a function's windows, from its configuration space (hw/pci/pci.c: pci_register_bar)."""
    bridge = local[_HEADER] & 0x7F == _BRIDGE
    masks: dict[int, Mask] = dict(_RANGES) if bridge else {}
    for number, kind, size in _windows(local[:4]):
        at = _FIRST + 4 * number
        if number == _ROM_NUMBER:
            at = _ROM_OF_BRIDGE if bridge else _ROM
            if not any(local[at : at + 4]):  # the function may have been given none
                continue
        masks.update(_of_window(at, 8 if kind == "q" else 4, size, is_rom=number == _ROM_NUMBER))
    return masks


def _of_window(at: int, width: int, size: int, *, is_rom: bool) -> Iterator[tuple[int, Mask]]:
    writable = (-1 << size) & ((1 << 8 * width) - 1) | is_rom
    for byte in range(width):
        if size <= _CERTAIN or 8 * byte + 8 <= _CERTAIN:
            yield at + byte, (0xFF, writable >> 8 * byte & 0xFF)


@functools.cache
def _windows(identity: bytes) -> tuple[tuple[int, str, int], ...]:
    number = f"{int.from_bytes(identity[:2], 'little'):04x}{int.from_bytes(identity[2:], 'little'):04x}"
    found = next((windows for windows, names in _WINDOWS.items() if number in names.split()), "")
    return tuple((int(window[0]), window[1], int(window[2:])) for window in found.split())
