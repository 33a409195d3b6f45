"""Many devices: a VM description of 500, a registry of 10 000 entries.

Nothing of QEMU's does these alone, so each stands beside what it cannot undercut: the sections without their
description, the JSON parser without our reading of it, and a tenth of the entries, a tenth of the time.
"""

from __future__ import annotations

import gc
import itertools
import json
import time
from collections.abc import Callable

from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.types import TYPES
from snapmgr.savevm.output import Output
from snapmgr.savevm.registry import Registry
from snapmgr.savevm.saver import Saver
from snapmgr.vmstate.from_description import from_description
from snapmgr.vmstate.vmdesc import parse_vmdesc
from tests.savevm.host import DEVICE, Device, TestHost

DEVICES = 500
ENTRIES = 10_000
TURNS = 5
KINDS = ("irq", "timer", "uart", "display", "iommu", "nic")


def many_devices() -> TestHost:
    """Devices of the demo machine over and over, each at a place of its own."""
    host, board, states = TestHost(), Machine(MachineOptions()).board, TYPES["demo-1.1"].states
    kinds = itertools.cycle(KINDS)
    for number in range(DEVICES):
        kind = next(kinds)
        host.registry.register(states[kind], getattr(board, kind), path=f"0000:{number // 32:02x}:{number % 32:02x}.0")
    return host


def sections(host: TestHost, *, described: bool) -> bytes:
    """FULL sections and EOF, with the description or without."""
    host.options.suppress_vmdesc = not described
    out = Output()
    Saver(host, out).complete_non_iterable(in_postcopy=False, inactivate_disks=False)
    host.events()
    return b"".join(bytes(piece) for piece in out.take())


def best(work: Callable[[], object]) -> float:
    """Seconds of the best of some turns."""
    found = []
    for _ in range(TURNS):
        gc.collect()
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return min(found)


def register(count: int) -> None:
    """Every entry is put in, found and taken out again."""
    registry, targets = Registry(), [Device() for _ in range(count)]
    for number, target in enumerate(targets):
        registry.register(DEVICE, target, path=f"{number:04x}")
    for number, target in enumerate(targets):
        found = registry.find(f"{number:04x}/{DEVICE.name}", 0)
        assert found is not None and found.target is target
    for target in targets:
        registry.unregister(DEVICE, target)


def device_rows() -> list[str]:
    """Rows of docs/performance.md."""
    host = many_devices()
    bare = best(lambda: sections(host, described=False))
    described = best(lambda: sections(host, described=True))
    stream = sections(host, described=True)
    text = stream[stream.index(b"\0\x06", len(sections(host, described=False)) - 1) + 6 :]
    parsed = best(lambda: json.loads(text))
    read = best(lambda: parse_vmdesc(text))
    states = best(lambda: [from_description(device) for device in parse_vmdesc(text)])
    few, many = best(lambda: register(ENTRIES // 10)), best(lambda: register(ENTRIES))
    size = f"{DEVICES} devices, {len(text) / 1e6:.2f} MB"
    return [
        f"| VM description of {size}: saved with it | {described * 1e3:.0f} ms, without {bare * 1e3:.0f} ms "
        f"| | {described / bare:.1f} × without |",
        f"| VM description of {size}: read | {read * 1e3:.0f} ms, `json.loads` {parsed * 1e3:.0f} ms "
        f"| | {read / parsed:.1f} × `json.loads` |",
        f"| VM description of {size}: read and made into states | {states * 1e3:.0f} ms "
        f"| | {states / parsed:.1f} × `json.loads` |",
        f"| registry of {ENTRIES} entries: put in, found, taken out | {many * 1e6 / ENTRIES:.1f} µs each, "
        f"{few * 1e7 / ENTRIES:.1f} µs of {ENTRIES // 10} | | {many / few / 10:.1f} × a tenth of them |",
    ]


if __name__ == "__main__":
    print("\n".join(device_rows()))
