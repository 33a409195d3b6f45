"""Displays of all kinds, whose registers a test sets in a real QEMU: dot for dot what it dumps of each."""

from __future__ import annotations

import struct
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import NotFound, Unsupported
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.screen.displays import displays, guest_screen, states
from snapmgr.inspect.screen.linear import _resources
from tests.qemu import Machine, needs_qemu, needs_release
from tests.qtest import Bus, driven

DOTS = bytes((number * 7 + (number >> 9) * 13) & 255 for number in range(1 << 19))
WIDTH, HEIGHT = 320, 200


def dumped(guest: Machine, folder: Path, device: str) -> np.ndarray:
    path = folder / "screen.ppm"
    guest.run("screendump", filename=str(path), device=device)
    _, size, _, dots = path.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    return np.frombuffer(dots, np.uint8).reshape(height, width, 3)


def saved(guest: Machine, folder: Path) -> StreamIndex:
    guest.migrate(folder / "guest.mig")
    return index_stream(open_source(folder / "guest.mig"))


def bochs(bus: Bus, slot: int, depth: int, *values: tuple[int, int]) -> None:
    """A mode of the Bochs extension through the registers in BAR 2."""
    base = 0xE0000000 + (slot << 24)
    bus.map(slot, {0: base, 2: 0xF0000000 + (slot << 16)})
    for register, value in ((4, 0), (1, WIDTH), (2, HEIGHT), (3, depth), *values, (4, 0x41)):
        bus.run("writew", 0xF0000500 + (slot << 16) + 2 * register, value)
    bus.write(base, DOTS)


def virtio_gpu(bus: Bus, slot: int) -> None:
    """One resource, shown in part."""
    at, regions, base = bus.config(slot, 0x34, "b"), {}, 0xF8000000
    while at:
        if bus.config(slot, at, "b") == 9:
            regions[bus.config(slot, at + 3, "b")] = bus.config(slot, at + 4, "b"), bus.config(slot, at + 8)
        at = bus.config(slot, at + 1, "b")
    (bar, common), (_, notify) = regions[1], regions[2]
    bus.map(slot, {bar: base, bar + 1: 0})
    common, notify = base + common, base + notify
    for status in (1, 3):
        bus.run("writeb", common + 20, status)
    bus.run("writel", common + 8, 1)
    bus.run("writel", common + 12, 1)
    bus.run("writeb", common + 20, 11)
    for register, address in ((32, 0x100000), (40, 0x101000), (48, 0x102000)):
        bus.run("writel", common + register, address)
    bus.run("writew", common + 28, 1)
    bus.run("writeb", common + 20, 15)
    bus.write(0x200000, DOTS)
    commands = (
        struct.pack("<24xIIII", 1, 1, WIDTH, HEIGHT),
        struct.pack("<24xIIQII", 1, 1, 0x200000, 4 * WIDTH * HEIGHT, 0),
        struct.pack("<24xIIIIQII", 0, 0, WIDTH, HEIGHT, 0, 1, 0),
        struct.pack("<24xIIIIII", 16, 8, 256, 160, 0, 1),
        struct.pack("<24xIIIIII", 0, 0, WIDTH, HEIGHT, 1, 0),
    )
    for number, (kind, command) in enumerate(zip((0x101, 0x106, 0x105, 0x103, 0x104), commands, strict=True)):
        bus.write(0x110000, struct.pack("<I", kind) + command[4:])
        bus.write(0x100000, struct.pack("<QIHHQIHH", 0x110000, len(command), 1, 1, 0x120000, 64, 2, 0))
        bus.write(0x101004 + 2 * number, bytes(2))
        bus.write(0x101000, struct.pack("<HH", 0, number + 1))
        bus.run("writew", notify, 0)
        while bus.run("readw", 0x102002) <= number:
            pass


def vmware(bus: Bus, slot: int) -> None:
    bus.map(slot, {0: 0xC001, 1: 0xE0000000 + (slot << 24)})
    for register, value in ((0, 0x90000002), (2, WIDTH), (3, HEIGHT), (7, 32), (1, 1), (20, 1)):
        bus.run("outl", 0xC000, register)
        bus.run("outl", 0xC001, value)
    bus.write(0xE0000000 + (slot << 24), DOTS)


