"""The guest's screen, dot for dot what a QEMU that runs now dumps of it."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.containers.open import open_source
from snapmgr.errors import NotFound, Unsupported
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.screen.displays import guest_screen
from snapmgr.inspect.screen.picture import MOST_SIDE, Screen, draw
from snapmgr.inspect.screen.registers import Registers
from tests import corpus
from tests.cli.places import stored
from tests.qemu import machine, needs_qemu

STACK = bytes.fromhex("31c0 8ed8 8ed0 bc0070")
"""xor ax,ax; mov ds,ax; mov ss,ax; mov sp,0x7000"""

DONE = bytes.fromhex("c606007ea5 f4 ebfd")
"""mov byte [0x7e00],0xa5; hlt; jmp to the hlt"""

XOR, OR = 0x30, 0x08


def mode(number: int) -> bytes:
    """mov ax,number; int 10h"""
    return bytes([0xB8, number, 0x00, 0xCD, 0x10])


def out(port: int, value: int) -> bytes:
    """mov dx,port; mov ax,value; out dx,ax"""
    return b"\xba" + port.to_bytes(2, "little") + b"\xb8" + value.to_bytes(2, "little") + b"\xef"


def fill(segment: int, operation: int = XOR) -> bytes:
    """Write 64 KiB of a pattern, each byte made of the two of its address."""
    start = b"\xb8" + segment.to_bytes(2, "little") + bytes.fromhex("8ec0 31ff b9ffff")
    return start + bytes([0x89, 0xF8, operation, 0xE0, 0xAA, 0xE2, 0xF9])


def bochs(width: int, height: int, depth: int) -> bytes:
    """A mode of the Bochs extension; values are written by index."""
    values = ((4, 0), (1, width), (2, height), (3, depth), (4, 0x41))
    return b"".join(out(0x1CE, index) + out(0x1CF, value) for index, value in values)


GUESTS = {
    "text": fill(0xB800),
    "cga": mode(4) + fill(0xB800),
    "cga-two-colours": mode(6) + fill(0xB800),
    "planes": mode(0x12) + out(0x3C4, 0x0202) + fill(0xA000) + out(0x3C4, 0x0C02) + fill(0xA000, OR),
    "256-colours": mode(0x13) + fill(0xA000),
    "bochs-16": bochs(640, 480, 16) + fill(0xA000),
    "bochs-32": bochs(320, 240, 32) + fill(0xA000),
}


def shown(folder, program: bytes | None) -> tuple[Screen, np.ndarray]:
    """What we make of the migrated machine, and what QEMU dumped of its screen; without a program its firmware's."""
    stream, dump = folder / "guest.mig", folder / "screen.ppm"
    with machine(folder, "-device", "VGA,vgamem_mb=1") as guest:
        if program is not None:
            sector = (STACK + program + DONE).ljust(510, b"\0") + b"\x55\xaa"
            with (folder / "boot.raw").open("r+b") as boot:
                boot.write(sector)
        guest.boot()
        guest.run("screendump", filename=str(dump))
        guest.migrate(stream)
    with closing(open_source(stream)) as source:
        found = guest_screen(index_stream(source))
    _, size, _, dots = dump.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    return found, np.frombuffer(dots, np.uint8).reshape(height, width, 3)


class TestBesideQemu:
    pytestmark = needs_qemu

    @pytest.mark.parametrize("name", GUESTS)
    def test_modes(self, tmp_path, name):
        hidden = out(0x3D4, 0x200A)  # the cursor blinks: QEMU's may be away just now
        found, truth = shown(tmp_path, hidden + GUESTS[name] + hidden)
        assert found.picture.shape == truth.shape
        assert np.array_equal(found.picture, truth)
        assert len(np.unique(truth.reshape(-1, 3), axis=0)) > 1

    def test_the_firmware_can_be_read(self, tmp_path):
        found, truth = shown(tmp_path, None)
        assert found.lines is not None and len(found.lines) == 25
        assert found.lines[0].startswith("SeaBIOS (version ")
        assert any(line == "Booting from Hard Disk..." for line in found.lines)
        differ = (found.picture != truth).any(axis=2)
        rows, columns = np.nonzero(differ)
        assert differ.sum() == 0 or (np.ptp(rows) < 16 and np.ptp(columns) < 9)  # the cursor


@pytest.mark.parametrize(("name", "code"), [("devices-q35.v72", "screen-off"), ("pc-halt.v72", "no-vga")])
def test_without_a_picture_it_is_said(name, code):
    with closing(open_source(stored(name))) as source, pytest.raises(NotFound) as caught:
        guest_screen(index_stream(source))
    assert caught.value.code == code


def test_isa_vga_is_read_where_qemu_saves_its_registers():
    """The section and the video RAM that QEMU 11.1 sent of it."""
    with closing(open_source(corpus.SHIPPED / "isa-vga.mig.zst")) as source:
        found = guest_screen(index_stream(source))
    assert found.lines is not None and found.lines[1] == "Booting from Hard Disk..."


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=64, max_size=64), st.sampled_from([0, 4, 7, 8, 15, 16, 24, 32, 0xFFFF]), st.booleans())
def test_no_registers_are_too_much(noise, depth, extended):
    """Whatever a stream says of them: a picture, or a reason."""
    size = [int.from_bytes(noise[at : at + 2]) % 1200 for at in (0, 2)]
    vbe = (0, *size, depth, int(extended), *(0,) * 5)
    registers = Registers(noise[:8], noise[8:24], noise[24:45], noise * 4, noise * 12, 0x20, vbe, noise[3], noise[4])
    try:
        height, width, channels = draw("vga", registers, np.arange(5000, dtype=np.uint32).view(np.uint8)).picture.shape
    except Unsupported as error:
        assert error.code in ("screen-depth", "screen-size")
    else:
        assert channels == 3 and 0 < height <= MOST_SIDE and 0 < width <= 2 * MOST_SIDE
