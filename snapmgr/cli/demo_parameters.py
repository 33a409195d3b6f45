"""What ``snapctl demo migrate`` can be told of the migration itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snapmgr.cli.demo_options import bytes_of
from snapmgr.cli.demo_postcopy import after_what

if TYPE_CHECKING:
    from snapmgr.migrate.both import Both
    from snapmgr.migrate.model import Parameters
    from snapmgr.migrate.tls import TlsCreds

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def _bandwidth(context: click.Context, parameter: click.Parameter, value: str) -> int:
    bandwidth = bytes_of(value.removesuffix("/s"), "B")
    if bandwidth is None:
        raise click.BadParameter(f"{value!r} is not a bandwidth such as 100M (bytes a second).")
    return bandwidth


_OPTIONS = (
    click.option("--mode", metavar="MODE", default="precopy", show_default=True, help="How it moves.",
                 type=click.Choice(["precopy", "postcopy", "bitmaps", "colo", "mapped-ram", "ignore-shared"])),
    click.option("--ticks", metavar="N", type=click.IntRange(0), default=100, show_default=True,
                 help="Ticks to run before."),
    click.option("--tick-rate", metavar="R", type=click.FloatRange(0.1, 10_000), default=50.0, show_default=True,
                 help="Ticks a second while it moves."),
    click.option("--max-bandwidth", metavar="BYTES", callback=_bandwidth, default="0", show_default=True,
                 help="Bytes a second that may be sent; 0: any."),
    click.option("--max-postcopy-bandwidth", metavar="BYTES", callback=_bandwidth, default="0", show_default=True,
                 help="The same once the guest runs at the other side."),
    click.option("--downtime-limit", metavar="MS", type=click.IntRange(0), default=300, show_default=True,
                 help="How long the guest may stand still."),
    click.option("--postcopy-after", metavar="N|MSms", callback=after_what, default="1", show_default=True,
                 help="With --mode postcopy or bitmaps: let the guest run at the other side after N passes over its"
                      " RAM, or after so many ms; 0: at once."),
    click.option("--preempt", is_flag=True,
                 help="With --mode postcopy: a second channel for the pages that the guest waits for."),
    click.option("--checkpoint-delay", metavar="MS", type=click.IntRange(0), default=200, show_default=True,
                 help="With --mode colo: time between two checkpoints."),
    click.option("--checkpoints", metavar="N", type=click.IntRange(1), default=5, show_default=True,
                 help="With --mode colo: how many of them come before one side is lost."),
    click.option("--failover", metavar="SIDE", type=click.Choice(["primary", "secondary", "kill"]),
                 default="secondary", show_default=True,
                 help="With --mode colo: the side that goes on, primary or secondary; kill ends this process at once,"
                      " so that the secondary at --to goes on."),
    click.option("--continue-after", metavar="MS", type=click.IntRange(0), default=0, show_default=True,
                 help="With --capability pause-before-switchover: how long the guest stands still, its disks still"
                      " here, before it goes over; Ctrl+C lets it run on here."),
    click.option("--auto-converge/--no-auto-converge", help="Slow the guest down where it writes faster than can be"
                 " sent."),
    click.option("--cpu-throttle-initial", metavar="PERCENT", type=click.IntRange(1, 99), default=20, show_default=True,
                 help="With --auto-converge: part of its time that the guest stands still at first."),
    click.option("--cpu-throttle-increment", metavar="PERCENT", type=click.IntRange(1, 99), default=10,
                 show_default=True, help="With --auto-converge: how much that grows where it is not enough."),
    click.option("--max-cpu-throttle", metavar="PERCENT", type=click.IntRange(1, 99), default=99, show_default=True,
                 help="With --auto-converge: the most that it may become."),
    click.option("--vcpu-dirty-limit", metavar="MIB", type=click.IntRange(1), default=1, show_default=True,
                 help="With --capability dirty-limit: MiB a second that the guest may write where it writes faster than"
                      " can be sent."),
)  # fmt: skip


_LINK = (
    click.option("--link-bandwidth", metavar="BYTES", callback=_bandwidth, default="0", show_default=True,
                 help="Bytes a second that come through between both; 0: any."),
    click.option("--latency", metavar="MS", type=click.FloatRange(0, 10_000), default=0.0, show_default=True,
                 help="How long a byte takes from one side to the other."),
    click.option("--jitter", metavar="MS", type=click.FloatRange(0, 10_000), default=0.0, show_default=True,
                 help="What may come on top of that."),
    click.option("--fault", "faults", metavar="SPEC", multiple=True,
                 help="What happens on the way: cut@WHERE, cut-back@WHERE, garbage@WHERE, delay=MS@WHERE. WHERE is a"
                      " number of bytes, or N% of a postcopy. With ,recover behind it a broken postcopy goes on over"
                      " another link."),
    click.option("--recover-after", metavar="MS", type=click.IntRange(0), default=0, show_default=True,
                 help="How long a broken postcopy stands until it goes on over another link."),
)  # fmt: skip


def link_options(function: _Decorated) -> _Decorated:
    """What is between both sides, and what happens to it."""
    for option in reversed(_LINK):
        function = option(function)
    return function


def set_links(both: Both, wanted: dict[str, Any]) -> None:
    """Before they are used."""
    for link in (both.link, both.second):
        for wire in (link.forward, link.back):
            wire.bandwidth, wire.latency = wanted["link_bandwidth"], wanted["latency"] / 1000
            wire.jitter = wanted["jitter"] / 1000
    both.recover_after = wanted["recover_after"] / 1000


def migration_options(function: _Decorated) -> _Decorated:
    """How it moves, and QEMU's migrate-set-parameters as far as they fit."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def parameters_of(wanted: dict[str, Any], tls: TlsCreds | None = None) -> Parameters:
    """What the options ask for; ``wanted["capabilities"]`` has those afterwards that an option stands for."""
    from snapmgr.migrate.model import Parameters

    postcopy, capabilities = wanted["mode"] == "postcopy", dict.fromkeys(wanted["capabilities"])
    for wants, name in (
        (wanted["auto_converge"], "auto-converge"),
        (wanted["mode"] == "colo", "x-colo"),
        (wanted["mode"] == "mapped-ram", "mapped-ram"),
        (wanted["mode"] == "ignore-shared", "x-ignore-shared"),
        (postcopy, "postcopy-ram"),
        (wanted["mode"] == "bitmaps", "dirty-bitmaps"),
        (postcopy and wanted["preempt"], "postcopy-preempt"),
    ):
        if wants:
            capabilities[name] = None
    wanted["capabilities"] = tuple(capabilities)
    return Parameters(
        **(wanted["postcopy_after"] if postcopy or wanted["mode"] == "bitmaps" else {}),
        max_bandwidth=wanted["max_bandwidth"],
        max_postcopy_bandwidth=wanted["max_postcopy_bandwidth"],
        cpu_throttle_initial=wanted["cpu_throttle_initial"],
        cpu_throttle_increment=wanted["cpu_throttle_increment"],
        max_cpu_throttle=wanted["max_cpu_throttle"],
        vcpu_dirty_limit=wanted["vcpu_dirty_limit"],
        downtime_limit=wanted["downtime_limit"],
        continue_after=wanted["continue_after"],
        multifd_channels=wanted["multifd_channels"],
        multifd_compression=wanted["multifd_compression"],
        x_checkpoint_delay=wanted["checkpoint_delay"],
        tls_creds=str(tls.folder) if tls is not None else "",
    )
