"""What registers make of video RAM: a picture, and its characters in a text mode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from snapmgr.errors import Unsupported
from snapmgr.inspect.screen.graphics import draw_graphics
from snapmgr.inspect.screen.registers import U8, Registers
from snapmgr.inspect.screen.text import cells, draw_text, text_mode

MOST_SIDE = 4096
"""Dots of width or height."""


@dataclass(frozen=True, slots=True)
class Screen:
    """``picture`` has shape (height, width, 3); ``lines`` are its characters where it is a text mode, else None."""

    device: str
    picture: U8
    lines: tuple[str, ...] | None


def draw(device: str, registers: Registers, memory: U8) -> Screen:
    """What the registers make of video RAM, at least one byte of it.

    Raises Unsupported for a size or depth that is not read.
    """
    if registers.graphics:
        check_size(registers.width, registers.lines)
        return Screen(device, draw_graphics(registers, memory), None)
    mode = text_mode(registers)
    check_size(mode.columns * mode.width, mode.rows * mode.height)
    characters = cells(registers, mode, memory)[:, :, 0]
    return Screen(device, draw_text(registers, mode, memory), tuple(_line(row) for row in characters))


def check_size(width: int, height: int) -> None:
    """Raises Unsupported."""
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise Unsupported("screen-size", f"a screen of {width} × {height} dots is not read")


def _line(row: U8) -> str:
    """Code page 437, which the firmware's font has; signs below 32 become blanks."""
    shown = np.where((row < 0x20) | (row == 0x7F), 0x20, row).astype(np.uint8)
    return shown.tobytes().decode("cp437").rstrip()
