"""``snapctl demo migrate``: the demo machine moves while its guest runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.demo_away import to_another_process
from snapmgr.cli.demo_colo import replicated
from snapmgr.cli.demo_multifd import multifd_options
from snapmgr.cli.demo_options import advance, machine_of, machine_options
from snapmgr.cli.demo_parameters import link_options, migration_options, parameters_of, set_links
from snapmgr.cli.demo_postcopy import faults_of
from snapmgr.cli.demo_record import States, begin, check_record, record_options, recording
from snapmgr.cli.demo_running import apart, shown_by, stoppable
from snapmgr.cli.demo_said import say
from snapmgr.cli.demo_scenario import list_scenarios, play, scenario_options
from snapmgr.cli.demo_tls import tls_of, tls_options
from snapmgr.cli.output import Output
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.migrate.both import Both
    from snapmgr.migrate.recorder import Recorder


@click.command("migrate", short_help="Move it while its guest runs.")
@scenario_options
@migration_options
@click.option("--after", metavar="M", type=click.IntRange(0), default=100, show_default=True,
              help="Ticks to run on afterwards, before the digests are compared.")  # fmt: skip
@link_options
@click.option("--to", "uri", metavar="URI", help="Move it to `snapctl demo receive URI`, in another process.")
@record_options
@multifd_options
@tls_options
@machine_options
@output_options
@pass_output
def migrate_command(output: Output, /, uri: str | None, **wanted: Any) -> int:
    """Run the machine for N ticks, then move it, while its guest runs, to another one; compare digests M ticks later.

    A third machine is never moved: all digests must be equal. With --to the other machine is in another process; there
    the digest of the moment of the switchover is printed on both sides. --fault breaks the link: the guest goes on
    where it was. Between two processes the locks of its disks decide who has the guest: one without --disk may run on
    both sides where the link breaks at the very end, as QEMU's may.

    With --mode postcopy the guest runs at the other side before its RAM is there, and asks for what it needs; --to
    needs `snapctl demo receive URI --capability postcopy-ram` (and postcopy-preempt with --preempt). With --mode
    bitmaps only the dirty bitmaps of its disks follow (--capability dirty-bitmaps); losing them stops nothing.

    With --mode colo both run the same guest, and one of them is lost after some checkpoints. What the guest sends and
    writes to disks waits for the next checkpoint. --to needs `snapctl demo receive URI --capability x-colo`.

    With --scenario it is one of those that the window offers, each of which teaches something (--list): what is given
    besides replaces what the scenario asks for.

    On a terminal of 40 columns and 12 lines at least, the pages of both machines, what is measured, phases and events
    are shown on stderr while it goes on; with --to those of this side, with -q none.

    \b
    Examples:
      snapctl demo migrate --scenario auto-converge
      snapctl demo migrate --workload hotspot --max-bandwidth 50M
      snapctl demo migrate --workload full --max-bandwidth 20M --downtime-limit 20 --auto-converge --json
      snapctl demo migrate --fault cut@1000000
      snapctl demo migrate --mode postcopy --preempt --fault cut@50%,recover
      snapctl demo migrate --mode postcopy --fault cut@50% --record broken.snapmgr-run
      snapctl demo migrate --mode colo --checkpoint-delay 100 --failover primary
      snapctl demo migrate --to tcp:127.0.0.1:4444
    """
    if wanted["listed"]:
        return list_scenarios(output)
    play(click.get_current_context(), output, wanted, away=uri is not None)
    tls = tls_of(wanted)
    if uri is None and tls is not None:
        raise UsageError("usage", "--tls-creds needs --to")
    check_record(wanted, uri)
    if uri is not None:
        return to_another_process(output, uri, tls, wanted, parameters_of(wanted, tls))
    return _in_this_one(output, wanted)


def _in_this_one(output: Output, wanted: dict[str, Any]) -> int:
    from snapmgr.cli.live_view import has_room, watching
    from snapmgr.snapshots.journal import finish_cut_off

    parameters, faults = parameters_of(wanted), faults_of(wanted)
    finish_cut_off(wanted["disks"])
    watched = not output.quiet and has_room(sys.stderr)
    with recording(wanted, watched=watched) as recorder, _both(wanted, recorder) as both:
        set_links(both, wanted)
        recoveries = sum(fault.recover for fault in faults)
        states = States(both.source)
        if recorder is not None:
            advance(output, both.source, wanted["ticks"])
        with watching(output, recorder, watched=watched) as (report, look):
            outgoing = both.prepare(parameters, shown_by(report), faults)
            ticks = begin(recorder, both, wanted)
            with stoppable(outgoing):
                moved = apart(lambda: both.move(ticks, wanted["after"], recoveries=recoveries), look)
            if recorder is not None:
                recorder.finish(moved)
        more = states.facts(outgoing)
    return say(output, wanted, moved, more)


def _both(wanted: dict[str, Any], recorder: Recorder | None) -> Both:
    from snapmgr.migrate.both import unseen
    from snapmgr.migrate.recording import stream_name
    from snapmgr.migrate.ways import both_of

    seen = recorder.seen if recorder is not None else unseen
    if wanted["mode"] == "colo":
        return replicated(wanted, seen)
    file = recorder.recording.streams / stream_name(0, forward=True) if recorder is not None else None
    return both_of(machine_of(wanted), wanted["disks"], file=file, rate=wanted["tick_rate"], seen=seen)
