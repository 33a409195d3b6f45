"""Registers of a VGA as its section has them (fields of VMState ``vga``: hw/display/vga.c), and what they mean.

Numbers of registers are those of IBM's VGA (FreeVGA), those of the Bochs extension are VBE_DISPI_INDEX_*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]

_SIZES = {"sr": 8, "gr": 16, "ar": 21, "cr": 256, "palette": 768}
_NUMBERS = ("ar_index", "vbe_start_addr", "vbe_line_offset")
_XRES, _YRES, _BPP, _ENABLE = 1, 2, 3, 4
_VBE_ENABLED, _DAC_OF_8_BITS = 0x01, 0x20
_DISPLAY_ON = 0x20
_GRAPHICS = 0x01


@dataclass(frozen=True, slots=True)
class Registers:
    """``sr`` sequencer, ``gr`` graphics, ``ar`` attributes, ``cr`` CRT controller, ``palette`` 256 colours of the DAC.

    ``start`` and ``pitch`` are bytes of video RAM to the first line and from one to the next; ``line_compare`` the
    line behind which the picture begins again at the first byte.
    """

    sr: bytes
    gr: bytes
    ar: bytes
    cr: bytes
    palette: bytes
    ar_index: int
    vbe: tuple[int, ...]
    vbe_start: int
    vbe_pitch: int

    @classmethod
    def of(cls, fields: Mapping[str, bytes], prefix: str = "vga.") -> Self | None:
        """From the leaves of a section whose names begin with ``prefix``; None where they are not all there."""
        buffers = {name: fields.get(prefix + name, b"") for name in _SIZES}
        if any(len(buffers[name]) < size for name, size in _SIZES.items()):
            return None
        vbe = tuple(int.from_bytes(fields.get(f"{prefix}vbe_regs[{number}]", b"")) for number in range(10))
        numbers = (int.from_bytes(fields.get(prefix + name, b"")) for name in _NUMBERS)
        index, start, pitch = numbers
        return cls(**buffers, ar_index=index, vbe=vbe, vbe_start=start, vbe_pitch=pitch)

    @property
    def on(self) -> bool:
        """Whether it shows anything: the guest has set a mode and has not blanked the screen."""
        return bool(self.ar_index & _DISPLAY_ON)

    @property
    def graphics(self) -> bool:
        return bool(self.gr[6] & _GRAPHICS)

    @property
    def extended(self) -> bool:
        """Whether a mode of the Bochs extension is set."""
        return bool(self.vbe[_ENABLE] & _VBE_ENABLED)

    @property
    def depth(self) -> int:
        """Bits of a dot in a mode of the Bochs extension, else 0."""
        return self.vbe[_BPP] if self.extended else 0

    @property
    def start(self) -> int:
        return 4 * (self.vbe_start if self.extended else self.cr[0x0D] | self.cr[0x0C] << 8)

    @property
    def pitch(self) -> int:
        return self.vbe_pitch if self.extended else self.cr[0x13] << 3

    @property
    def line_compare(self) -> int:
        if self.extended:
            return 0xFFFF
        return self.cr[0x18] | (self.cr[0x07] & 0x10) << 4 | (self.cr[0x09] & 0x40) << 3

    @property
    def lines(self) -> int:
        """Lines of dots."""
        if self.extended:
            return self.vbe[_YRES]
        return (self.cr[0x12] | (self.cr[0x07] & 0x02) << 7 | (self.cr[0x07] & 0x40) << 3) + 1

    @property
    def width(self) -> int:
        """Dots of a line in a graphics mode, before any of them is doubled."""
        return self.vbe[_XRES] if self.extended else 8 * (self.cr[0x01] + 1)

    def colours16(self) -> U8:
        """Shape (16, 3): the colours of text and of planes, which choose from those of the DAC."""
        high, low = (0x0F, 0x0F) if self.ar[0x10] & 0x80 else (0x0C, 0x3F)
        chosen = [(self.ar[0x14] & high) << 4 | self.ar[number] & low for number in range(16)]
        return _of_six_bits(self._dac()[chosen])

    def colours256(self) -> U8:
        """Shape (256, 3)."""
        return self._dac() if self.vbe[_ENABLE] & _DAC_OF_8_BITS else _of_six_bits(self._dac())

    def _dac(self) -> U8:
        return np.frombuffer(self.palette, np.uint8, 768).reshape(256, 3)


@dataclass(frozen=True, slots=True)
class CirrusRegisters(Registers):
    """With the extensions of the Cirrus Logic GD5446 (its technical reference; hw/display/cirrus_vga.c).

    ``hidden_dac`` is the register of the palette's mode.
    """

    hidden_dac: int = 0

    @property
    def depth(self) -> int:
        """Bits of a dot where SR7 has its lowest bit set, else 0."""
        if not self.sr[7] & 1:
            return 0
        words = 15 if self.hidden_dac & 0x0F == 0 else 16
        return {0: 8, 2: words, 4: 24, 6: words, 8: 32}.get(self.sr[7] & 0x0E, 0)

    @property
    def start(self) -> int:
        high = (self.cr[0x1B] & 1) << 16 | (self.cr[0x1B] & 0x0C) << 15 | (self.cr[0x1D] & 0x80) << 12
        return 4 * (self.cr[0x0D] | self.cr[0x0C] << 8 | high)

    @property
    def pitch(self) -> int:
        return (self.cr[0x13] | (self.cr[0x1B] & 0x10) << 4) << 3

    @property
    def lines(self) -> int:
        shown = (self.cr[0x12] | (self.cr[0x07] & 0x02) << 7 | (self.cr[0x07] & 0x40) << 3) + 1
        return shown * 2 if self.cr[0x1A] & 1 else shown


def _of_six_bits(values: U8) -> U8:
    """To eight bits as QEMU does it: the lowest bit is repeated."""
    low = values & 1
    return ((values & 0x3F) << 2 | low << 1 | low).astype(np.uint8)
