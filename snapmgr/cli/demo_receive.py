"""``snapctl demo receive``: the demo machine comes from another process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.demo_multifd import channels_option, check_uri, count_of
from snapmgr.cli.demo_options import advance, demo_machine, machine_options
from snapmgr.cli.demo_postcopy import arrival_facts, follow, followed
from snapmgr.cli.demo_record import States
from snapmgr.cli.demo_running import beside
from snapmgr.cli.demo_tls import tls_of, tls_options
from snapmgr.cli.output import Output
from snapmgr.cli.text import printable

if TYPE_CHECKING:
    from snapmgr.cli.demo_channels import Incoming
    from snapmgr.machine.machine import Machine
    from snapmgr.migrate.tls import TlsCreds, TlsFailed


@click.command("receive", short_help="Wait for it to come from another process.")
@click.argument("uri", metavar="URI")
@click.option("--after", metavar="M", type=click.IntRange(0), default=0, show_default=True,
              help="Ticks to run on after it came.")  # fmt: skip
@click.option("--tick-rate", metavar="R", type=click.FloatRange(0.1, 10_000), default=50.0, show_default=True,
              help="Ticks a second while its RAM still comes, or while it is the secondary of COLO.")  # fmt: skip
@channels_option
@tls_options
@machine_options
@output_options
@pass_output
def receive_command(output: Output, /, uri: str, after: int, **wanted: Any) -> None:
    """Wait at URI for a machine that `snapctl demo migrate --to URI` sends, and go on with it for M ticks.

    The machine must be like the one that is sent: type, RAM, disks. URI is tcp:HOST:PORT, unix:PATH,
    file:PATH[,offset=N], exec:COMMAND or fd:NUMBER; a port 0 is chosen and said.

    With --capability postcopy-ram its guest may run before its RAM is there; where the channel breaks then, it waits
    at the same URI for another one.

    With --capability x-colo it may be the secondary of `demo migrate --mode colo`: it goes on when the other process
    is gone, from the last checkpoint.

    On a terminal of 40 columns and 12 lines at least, pages that come, what is measured, phases and events are shown on
    stderr, with -q none.

    \b
    Examples:
      snapctl demo receive tcp:127.0.0.1:4444 --after 100
      snapctl demo receive unix:/tmp/migrate.sock --disk disk.qcow2
    """
    from snapmgr.migrate.colo.secondary import Secondary
    from snapmgr.migrate.destination import receive
    from snapmgr.migrate.together import check_zero_copy

    secondary = Secondary(rate=wanted["tick_rate"])
    tls = tls_of(wanted)
    check_uri(wanted, uri)
    check_zero_copy(wanted["capabilities"], tls=tls is not None)
    with _channels(output, uri, tls, wanted) as channels, demo_machine(output, wanted, incoming=True) as machine:
        main, others = channels.gathered(count_of(wanted), lambda why: output.note(printable(why)))
        states = States(machine)
        with _watched(output, machine, channels):
            arriving = receive(machine, main, secondary=secondary, urgent=channels.urgent, beside=others)
            arrived = machine.tick
            if arriving is not None:
                follow(machine, arriving, channels, wanted["tick_rate"])
        advance(output, machine, max(0, arrived + after - machine.tick))
        machine.stop()
        facts = {"arrival_tick": arrived, "tick": machine.tick, "digest": machine.digest()}
        facts["states"] = states.names
        facts |= arrival_facts(arriving.statistics if arriving is not None else None)
        if "x-colo" in wanted["capabilities"]:
            facts |= {"checkpoint_tick": secondary.status.tick, "checkpoints": secondary.status.checkpoints}
    if output.json:
        output.document(facts)
    else:
        output.done(f"received at tick {arrived}")
        if arriving is not None:
            output.lines(followed(arriving.statistics))
        output.lines(f"tick {facts['tick']}  digest {facts['digest']}")


@contextmanager
def _watched(output: Output, machine: Machine, channels: Incoming) -> Iterator[None]:
    """What comes is shown meanwhile, on a terminal that has room for it."""
    from snapmgr.cli.live_half import ReceivingHalf
    from snapmgr.cli.live_view import has_room, watching

    if output.quiet or not has_room(sys.stderr):
        yield
        return
    half = ReceivingHalf(machine, lambda: channels.received)
    with watching(output, half, watched=True) as (_, look), beside(look):
        yield


@contextmanager
def _channels(output: Output, uri: str, tls: TlsCreds | None, wanted: dict[str, Any]) -> Iterator[Incoming]:
    from snapmgr.cli.demo_channels import Incoming
    from snapmgr.migrate.sockets import Listener
    from snapmgr.migrate.uri import open_incoming

    def refused(error: TlsFailed) -> None:
        output.note(printable(error.message))

    opened = open_incoming(uri, tls=tls, refused=refused)
    if isinstance(opened, Listener):
        output.note(f"waiting at {printable(opened.uri)}")
    channels = Incoming(opened, again="postcopy-ram" in wanted["capabilities"])
    try:
        yield channels
    finally:
        channels.close()
