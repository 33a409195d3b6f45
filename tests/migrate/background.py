"""A snapshot in the background, over a channel in trouble, into another machine, while the guest goes on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from snapmgr.errors import SnapmgrError
from snapmgr.machine.driver import Driver
from snapmgr.machine.live import LiveSave
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.channel import Channel
from snapmgr.migrate.destination import receive
from snapmgr.migrate.trouble import Fault, Trouble
from snapmgr.savevm.status import MigrationStatus


@dataclass(frozen=True)
class Taken:
    """How it ended; the digests of the copy, if there is one, and of the guest, and what they should be."""

    status: MigrationStatus
    copy: tuple[str, str] | None
    guest: tuple[str, str]


def undisturbed(options: MachineOptions, tick: int) -> str:
    with Machine(options) as machine:
        machine.advance(tick)
        return machine.digest()


def take(
    options: MachineOptions, link: tuple[Channel, Channel], faults: Sequence[Fault], *, rate: float, ticks: int
) -> Taken:
    """After ``ticks``; the copy and the guest run some more."""
    with Machine(options) as source, Machine(options) as copy, ThreadPoolExecutor(2) as threads:
        source.advance(ticks)
        driver = Driver(source, time.monotonic, rate=rate)
        driver.order(lambda machine: machine.start())
        ticking = threads.submit(driver.work)
        saves: list[LiveSave] = []
        driver.order(lambda machine: saves.append(LiveSave(machine))).result()
        arriving = threads.submit(receive, copy, link[1], autostart=False)
        out, done = Trouble(faults, lambda: None).forward(link[0]), False
        try:
            saves[0].put(out.send)
            out.end()
            done = True
        except SnapmgrError:
            out.yank()
        driver.order(lambda _: saves[0].end(done=done)).result()
        status = source.migration.status
        driver.finish()
        ticking.result()
        if (failure := arriving.exception()) is None:
            copy.advance(2)
        assert (failure is None) is done, failure
        pair = None if failure is not None else (copy.digest(), undisturbed(options, copy.tick))
        source.advance(2)
        return Taken(status, pair, (source.digest(), undisturbed(options, source.tick)))
