"""Display adapter: a register file, a palette, a cursor; the picture itself lies in demo.vram."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from snapmgr.machine.devices.bus import Bus
from snapmgr.machine.devices.registers import wiring
from snapmgr.vmstate.fields import struct, sub_buffer, u8, u16, u32, validate, varray
from snapmgr.vmstate.state import VMState

U8 = npt.NDArray[np.uint8]

IDENTITY = b"SMVG"
FILE_SIZE = 32
SAVED_AT, SAVED_SIZE = 4, 24
"""The part of the register file that can be written; the rest is the same in every machine."""
MOST_COLOURS = 256
FULL_BRIGHTNESS = 100

BACKGROUND, INK = 0x0E1420, 0xE6EDF6
_PLANES = (0x1F6FEB, 0x2EA88A, 0x8A5CF6)
"""0xRRGGBB that each living bit of a pixel adds."""


@dataclass
class Cursor:
    """Position in pixels; ``shape`` is a picture of 8 x 8."""

    x: int = 0
    y: int = 0
    shape: int = 0


@dataclass
class Display:
    """``palette`` has ``colours`` entries of 0xRRGGBB.  ``brightness`` in percent is new in demo-1.1."""

    file: bytearray = field(default_factory=lambda: bytearray(IDENTITY.ljust(FILE_SIZE, b"\0")))
    mode: int = 0
    colours: int = 0
    palette: list[int] = field(default_factory=list)
    cursor: Cursor = field(default_factory=Cursor)
    brightness: int = FULL_BRIGHTNESS
    has_brightness: bool = wiring(True)

    def program(self, width: int, height: int) -> None:
        """The guest sets mode and colours."""
        self.mode = 1
        self.file[4:8] = width.to_bytes(2) + height.to_bytes(2)
        self.palette = [_colour(value) for value in range(MOST_COLOURS)]
        self.colours = len(self.palette)

    def move_cursor(self, width: int) -> None:
        self.cursor.x = (self.cursor.x + 1) % width if self.cursor.x < width else self.cursor.x

    def set_brightness(self, percent: int, bus: Bus) -> None:
        """Only newer machines can."""
        if self.has_brightness and percent != self.brightness:
            bus.fold(self.brightness)
            self.brightness = percent

    def show(self, frame: U8) -> U8:
        """The frame (h, w) in its colours, (h, w, 3) uint8; black while the mode is not set."""
        table = np.zeros(MOST_COLOURS, np.uint32)
        if self.mode:
            table[: len(self.palette)] = self.palette
        colours: U8 = (table[:, None] >> np.array([16, 8, 0], np.uint32) & 0xFF).astype(np.uint8)
        if self.brightness != FULL_BRIGHTNESS:
            colours = (colours.astype(np.uint16) * min(self.brightness, FULL_BRIGHTNESS) // 100).astype(np.uint8)
        return colours.take(frame, axis=0)


def _colour(value: int) -> int:
    """Three living planes mix their colours; whatever else is set is ink."""
    if value > 7:
        return INK
    channels = [BACKGROUND >> shift & 0xFF for shift in (16, 8, 0)]
    for plane, colour in enumerate(_PLANES):
        if value >> plane & 1:
            channels = [
                min(255, old + (colour >> shift & 0xFF)) for old, shift in zip(channels, (16, 8, 0), strict=True)
            ]
    return channels[0] << 16 | channels[1] << 8 | channels[2]


_CURSOR = VMState("demo-display/cursor", fields=(u16("x"), u16("y"), u8("shape")))

BRIGHTNESS = VMState(
    "demo-display/brightness",
    needed=lambda display: display.brightness != FULL_BRIGHTNESS,
    fields=(
        u8("brightness"),
        validate("brightness is at most 100 %", lambda display, version: display.brightness <= FULL_BRIGHTNESS),
    ),
)

DISPLAY = VMState(
    "demo-display",
    fields=(
        sub_buffer("file", start=SAVED_AT, size=SAVED_SIZE),
        u8("mode"),
        u16("colours"),
        varray(u32("palette"), count_from="colours", at_most=MOST_COLOURS),
        struct("cursor", _CURSOR),
    ),
    subsections=(BRIGHTNESS,),
)
