"""What ``--mode postcopy`` adds to ``snapctl demo migrate`` and ``demo receive``."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from snapmgr.errors import SnapmgrError, UsageError

if TYPE_CHECKING:
    from snapmgr.cli.demo_channels import Incoming, Outward
    from snapmgr.machine.machine import Machine
    from snapmgr.migrate.arriving import Arriving
    from snapmgr.migrate.channel import Channel
    from snapmgr.migrate.model import ArrivalStatistics, Statistics
    from snapmgr.migrate.trouble import Fault


def after_what(context: click.Context, parameter: click.Parameter, value: str) -> dict[str, int]:
    """``3`` passes or ``200ms``, as parameters of a migration."""
    match = re.fullmatch(r"(\d{1,7})(ms)?", value)
    if match is None:
        raise click.BadParameter(f"{value!r} is neither a number of passes nor a time such as 200ms.")
    return {"postcopy_after" if match[2] else "postcopy_after_passes": int(match[1])}


def faults_of(wanted: dict[str, Any]) -> list[Fault]:
    """Raises UsageError."""
    from snapmgr.migrate.trouble import parse

    faults = [parse(spec) for spec in wanted["faults"]]
    if wanted["mode"] != "postcopy" and any(fault.recover for fault in faults):
        raise UsageError("usage", "recover is for --mode postcopy")
    if wanted["mode"] not in ("postcopy", "bitmaps") and any(fault.percent for fault in faults):
        raise UsageError("usage", "percents are for --mode postcopy and bitmaps")
    return faults


def postcopy_facts(mode: str, statistics: Statistics) -> dict[str, Any]:
    """Nothing where it was not postcopy."""
    if mode != "postcopy":
        return {}
    return {
        "postcopy-requests": statistics.postcopy_requests,
        "precopy-bytes": statistics.precopy_bytes,
        "postcopy-bytes": statistics.postcopy_bytes,
        "pauses": statistics.pauses,
    }


def arrival_facts(arrival: ArrivalStatistics | None) -> dict[str, Any]:
    """How the guest's RAM followed it; nothing where all was there before it ran."""
    if arrival is None:
        return {}
    return {
        "postcopy-blocktime": round(arrival.blocktime, 3),
        "waits": len(arrival.waits),
        "latency_ms": {f"p{percent}": round(arrival.latency(percent), 3) for percent in (50, 99)},
        "missing_pages": arrival.missing,
    }


def followed(arrival: ArrivalStatistics) -> str:
    """One line of it for a terminal."""
    waited = (
        f"{len(arrival.waits)} waits, {arrival.latency(50):.1f} ms in the middle, {arrival.latency(99):.1f} at most"
    )
    return f"the guest waited {arrival.blocktime:.1f} ms for pages: {waited}"


def outgoing_channels(wanted: dict[str, Any], connect: Callable[[], Channel]) -> Outward:
    """Those that ``demo migrate --to`` opens."""
    from snapmgr.cli.demo_channels import Outward

    faults = faults_of(wanted)
    if any(fault.back for fault in faults):
        raise UsageError("usage", "with --to only what is sent can be in trouble, not the way back")
    return Outward(connect, faults)


@contextmanager
def tending(channels: Outward, after: float) -> Iterator[None]:
    """A postcopy that pauses is taken up again as often as was asked for, ``after`` so many seconds."""
    from snapmgr.migrate.tending import tend

    assert channels.outgoing is not None
    with ThreadPoolExecutor(1, thread_name_prefix="tend") as threads:
        running = threads.submit(tend, channels.outgoing, channels.recover, channels.recoveries, after)
        yield
        running.result()


def follow(machine: Machine, arriving: Arriving, channels: Incoming, rate: float) -> None:
    """Run the guest until its RAM is here.  Raises SnapmgrError where that was given up."""
    from snapmgr.machine.driver import Driver
    from snapmgr.migrate.tending import welcome
    from snapmgr.savevm.status import MigrationStatus

    driver = Driver(machine, time.monotonic, rate=rate)

    def see_to_it() -> None:
        welcome(arriving, partial(channels.again, two="postcopy-preempt" in machine.options.capabilities))
        arriving.wait()
        driver.finish()

    with ThreadPoolExecutor(1, thread_name_prefix="welcome") as threads:
        seeing = threads.submit(see_to_it)
        try:
            driver.work()
        finally:
            if not arriving.over:
                arriving.cancel()
            channels.close()
            seeing.result()
    if arriving.statistics.status is MigrationStatus.FAILED:
        left = arriving.statistics.missing
        raise SnapmgrError(
            "pages-missing", f"{left} pages of the guest's RAM never came", hint="Start both sides anew."
        )
