"""Text modes: four bytes a cell, of which the first is the character and the second its colours, fonts in plane 2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from snapmgr.inspect.screen.registers import U8, Registers

_FONT = 8192
"""Bytes of plane 2 that a font takes: 256 glyphs of 32 lines."""

_GLYPH = 32
_CGA_LINES = 100
_JOINED = (0xB0, 0xDF)
"""Characters whose ninth column repeats the eighth, so that frames close."""


@dataclass(frozen=True, slots=True)
class TextMode:
    """Size of the screen in cells, and of a cell in dots."""

    columns: int
    rows: int
    width: int
    height: int


def text_mode(registers: Registers) -> TextMode:
    """What the registers say; nothing of it is bounded but by their widths."""
    clock, height = registers.sr[1], (registers.cr[0x09] & 0x1F) + 1
    width = 16 if clock & 0x08 else 8 if clock & 0x01 else 9
    rows = _CGA_LINES if registers.cr[0x06] == _CGA_LINES else registers.lines // height
    return TextMode(registers.cr[0x01] + 1, rows, width, height)


def cells(registers: Registers, mode: TextMode, memory: U8) -> U8:
    """Shape (rows, columns, 2): characters and their colours.  Video RAM goes on at its beginning."""
    starts, at, line = [], registers.start, 0
    for _ in range(mode.rows):
        starts.append(at)
        at += registers.pitch
        if line < registers.line_compare <= line + mode.height:
            at = 0
        line += mode.height
    places = np.array(starts, np.int64)[:, None] + 4 * np.arange(mode.columns)
    found: U8 = memory[(places[:, :, None] + np.arange(2)) % len(memory)]
    return found


def draw_text(registers: Registers, mode: TextMode, memory: U8) -> U8:
    """Shape (lines, dots, 3), with the cursor as when it is to be seen."""
    found = cells(registers, mode, memory)
    characters, attributes = found[:, :, 0], found[:, :, 1]
    set_ = _dots(registers, mode, memory, characters, attributes)
    row, column = _cursor(registers, mode)
    if row is not None:
        first, last = registers.cr[0x0A] & 0x1F, registers.cr[0x0B] & 0x1F
        set_[row, column, first : last + 1, :] = True
    colours = registers.colours16()
    back, front = colours[attributes >> 4], colours[attributes & 15]
    drawn = np.where(set_[..., None], front[:, :, None, None], back[:, :, None, None])
    shape = (mode.rows * mode.height, mode.columns * mode.width, 3)
    return np.ascontiguousarray(drawn.transpose(0, 2, 1, 3, 4).reshape(shape), np.uint8)


def _dots(registers: Registers, mode: TextMode, memory: U8, characters: U8, attributes: U8) -> np.ndarray:
    """Which dots of each cell are in its own colour: shape (rows, columns, height, width)."""
    choice = registers.sr[3]
    fonts = [(choice >> 4 & 1 | choice << 1 & 6) * _FONT, (choice >> 5 & 1 | choice >> 1 & 6) * _FONT]
    base = np.array(fonts)[attributes >> 3 & 1] + _GLYPH * characters.astype(np.int64)
    lines = memory[(4 * (base[..., None] + np.arange(mode.height)) + 2) % len(memory)]
    bits = np.unpackbits(lines[..., None], axis=-1).astype(bool)
    if mode.width == 16:
        return bits.repeat(2, axis=-1)
    if mode.width == 9:
        joined = (characters >= _JOINED[0]) & (characters <= _JOINED[1]) & bool(registers.ar[0x10] & 0x04)
        return np.concatenate([bits, bits[..., 7:] & joined[..., None, None]], axis=-1)
    return bits


def _cursor(registers: Registers, mode: TextMode) -> tuple[int | None, int]:
    """Row and column, None where none is shown."""
    at = (registers.cr[0x0E] << 8 | registers.cr[0x0F]) - registers.start // 4
    row, column = divmod(at, mode.columns)
    if registers.cr[0x0A] & 0x20 or not 0 <= row < mode.rows:
        return None, 0
    return row, column
