"""The displays of a stream's guest, and what each of them shows.

VGA, secondary-vga, cirrus-vga, bochs-display, vmware-svga, virtio-gpu and virtio-vga are drawn, qxl as long as it is
a VGA, isa-vga from QEMU 11.1 on.  What older ones send as the registers of isa-vga and isa-cirrus-vga are other bytes
of the device, pointers among them.  ramfb has no section of its own before QEMU 8.2, and later only what the firmware
asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from snapmgr.errors import NotFound, SnapmgrError, Unsupported
from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Record
from snapmgr.inspect.screen.linear import bochs_screen, virtio_gpu_screen, vmware_screen
from snapmgr.inspect.screen.picture import Screen, draw
from snapmgr.inspect.screen.registers import U8, CirrusRegisters, Registers
from snapmgr.inspect.state import decoded, leaves
from snapmgr.names import quoted

_MOST_VIDEO_RAM = 256 << 20
_QXL_VGA = 1
"""Mode of a qxl that no driver has taken over (hw/display/qxl.h: QXL_MODE_VGA)."""


@dataclass(frozen=True, slots=True)
class Display:
    """``device`` is the idstr of its section; ``show`` draws it and raises NotFound ``screen-off`` where it shows
    nothing, Unsupported where it is not read, and what reading RAM raises."""

    device: str
    show: Callable[[], Screen]


@dataclass(frozen=True, slots=True)
class DisplayState:
    """A display as it is listed: its size in dots, or why there is no picture of it."""

    device: str
    width: int = 0
    height: int = 0
    code: str = ""
    reason: str = ""


def displays(index: StreamIndex) -> list[Display]:
    """Those that the stream has sections of, in the order of the wire."""
    records = {record.idstr or "": record for record in index.records.of("FULL")}
    found = list[Display]()
    for idstr, record in records.items():
        path, _, name = idstr.rpartition("/")
        how = _HOW.get(name)
        beside = name == "virtio-gpu" and f"{path}/virtio-vga" in records
        parent = name == "vga" and not path and any(one.endswith("/vmware_vga") for one in records)
        if how is not None and not beside and not parent:
            found.append(Display(idstr, lambda how=how, record=record: how(index, records, record)))  # type: ignore[misc]
    return found


def states(index: StreamIndex) -> list[DisplayState]:
    """What ``displays`` show; all of them are drawn for it."""
    listed = []
    for display in displays(index):
        try:
            height, width, _ = display.show().picture.shape
            listed.append(DisplayState(display.device, width, height))
        except SnapmgrError as error:
            listed.append(DisplayState(display.device, code=error.code, reason=error.message))
    return listed


def guest_screen(index: StreamIndex, device: str | None = None) -> Screen:
    """What ``device`` showed when it was saved: the idstr of its section, or the part before the last slash; else the
    first display that shows something.

    Raises NotFound ``no-vga`` where there is no display, ``no-such-display``, ``screen-off`` where the guest has set no
    mode; Unsupported for what is not read; and what reading RAM raises.
    """
    found = displays(index)
    if device is not None:
        found = [one for one in found if device in (one.device, one.device.rpartition("/")[0])]
        if not found:
            names = ", ".join(one.device for one in displays(index)) or "none"
            message, hint = f"there is no display {quoted(device)}", f"Displays of this stream: {names}"
            raise NotFound("no-such-display", message, path=index.source.path, hint=hint)
    if not found:
        hint = "A display is read where the stream describes its devices."
        raise NotFound("no-vga", "the stream has no display that is known", path=index.source.path, hint=hint)
    failures = list[SnapmgrError]()
    for one in found:
        try:
            return one.show()
        except (NotFound, Unsupported) as error:
            failures.append(error)
    raise next((one for one in failures if isinstance(one, Unsupported)), failures[0])


def _off(index: StreamIndex, record: Record) -> NotFound:
    message = f"{record.idstr} shows nothing: the guest has set no mode"
    return NotFound("screen-off", message, path=index.source.path)


def _unread(record: Record, why: str) -> Unsupported:
    return Unsupported("screen-device", f"the screen of {record.idstr} is not read: {why}")


def _vga(index: StreamIndex, records: dict[str, Record], record: Record) -> Screen:
    if "/" not in (record.idstr or ""):
        raise _unread(record, "QEMU saves other bytes in the place of an ISA device's registers")
    return _drawn(index, record, Registers.of(leaves(decoded(index, record))))


def _isa_vga(index: StreamIndex, records: dict[str, Record], record: Record) -> Screen:
    return _drawn(index, record, Registers.of(leaves(decoded(index, record)), "state."))


def _cirrus(index: StreamIndex, records: dict[str, Record], record: Record) -> Screen:
    if "/" not in (record.idstr or ""):
        raise _unread(record, "QEMU saves other bytes in the place of an ISA device's registers")
    fields = leaves(decoded(index, record))
    own = CirrusRegisters.of(fields, "cirrus_vga.vga.")
    if own is not None:  # the first two graphics registers stand apart (hw/display/cirrus_vga.c)
        hidden = int.from_bytes(fields.get("cirrus_vga.cirrus_hidden_dac_data", b""))
        own = replace(own, gr=bytes(2) + own.gr, hidden_dac=hidden)
    return _drawn(index, record, own)


def _qxl(index: StreamIndex, records: dict[str, Record], record: Record) -> Screen:
    fields = leaves(decoded(index, record))
    mode = int.from_bytes(fields.get("mode", b""))
    if mode > _QXL_VGA:
        raise _unread(record, "a driver of qxl draws it by commands")
    if mode != _QXL_VGA:
        raise _off(index, record)
    return _drawn(index, record, Registers.of(fields))


def _vmware(index: StreamIndex, records: dict[str, Record], record: Record) -> Screen:
    found = vmware_screen(index, record)
    if found is not None:
        return found
    parent = records.get("vga")
    return _drawn(index, record, None if parent is None else Registers.of(leaves(decoded(index, parent)), ""))


def _virtio_vga(index: StreamIndex, records: dict[str, Record], record: Record) -> Screen:
    gpu = records.get((record.idstr or "").removesuffix("virtio-vga") + "virtio-gpu")
    found = virtio_gpu_screen(index, gpu) if gpu is not None else None
    return found or _drawn(index, record, Registers.of(leaves(decoded(index, record))))


def _virtio_gpu(index: StreamIndex, records: dict[str, Record], record: Record) -> Screen:
    found = virtio_gpu_screen(index, record)
    if found is None:
        raise _off(index, record)
    return found


def _bochs(index: StreamIndex, records: dict[str, Record], record: Record) -> Screen:
    found = bochs_screen(index, record)
    if found is None:
        raise _off(index, record)
    return found


def _ramfb(index: StreamIndex, records: dict[str, Record], record: Record) -> Screen:
    raise _unread(record, "its picture is where the guest's firmware asked for it")


_HOW: dict[str, Callable[[StreamIndex, dict[str, Record], Record], Screen]] = {
    "vga": _vga,
    "vga-isa": _isa_vga,
    "cirrus_vga": _cirrus,
    "qxl": _qxl,
    "vmware_vga": _vmware,
    "virtio-vga": _virtio_vga,
    "virtio-gpu": _virtio_gpu,
    "bochs-display": _bochs,
    "ramfb": _ramfb,
}


def _drawn(index: StreamIndex, record: Record, registers: Registers | None) -> Screen:
    if registers is None:
        raise _unread(record, "the stream does not describe its registers")
    if not registers.on:
        raise _off(index, record)
    return draw(record.idstr or "", registers, _video_ram(index, record))


def _video_ram(index: StreamIndex, record: Record) -> U8:
    """The block of the device's own path, else the only one there is."""
    path, slash, _ = (record.idstr or "").rpartition("/")
    lengths = {block.name: block.used_length for block in index.blocks}
    own = [name for name in (path + slash + "vga.vram", path + slash + "qxl.vgavram") if lengths.get(name)]
    own = own or [name for name in lengths if name.rpartition("/")[2] == "vga.vram"]
    if not own or not lengths[own[0]]:
        raise NotFound("no-vga", f"there is no video RAM of {record.idstr}", path=index.source.path)
    if lengths[own[0]] > _MOST_VIDEO_RAM:
        raise Unsupported("screen-size", f"video RAM of {lengths[own[0]]} bytes is more than is read")
    return np.frombuffer(index.ram.read(own[0], 0, lengths[own[0]]), np.uint8)
