"""The screen of a stream's guest: the first VGA on PCI that shows something.

isa-vga is not read: what QEMU 7.2 sends as its registers are other bytes of the device, pointers among them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from snapmgr.errors import NotFound, Unsupported
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Record
from snapmgr.inspect.screen.graphics import draw_graphics
from snapmgr.inspect.screen.registers import U8, Registers
from snapmgr.inspect.screen.text import cells, draw_text, text_mode
from snapmgr.inspect.state import decoded, leaves

MOST_SIDE = 4096
"""Dots of width or height."""

_VIDEO_RAM = "vga.vram"
_MOST_VIDEO_RAM = 256 << 20


@dataclass(frozen=True, slots=True)
class Screen:
    """``picture`` has shape (height, width, 3); ``lines`` are its characters where it is a text mode, else None."""

    device: str
    picture: U8
    lines: tuple[str, ...] | None


def guest_screen(index: StreamIndex) -> Screen:
    """What the guest showed when its devices were saved.

    Raises NotFound ``no-vga`` where there is no VGA whose registers are described, ``screen-off`` where the guest has
    not set a mode; Unsupported for a picture or video RAM that is too large or of a depth that is not read; and what
    reading RAM raises.
    """
    found = [(record, Registers.of(leaves(decoded(index, record)))) for record in index.records if _is_vga(record)]
    known = [(record, registers) for record, registers in found if registers is not None]
    if not known:
        hint = "Screens of the devices VGA and secondary-vga are read, where the stream describes its devices."
        raise NotFound("no-vga", "there is no VGA whose registers are known", path=index.source.path, hint=hint)
    for record, registers in known:
        if registers.on:
            return draw(record.idstr or "", registers, _video_ram(index, record))
    raise NotFound("screen-off", "the guest shows nothing: it has set no mode", path=index.source.path)


def _is_vga(record: Record) -> bool:
    return record.type == "FULL" and (record.idstr or "").endswith("/vga")


def _video_ram(index: StreamIndex, record: Record) -> U8:
    """The block of the device's own path, else the only one there is."""
    path, slash, _ = (record.idstr or "").rpartition("/")
    names = [block.name for block in index.blocks if block.name.rpartition("/")[2] == _VIDEO_RAM]
    own = [name for name in names if name == path + slash + _VIDEO_RAM] or (names if len(names) == 1 else [])
    lengths = {block.name: block.used_length for block in index.blocks}
    if not own or not lengths[own[0]]:
        raise NotFound("no-vga", f"there is no video RAM of {record.idstr}", path=index.source.path)
    if lengths[own[0]] > _MOST_VIDEO_RAM:
        raise Unsupported("screen-size", f"video RAM of {lengths[own[0]]} bytes is more than is read")
    return np.frombuffer(index.ram.read(own[0], 0, lengths[own[0]]), np.uint8)


def draw(device: str, registers: Registers, memory: U8) -> Screen:
    """What the registers make of video RAM, at least one byte of it.  Raises Unsupported as ``guest_screen``."""
    if registers.graphics:
        _check(registers.width, registers.lines)
        return Screen(device, draw_graphics(registers, memory), None)
    mode = text_mode(registers)
    _check(mode.columns * mode.width, mode.rows * mode.height)
    characters = cells(registers, mode, memory)[:, :, 0]
    return Screen(device, draw_text(registers, mode, memory), tuple(_line(row) for row in characters))


def _check(width: int, height: int) -> None:
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise Unsupported("screen-size", f"a screen of {width} × {height} dots is not read")


def _line(row: U8) -> str:
    """Code page 437, which the firmware's font has; signs below 32 become blanks."""
    shown = np.where((row < 0x20) | (row == 0x7F), 0x20, row).astype(np.uint8)
    return shown.tobytes().decode("cp437").rstrip()
