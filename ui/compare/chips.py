"""What differs, in a few words each."""

from __future__ import annotations

from collections.abc import Mapping

from ui.compare.comparing import Compared, Comparison
from ui.isolation import isolated
from ui.shell import formats
from ui.words import plural, tr

MOST = 6


def chips_of(found: Comparison, sides: tuple[Compared, Compared], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Texts with their tones; ``labels`` are names of the disks by their paths."""
    chips: list[tuple[str, str]] = []
    if found.streams is not None:
        devices = found.streams.devices.differing
        only = [device for device in devices if device.only]
        fields, both = found.streams.field_count, len(devices) - len(only)
        if fields or not devices:
            many = plural("{n} device", "{n} devices", both)
            #: {devices} is something like: 9 devices
            said = plural("{n} field differs in {devices}", "{n} fields differ in {devices}", fields, devices=many)
            chips.append((said if fields else tr("no field differs"), "warn" if fields else "ok"))
        if only:
            chips.append((plural("{n} device on one side only", "{n} devices on one side only", len(only)), "info"))
        pages = found.streams.page_count
        count = formats.grouped(sum(len(block.states) for block in found.streams.ram))
        said = plural("{n} of {total} pages differs", "{n} of {total} pages differ", pages, total=count)
        chips.append((said, "warn" if pages else "ok"))
    for disk in found.disks:
        count = formats.grouped(len(disk.clusters))
        said = plural("{n} of {total} clusters differs", "{n} of {total} clusters differ", disk.changed, total=count)
        if len(found.disks) > 1:
            said = tr("{what}: {name}", what=isolated(labels[disk.path]), name=said)
        chips.append((said, "warn" if disk.differs else "ok"))
    a, b = sides
    if a.clock is not None and b.clock is not None:
        apart = formats.duration(abs(a.clock - b.clock) / 1e9)
        chips.append((tr("{time} apart on the VM clock", time=apart), "neutral"))
    return chips[:MOST]