def cirrus(bus: Bus, slot: int, mode: int) -> None:
    """A mode of its own, of 8 to 32 bits, that begins at the fifth word."""
    bus.map(slot, {0: 0xE0000000})
    pitch = WIDTH * {1: 1, 5: 3, 7: 2, 9: 4}[mode] + 16
    bus.run("outb", 0x3C2, 0x67)
    for register, value in ((6, 0x12), (2, 15), (4, 14), (7, mode)):
        bus.indexed(0x3C4, register, value)
    for register, value in ((5, 0x40), (6, 5)):
        bus.indexed(0x3CE, register, value)
    high = 0x22 | (pitch >> 11 & 1) << 4
    crt = ((0x11, 0), (1, WIDTH // 8 - 1), (0x12, HEIGHT - 1), (7, 0x10), (9, 0x40), (0x13, pitch >> 3 & 255))
    for register, value in (*crt, (0x1B, high), (0x17, 0xC3), (0x18, 0xFF), (0x0D, 5)):
        bus.indexed(0x3D4, register, value)
    bus.run("outb", 0x3C8, 0)
    for value in range(768):
        bus.run("outb", 0x3C9, value * 11 & 63)
    bus.run("inb", 0x3DA)
    bus.run("outb", 0x3C0, 0x20)
    bus.write(0xE0000000, DOTS)


class TestBesideQemu:
    pytestmark = needs_qemu

    @needs_release("7.2")  # newer ones dump 15 bits spread over 24, and may come without qxl
    def test_each_of_several_is_drawn_and_chosen(self, tmp_path: Path) -> None:
        kinds = ("vmware-svga", "secondary-vga", "bochs-display", "virtio-gpu-pci", "secondary-vga", "qxl")
        devices = [f"{kind},id=d{slot},addr={slot:x}" for slot, kind in enumerate(kinds, 5)]
        with driven(tmp_path, *[word for device in devices for word in ("-device", device)]) as (guest, bus):
            vmware(bus, 5)
            bochs(bus, 6, 15)
            bus.run("writeb", 0xF0060400, 0x20)
            bochs(bus, 7, 32, (6, 400), (8, 8), (9, 3))
            virtio_gpu(bus, 8)
            truths = [dumped(guest, tmp_path, f"d{slot}") for slot in range(5, 9)]
            index = saved(guest, tmp_path)
        names = ["vmware_vga", "vga", "bochs-display", "virtio-gpu", "vga", "qxl"]
        assert [one.device for one in states(index)] == [f"0000:00:{slot:02x}.0/{n}" for slot, n in enumerate(names, 5)]
        for slot, (name, truth) in enumerate(zip(names, truths, strict=False), 5):
            for asked in (f"0000:00:{slot:02x}.0/{name}", f"0000:00:{slot:02x}.0"):
                assert np.array_equal(guest_screen(index, asked).picture, truth), name
            assert len(np.unique(truth.reshape(-1, 3), axis=0)) > 100
        assert [one.code for one in states(index)] == ["", "", "", "", "screen-off", "screen-off"]
        assert guest_screen(index).device == "0000:00:05.0/vmware_vga"
        with pytest.raises(NotFound) as caught:
            guest_screen(index, "0000:00:11.0")
        assert caught.value.code == "no-such-display" and "0000:00:0a.0/qxl" in (caught.value.hint or "")

    # newer ones dump the 5 and 6 bits of mode 7 spread over 8
    @pytest.mark.parametrize("mode", [1, 5, pytest.param(7, marks=needs_release("7.2")), 9])
    def test_modes_of_a_cirrus(self, tmp_path: Path, mode: int) -> None:
        with driven(tmp_path, "-device", "cirrus-vga,id=d,addr=5") as (guest, bus):
            cirrus(bus, 5, mode)
            truth = dumped(guest, tmp_path, "d")
            index = saved(guest, tmp_path)
        with closing(index.source):
            assert [one.device for one in displays(index)] == ["0000:00:05.0/cirrus_vga"]
            assert np.array_equal(guest_screen(index).picture, truth)

    def test_a_display_on_isa_is_refused_by_name(self, tmp_path: Path) -> None:
        with driven(tmp_path, "-device", "isa-vga") as (guest, _):
            index = saved(guest, tmp_path)
        with pytest.raises(Unsupported) as caught:
            guest_screen(index)
        assert caught.value.code == "screen-device" and "vga is not read" in caught.value.message


@pytest.mark.parametrize("data", [b"\0\0\0\1" * 4, struct.pack(">IIIII", 1, 1, 1 << 31, 1 << 31, 0), b"", b"\0\0\0\1"])
def test_resources_that_cannot_be_followed_are_refused(data: bytes) -> None:
    with pytest.raises(Unsupported):
        _resources(data)
