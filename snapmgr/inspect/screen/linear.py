"""Displays whose picture is a rectangle of dots of 32 bits: bochs-display, vmware-svga in its own mode, virtio-gpu."""

from __future__ import annotations

import struct

import numpy as np

from snapmgr.errors import NotFound, Unsupported
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Record
from snapmgr.inspect.screen.picture import Screen, check_size
from snapmgr.inspect.screen.registers import U8
from snapmgr.inspect.state import decoded, leaves
from snapmgr.vmstate.walk import DecodedSection

_XRES, _YRES, _BPP, _ENABLE, _VIRT_WIDTH, _X_OFFSET, _Y_OFFSET = 1, 2, 3, 4, 6, 8, 9
_BGR, _RGB = (2, 1, 0), (0, 1, 2)
_VIRTIO_ORDERS = {1: _BGR, 2: _BGR, 3: (1, 2, 3), 4: (1, 2, 3), 67: _RGB, 68: (3, 2, 1), 121: (3, 2, 1), 134: _RGB}
"""Bytes of red, green and blue of a dot by virtio_gpu_formats (virtio 1.2, 5.7.6.8)."""
_RESOURCE, _ENTRY, _SCANOUT = struct.Struct(">IIIII"), 12, struct.Struct(">10I")
_MOST_RESOURCES = 4096


def bochs_screen(index: StreamIndex, record: Record) -> Screen | None:
    """None where no mode is set.  Raises Unsupported, NotFound (hw/display/bochs-display.c)."""
    fields = leaves(decoded(index, record))
    vbe = [int.from_bytes(fields.get(f"vbe_regs[{number}]", b"")) for number in range(10)]
    if not vbe[_ENABLE] & 1:
        return None
    if vbe[_BPP] != 32:
        raise Unsupported("screen-depth", f"a screen of {vbe[_BPP]} bits a dot is not read")
    pitch = 4 * max(vbe[_VIRT_WIDTH], vbe[_XRES])
    start = 4 * vbe[_X_OFFSET] + vbe[_Y_OFFSET] * pitch
    order = (1, 2, 3) if any(fields.get("big_endian_fb", b"")) else _BGR
    return _of_ram(index, record, "bochs-display-vram", start, pitch, (vbe[_XRES], vbe[_YRES]), order)


def vmware_screen(index: StreamIndex, record: Record) -> Screen | None:
    """None where it is still a VGA.  Raises Unsupported, NotFound (hw/display/vmware_vga.c)."""
    section = decoded(index, record)
    names = ("enable", "config", "new_depth", "new_width", "new_height")
    enable, config, depth, width, height = (_number(section, "chip", name) for name in names)
    if not enable or not config:
        return None
    if depth != 32:
        raise Unsupported("screen-depth", f"a screen of {depth} bits a dot is not read")
    return _of_ram(index, record, "vga.vram", 0, 4 * width, (width, height), _BGR)


def _number(section: DecodedSection, *path: str) -> int:
    """A field by its path, past fields of any size before it; 0 where there is none."""
    values = section.children
    for depth, name in enumerate(path, 1):
        found = next((value for value in values if value.name == name), None)
        if found is None:
            return 0
        if depth == len(path):
            return int.from_bytes(section.raw(found))
        values = tuple(found.children)
    return 0


def _of_ram(
    index: StreamIndex,
    record: Record,
    block: str,
    start: int,
    pitch: int,
    size: tuple[int, int],
    order: tuple[int, ...],
) -> Screen:
    width, height = size
    check_size(width, height)
    name = (record.idstr or "").rpartition("/")[0] + "/" + block
    length = (height - 1) * pitch + 4 * width
    if name not in index.ram.blocks:
        raise NotFound("no-vga", f"there is no video RAM of {record.idstr}", path=index.source.path)
    data = np.zeros(height * pitch, np.uint8)
    held = np.frombuffer(index.ram.read(name, start, length), np.uint8)
    data[: len(held)] = held
    dots = data.reshape(height, pitch)[:, : 4 * width].reshape(height, width, 4)
    return Screen(record.idstr or "", np.ascontiguousarray(dots[:, :, order]), None)


def virtio_gpu_screen(index: StreamIndex, record: Record) -> Screen | None:
    """The first scanout; None where the driver shows nothing.

    Resources follow each other with their contents, then the scanouts (hw/display/virtio-gpu.c: virtio_gpu_save).
    Raises Unsupported for what is not read.
    """
    data = leaves(decoded(index, record)).get("virtio-gpu", b"")
    resources, at = _resources(data)
    for begin in range(at + 8, len(data) - _SCANOUT.size + 1, _SCANOUT.size):
        number, width, height, x, y, *_ = _SCANOUT.unpack_from(data, begin)
        if not number:
            continue
        if number not in resources:
            raise Unsupported("screen-device", f"the screen of {record.idstr} is kept outside of its state")
        dots, order = resources[number]
        check_size(width, height)
        if y + height > dots.shape[0] or x + width > dots.shape[1]:
            raise Unsupported("screen-size", f"the screen of {record.idstr} is larger than what it shows")
        return Screen(record.idstr or "", np.ascontiguousarray(dots[y : y + height, x : x + width, order]), None)
    return None


def _resources(data: bytes) -> tuple[dict[int, tuple[U8, tuple[int, ...]]], int]:
    """(dots and their order by number, index behind the last).  Raises Unsupported where they cannot be followed."""
    found: dict[int, tuple[U8, tuple[int, ...]]] = {}
    at = 0
    while at + 4 <= len(data) and len(found) < _MOST_RESOURCES:
        if not int.from_bytes(data[at : at + 4]):
            return found, at + 4
        if at + _RESOURCE.size > len(data):
            break
        number, width, height, layout, entries = _RESOURCE.unpack_from(data, at)
        at += _RESOURCE.size + entries * _ENTRY
        size = 4 * width * height
        if layout not in _VIRTIO_ORDERS or at + size > len(data):
            break
        dots = np.frombuffer(data, np.uint8, size, at).reshape(height, width, 4)
        found[number] = dots, _VIRTIO_ORDERS[layout]
        at += size
    raise Unsupported("screen-device", "the state of a virtio-gpu is of a kind that is not read")
