"""Streams written by hand, byte by byte, for the machine of these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.effects import Effect
from snapmgr.savevm.handlers import Handlers
from tests.savevm.host import DEVICE, DEVICE_BYTES, Device, Live, TestHost, load_all

HEADER = bytes.fromhex("5145564d 00000003")
CONFIGURATION = bytes.fromhex("07 00000004") + b"none"
EOF = b"\0"
START, PART, END, FULL = 1, 2, 3, 4


def be32(value: int) -> bytes:
    return value.to_bytes(4)


def footer(section_id: int) -> bytes:
    return b"\x7e" + be32(section_id)


def begin(kind: int, section_id: int, idstr: bytes = b"dev", instance: int = 0, version: int = 2) -> bytes:
    head = bytes([kind]) + be32(section_id)
    return head + bytes([len(idstr)]) + idstr + be32(instance) + be32(version) if kind in (START, FULL) else head


def full(section_id: int = 0, payload: bytes = DEVICE_BYTES, **names: Any) -> bytes:
    return begin(FULL, section_id, **names) + payload + footer(section_id)


def live(kind: int, section_id: int = 1, payload: bytes = b"s") -> bytes:
    """A section of the live entry."""
    return begin(kind, section_id, b"live", 0, 4) + payload + footer(section_id)


def command(number: int, data: bytes = b"", *, length: int | None = None) -> bytes:
    return b"\x08" + number.to_bytes(2) + (len(data) if length is None else length).to_bytes(2) + data


ADVISE = (4096).to_bytes(8) + (4096).to_bytes(8)
"""Data of POSTCOPY_ADVISE from a machine with pages of 4 KiB."""


def discard(name: bytes, *ranges: tuple[int, int], version: int = 0, nil: bytes = b"\0") -> bytes:
    """Data of POSTCOPY_RAM_DISCARD."""
    pairs = b"".join(start.to_bytes(8) + length.to_bytes(8) for start, length in ranges)
    return bytes([version, len(name)]) + name + nil + pairs


def packaged(package: bytes, *, length: int | None = None) -> bytes:
    return command(7, be32(len(package) if length is None else length)) + package


def subsection(name: bytes, data: bytes, version: int = 1) -> bytes:
    return b"\x05" + bytes([len(name)]) + name + be32(version) + data


def stream(*records: bytes, configuration: bytes = CONFIGURATION, eof: bytes = EOF) -> bytes:
    return HEADER + configuration + b"".join(records) + eof


@dataclass
class Seen:
    """What became of a load: effects or an error, what was reported, traced, asked, and what the entries have."""

    host: TestHost
    device: Device
    live: Live
    effects: list[Effect]
    error: SnapmgrError | None
    trace: list[str]

    @property
    def lines(self) -> list[str]:
        """Everything that QEMU would print or hand to its caller."""
        own = [self.error.qemu] if self.error is not None and self.error.qemu else []
        return [*self.host.errors, *self.host.warnings, *own]


def seen(
    data: bytes,
    *,
    prepare: Callable[[TestHost], None] = lambda host: None,
    hooks: Iterable[str] = (),
    step: int = 0,
    device_state: bool = False,
    live: Live | None = None,
    handlers: Handlers | None = None,
    **options: Any,
) -> Seen:
    """Load ``data`` into a machine of one device and one live entry (without its ``hooks``)."""
    host, device = TestHost(**options), Device(level=0, count=0)
    live = live or Live()
    host.registry.register(DEVICE, device, instance_id=0)
    host.registry.register_live(
        "live", handlers or live.handlers(leave_out=hooks), version_id=4, instance_id=0, target=live
    )
    prepare(host)
    effects, error = list[Effect](), None
    try:
        effects = load_all(host, data, step=step, device_state=device_state)
    except SnapmgrError as refused:
        error = refused
    return Seen(host, device, live, effects, error, host.traced())
