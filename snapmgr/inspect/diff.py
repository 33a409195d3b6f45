"""What differs between two streams: configuration, devices and their fields, pages of RAM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from snapmgr.inspect.diff_fields import Devices, compare_devices
from snapmgr.inspect.diff_ram import BlockDifference, compare_ram
from snapmgr.inspect.index import StreamIndex
from snapmgr.work import CancelToken, Progress, no_progress


@dataclass(frozen=True, slots=True)
class ConfigurationDifference:
    """One value of the configuration section as text, None where it was not sent."""

    path: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True)
class StreamDifference:
    configuration: tuple[ConfigurationDifference, ...]
    devices: Devices
    ram: tuple[BlockDifference, ...]

    @property
    def differs(self) -> bool:
        return bool(self.configuration or self.devices.differing) or any(block.differs for block in self.ram)

    @property
    def field_count(self) -> int:
        return sum(len(device.fields) for device in self.devices.differing)

    @property
    def page_count(self) -> int:
        return sum(block.changed_pages for block in self.ram)


def compare_streams(
    a: StreamIndex, b: StreamIndex, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> StreamDifference:
    """Compare what two streams leave a machine with; ``progress`` is told bytes of RAM.  Raises Cancelled, and what
    reading the streams raises."""
    devices = compare_devices(a, b, cancel)
    return StreamDifference(tuple(_configuration(a, b)), devices, compare_ram(a, b, progress=progress, cancel=cancel))


def _configuration(a: StreamIndex, b: StreamIndex) -> Iterator[ConfigurationDifference]:
    ours, theirs = _values(a), _values(b)
    for name in dict.fromkeys([*ours, *theirs]):
        if ours.get(name) != theirs.get(name):
            yield ConfigurationDifference(name, ours.get(name), theirs.get(name))


def _values(index: StreamIndex) -> dict[str, str]:
    configuration = index.configuration
    if configuration is None:
        return {}
    values = {field.name: getattr(configuration, field.name) for field in fields(configuration)}
    return {
        name: ", ".join(value) if isinstance(value, tuple) else str(value)
        for name, value in values.items()
        if value is not None
    }
