"""What the guest draws into demo.vram: the automaton, and below it a line with the clock and one with the console."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from snapmgr.machine import automaton
from snapmgr.machine.clock import TICK_NS
from snapmgr.machine.font import AT, pixels
from snapmgr.machine.memory import GuestMemory, changing, reading
from snapmgr.machine.random import numbers

U8 = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 320, 240
COLUMNS = WIDTH // 8
PICTURE_ROWS = HEIGHT - 16
CLOCK_ROW, CONSOLE_ROW = PICTURE_ROWS, PICTURE_ROWS + 8
FRAME = WIDTH * HEIGHT
SEED_SIZE = 64
"""Side of the square in the middle that is random after the boot."""
PLANES = 0b111
"""Bits of a pixel that live."""


class Screen:
    """Draws by changing what is there, never by replacing it: a wrong pixel stays a wrong pixel."""

    def __init__(self, memory: GuestMemory) -> None:
        self._memory = memory
        self._frame: U8 = memory.vram.memory[:FRAME].reshape(HEIGHT, WIDTH)
        self._picture = self._frame[:PICTURE_ROWS]

    @property
    def frame(self) -> U8:
        """To be looked at."""
        reading(self._memory.vram, 0, FRAME)
        return self._frame

    def boot(self, seed: int) -> None:
        """Something alive in the middle of an empty picture, and the clock at its start."""
        changing(self._memory.vram, 0, FRAME)
        cells = numbers(seed, SEED_SIZE * SEED_SIZE).reshape(SEED_SIZE, SEED_SIZE)
        alive = (cells & cells >> np.uint64(8) & np.uint64(PLANES)).astype(np.uint8)
        top, left = (PICTURE_ROWS - SEED_SIZE) // 2, (WIDTH - SEED_SIZE) // 2
        self._picture[top : top + SEED_SIZE, left : left + SEED_SIZE] = alive
        self._toggle(CLOCK_ROW, clock_text(0))

    def draw(self, tick: int) -> None:
        """The picture of ``tick``, from the one of the tick before."""
        changing(self._memory.vram, 0, FRAME)
        automaton.step(self._picture)
        old, new = clock_text(tick - 1), clock_text(tick)
        for place in range(COLUMNS):
            if old[place] != new[place]:
                self._toggle(CLOCK_ROW, old[place : place + 1], place)
                self._toggle(CLOCK_ROW, new[place : place + 1], place)

    def say(self, old: bytes, new: bytes) -> None:
        """Another console line; both are COLUMNS bytes, zeros show nothing."""
        self._toggle(CONSOLE_ROW, old)
        self._toggle(CONSOLE_ROW, new)

    def _toggle(self, row: int, text: bytes, place: int = 0) -> None:
        reading(self._memory.rom, AT, 128 * 8)
        font = self._memory.rom.memory[AT : AT + 128 * 8].reshape(128, 8)
        left = place * 8
        changing(self._memory.vram, row * WIDTH, 8 * WIDTH)
        self._frame[row : row + 8, left : left + 8 * len(text)] ^= pixels(font, text)


def clock_text(tick: int) -> bytes:
    """Time since the boot and the tick's number, COLUMNS bytes."""
    hundredths = tick * TICK_NS // 10_000_000
    seconds, rest = divmod(hundredths, 100)
    minutes, hours = seconds // 60 % 60, seconds // 3600
    text = f" {hours:02d}:{minutes:02d}:{seconds % 60:02d}.{rest:02d}     TICK {tick:010d}"
    return text.ljust(COLUMNS).encode()[:COLUMNS]
