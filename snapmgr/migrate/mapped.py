"""mapped-ram over a channel that is a file: pages go to their places in it (migration/ram.c, file.c; QEMU 9.0)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from snapmgr.errors import UsageError
from snapmgr.machine.machine import Machine
from snapmgr.migrate.channel import Channel
from snapmgr.migrate.one_way import DescriptorChannel
from snapmgr.migrate.together import check as check_together
from snapmgr.ram.mapped_save import MappedFile
from snapmgr.savevm.output import Output

CAPABILITY = "mapped-ram"


def check(machine: Machine, channel: Channel) -> None:
    """Raises UsageError for a channel without places, and for other capabilities (options.c: migrate_caps_check)."""
    if CAPABILITY not in machine.options.capabilities:
        return
    check_together(machine.options.capabilities)
    if not isinstance(channel, DescriptorChannel) or channel.position is None:
        text = "Migration requires seekable transport (e.g. file)"
        raise UsageError("mapped-ram-transport", "mapped-ram needs a file", hint="Write file:PATH.", qemu=text)


@contextmanager
def placing(machine: Machine, channel: Channel, out: Output) -> Iterator[None]:
    """While it lasts RAM that ``out`` sends goes to its places.  Raises as ``check``."""
    check(machine, channel)
    if CAPABILITY not in machine.options.capabilities:
        yield
        return
    assert isinstance(channel, DescriptorChannel)
    origin = channel.position or 0
    out.hand_to(channel.send)
    out.skip = channel.skip
    machine.ram_entry.saver.channels = MappedFile(channel.write_at, machine.options.page_bits, origin)
    try:
        yield
    finally:
        machine.ram_entry.saver.channels = None


@contextmanager
def reading(machine: Machine, channel: Channel) -> Iterator[None]:
    """While it lasts RAM is read from its places.  Raises as ``check``."""
    check(machine, channel)
    if CAPABILITY not in machine.options.capabilities:
        yield
        return
    assert isinstance(channel, DescriptorChannel)
    origin, file = channel.position or 0, channel
    loader = machine.ram_entry.loader
    loader.origin = origin
    loader.read_at = lambda offset, view: file.read_at(origin + offset, view)
    try:
        yield
    finally:
        loader.read_at, loader.origin = None, 0
