"""Graphics modes: four planes, CGA's two bits, 256 colours, and those of the Bochs extension.

Video RAM holds the four planes byte by byte, one behind the other, as QEMU keeps it.
"""

from __future__ import annotations

import numpy as np

from snapmgr.errors import Unsupported
from snapmgr.inspect.screen.registers import U8, Registers

_PLANES, _CGA = 0, 1
_HALF_CLOCK = 0x08
_DEPTHS = (4, 8, 15, 16, 24, 32)


def draw_graphics(registers: Registers, memory: U8) -> U8:
    """Shape (lines, dots, 3).  Video RAM goes on at its beginning.  Raises Unsupported for a depth that is not read."""
    shift, width = registers.gr[5] >> 5 & 3, registers.width
    bits = registers.depth if shift > _CGA and registers.depth else 4
    if bits not in _DEPTHS:
        raise Unsupported("screen-depth", f"a screen of {bits} bits a dot is not read")
    taken = -(-width * (16 if bits == 15 else bits) // 8)
    lines = np.stack([_bytes_from(memory, start, -(-taken // 4) * 4) for start in _starts(registers)])
    if shift <= _CGA:
        indices = (_of_planes if shift == _PLANES else _of_cga)(lines, registers.ar[0x12] & 15)
        dots: U8 = registers.colours16()[indices[:, :width]]
        return dots.repeat(2, axis=1) if registers.sr[1] & _HALF_CLOCK and not registers.extended else dots
    return _packed(registers, bits, lines[:, :taken])


def _bytes_from(memory: U8, start: int, length: int) -> U8:
    start %= len(memory)
    if start + length <= len(memory):
        return memory[start : start + length]
    return memory[np.arange(start, start + length) % len(memory)]


def _starts(registers: Registers) -> list[int]:
    """Where each line begins."""
    doubled, mode = registers.cr[0x09] >> 7, registers.cr[0x17]
    times = ((registers.cr[0x09] & 0x1F) + 1) << doubled if mode & 1 else 1 + doubled
    step_mask = mode & 3 ^ 3
    found, at, row, left = [], registers.start, 0, times
    for line in range(registers.lines):
        found.append(_interleaved(at, row, mode))
        left -= 1
        if left == 0:
            at += registers.pitch if row & step_mask == step_mask else 0
            row, left = row + 1, times
        if line == registers.line_compare:
            at = 0
    return found


def _interleaved(at: int, row: int, mode: int) -> int:
    """CGA and Hercules keep every second or fourth line together: bits 0 and 1 of CR17, where they are clear."""
    if not mode & 1:
        shift = 14 + (mode >> 6 & 1)
        at = at & ~(1 << shift) | (row & 1) << shift
    if not mode & 2:
        at = at & ~0x8000 | (row & 2) << 14
    return at


def _of_planes(lines: U8, enabled: int) -> U8:
    """A bit of each plane: eight dots of four bytes."""
    planes = np.unpackbits(lines.reshape(len(lines), -1, 4, 1), axis=-1)
    weights = np.array([1, 2, 4, 8], np.uint8) & enabled
    indices: U8 = (planes * weights[:, None]).sum(axis=2, dtype=np.uint8)
    return indices.reshape(len(lines), -1)


def _of_cga(lines: U8, enabled: int) -> U8:
    """Two bits of planes 0 and 2, then of 1 and 3: four dots each."""
    kept = np.array([0xFF if enabled >> plane & 1 else 0 for plane in range(4)], np.uint8)
    planes = lines.reshape(len(lines), -1, 4) & kept
    pairs = planes[..., None] >> np.array([6, 4, 2, 0], np.uint8) & 3
    return (pairs[:, :, :2] | pairs[:, :, 2:] << 2).astype(np.uint8).reshape(len(lines), -1)


def _packed(registers: Registers, bits: int, lines: U8) -> U8:
    if bits == 4:
        return registers.colours256()[lines.repeat(2, axis=1)[:, : registers.width]]
    if bits == 8:
        return registers.colours256()[lines]
    if bits in (15, 16):
        return _of_words(np.ascontiguousarray(lines).view("<u2"), bits - 10)
    return lines.reshape(len(lines), registers.width, bits // 8)[:, :, 2::-1]


def _of_words(words: np.ndarray, green: int) -> U8:
    """Five bits of red, ``green`` of green and five of blue, with six of green the highest ones repeated below."""
    red, middle, blue = words >> (5 + green) & 31, words >> 5 & ((1 << green) - 1), words & 31
    if green == 5:
        return np.stack([red << 3, middle << 3, blue << 3], axis=-1).astype(np.uint8)
    wide = [red << 3 | red >> 2, middle << (8 - green) | middle >> (2 * green - 8), blue << 3 | blue >> 2]
    return np.stack(wide, axis=-1).astype(np.uint8)
