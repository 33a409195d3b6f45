"""``snapctl demo migrate``: the demo machine moves while its guest runs."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.demo_colo import colo_facts, keep_disks, losing, replicated, told
from snapmgr.cli.demo_multifd import check_uri, multifd_options, opened_beside
from snapmgr.cli.demo_options import advance, bytes_of, demo_machine, machine_of, machine_options
from snapmgr.cli.demo_postcopy import (
    after_what,
    arrival_facts,
    faults_of,
    followed,
    outgoing_channels,
    postcopy_facts,
    tending,
)
from snapmgr.cli.demo_record import States, begin, check_record, record_options, recording
from snapmgr.cli.demo_tls import tls_of, tls_options
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.text import printable, size
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.migrate.both import Both, Moved
    from snapmgr.migrate.model import Parameters, Statistics
    from snapmgr.migrate.recorder import Recorder
    from snapmgr.migrate.source import Outgoing
    from snapmgr.migrate.tls import TlsCreds
    from snapmgr.work import Progress

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])
_Result = TypeVar("_Result")
_LOOK_EVERY = 0.1
"""Seconds between two looks at whether somebody wants to stop."""


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
    click.option("--auto-converge", is_flag=True, help="Slow the guest down where it writes faster than can be sent."),
    click.option("--vcpu-dirty-limit", metavar="MIB", type=click.IntRange(1), default=1, show_default=True,
                 help="With --capability dirty-limit: MiB a second that the guest may write where it writes faster than"
                      " can be sent."),
)  # fmt: skip


def _migration_options(function: _Decorated) -> _Decorated:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command("migrate", short_help="Move it while its guest runs.")
@_migration_options
@click.option("--after", metavar="M", type=click.IntRange(0), default=100, show_default=True,
              help="Ticks to run on afterwards, before the digests are compared.")  # fmt: skip
@click.option("--link-bandwidth", metavar="BYTES", callback=_bandwidth, default="0", show_default=True,
              help="Bytes a second that come through between both; 0: any.")  # fmt: skip
@click.option("--latency", metavar="MS", type=click.FloatRange(0, 10_000), default=0.0, show_default=True,
              help="How long a byte takes from one side to the other.")  # fmt: skip
@click.option("--fault", "faults", metavar="SPEC", multiple=True,
              help="What happens on the way: cut@WHERE, cut-back@WHERE, garbage@WHERE, delay=MS@WHERE. WHERE is a"
                   " number of bytes, or N% of a postcopy. With ,recover behind it a broken postcopy goes on over"
                   " another link.")  # fmt: skip
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

    On a terminal of 40 columns and 12 lines at least, the pages of both machines, what is measured, phases and events
    are shown on stderr while it goes on; with --to those of this side, with -q none.

    \b
    Examples:
      snapctl demo migrate --workload hotspot --max-bandwidth 50M
      snapctl demo migrate --workload full --max-bandwidth 20M --downtime-limit 20 --auto-converge --json
      snapctl demo migrate --fault cut@1000000
      snapctl demo migrate --mode postcopy --preempt --fault cut@50%,recover
      snapctl demo migrate --mode postcopy --fault cut@50% --record broken.snapmgr-run
      snapctl demo migrate --mode colo --checkpoint-delay 100 --failover primary
      snapctl demo migrate --to tcp:127.0.0.1:4444
    """
    tls = tls_of(wanted)
    if uri is None and tls is not None:
        raise UsageError("usage", "--tls-creds needs --to")
    check_record(wanted, uri)
    return _to_another_process(output, uri, tls, wanted) if uri is not None else _in_this_one(output, wanted)


def _parameters(wanted: dict[str, Any], tls: TlsCreds | None = None) -> Parameters:
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
        vcpu_dirty_limit=wanted["vcpu_dirty_limit"],
        downtime_limit=wanted["downtime_limit"],
        continue_after=wanted["continue_after"],
        multifd_channels=wanted["multifd_channels"],
        multifd_compression=wanted["multifd_compression"],
        x_checkpoint_delay=wanted["checkpoint_delay"],
        tls_creds=str(tls.folder) if tls is not None else "",
    )


def _in_this_one(output: Output, wanted: dict[str, Any]) -> int:
    from snapmgr.cli.live_view import has_room, watching
    from snapmgr.snapshots.journal import finish_cut_off

    parameters, faults = _parameters(wanted), faults_of(wanted)
    finish_cut_off(wanted["disks"])
    watched = not output.quiet and has_room(sys.stderr)
    with recording(wanted, watched=watched) as recorder, _both(wanted, recorder) as both:
        for wire in (both.link.forward, both.link.back, both.second.forward, both.second.back):
            wire.bandwidth, wire.latency = wanted["link_bandwidth"], wanted["latency"] / 1000
        recoveries = sum(fault.recover for fault in faults)
        states = States(both.source)
        if recorder is not None:
            advance(output, both.source, wanted["ticks"])
        with watching(output, recorder, watched=watched) as (report, look):
            outgoing = both.prepare(parameters, _shown(report), faults)
            ticks = begin(recorder, both, wanted)
            with _stoppable(outgoing):
                moved = _apart(lambda: both.move(ticks, wanted["after"], recoveries=recoveries), look)
            if recorder is not None:
                recorder.finish(moved)
        more = states.facts(outgoing)
    return _say(output, wanted["mode"], moved, more)


def _both(wanted: dict[str, Any], recorder: Recorder | None) -> Both:
    from snapmgr.migrate.both import unseen
    from snapmgr.migrate.recording import stream_name
    from snapmgr.migrate.ways import both_of

    seen = recorder.seen if recorder is not None else unseen
    if wanted["mode"] == "colo":
        return replicated(wanted, seen)
    file = recorder.recording.streams / stream_name(0, forward=True) if recorder is not None else None
    return both_of(machine_of(wanted), wanted["disks"], file=file, rate=wanted["tick_rate"], seen=seen)


def _shown(report: Progress) -> Callable[[Outgoing, Statistics], None]:
    def shown(outgoing: Outgoing, statistics: Statistics) -> None:
        report(statistics.transferred, statistics.transferred + outgoing.remaining)

    return shown


@contextmanager
def _stoppable(outgoing: Outgoing) -> Iterator[None]:
    """What would end the process cancels the migration; the guest goes on where it was."""
    taken = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        before = signal.getsignal(number)
        if before != signal.SIG_IGN:
            signal.signal(number, lambda *_: outgoing.abandon())
            taken.append((number, before))
    try:
        yield
    finally:
        for number, before in taken:
            signal.signal(number, before)


def _apart(work: Callable[[], _Result], look: Callable[[], object] = lambda: None) -> _Result:
    """Its result, from a thread of its own, with a ``look`` now and then: a signal that comes right before the main
    thread goes to sleep in a call of the system would wait for that call."""
    with ThreadPoolExecutor(1, thread_name_prefix="migration") as threads:
        running = threads.submit(work)
        while not running.done():
            wait([running], timeout=_LOOK_EVERY)
            look()
        return running.result()


def _say(output: Output, mode: str, moved: Moved, more: dict[str, Any]) -> int:
    statistics, proof = moved.statistics, moved.proof
    done = statistics.status.value == "completed"
    facts = {
        "source_digest": proof.source,
        "destination_digest": proof.destination,
        "reference_digest": proof.reference,
        "tick": proof.tick,
        "switchover_tick": proof.switched,
        **_facts(mode, statistics),
        **arrival_facts(moved.arrival),
        **more,
    }
    if output.json:
        output.document(facts)
    else:
        _tell(output, moved, done=done)
    return Exit.DONE if done and proof.agrees else Exit.FAILED


def _facts(mode: str, statistics: Statistics) -> dict[str, Any]:
    """What is told of every migration."""
    return {
        "mode": mode,
        "status": statistics.status.value,
        "downtime_ms": round(statistics.downtime, 3),
        "total_ms": round(statistics.total_time, 3),
        "transferred": statistics.transferred,
        "throttle": statistics.cpu_throttle_percentage,
        "phases": [phase.facts() for phase in statistics.phases],
        **colo_facts(statistics),
        **postcopy_facts(mode, statistics),
        "error": statistics.error or None,
    }


def _tell(output: Output, moved: Moved, *, done: bool) -> None:
    statistics, proof = moved.statistics, moved.proof
    for phase in statistics.phases:
        output.lines(f"{phase.name:<12}{phase.end - phase.begin:>10.1f} ms")
    if done and statistics.colo is not None:
        output.done(told(statistics, "secondary" if proof.destination is not None else "primary"))
    elif done:
        done_to_it = "copied" if any(phase.name == "background" for phase in statistics.phases) else "moved"
        said = f"{done_to_it} at tick {proof.switched}: {size(statistics.transferred)} sent, guest stood still for "
        output.done(f"{said}{statistics.downtime:.1f} ms")
    elif moved.arrival is not None and not moved.arrival.missing and proof.destination is not None:
        output.done(printable(f"moved at tick {proof.switched}, but: {statistics.error}"))
    elif moved.arrival is not None:
        lost = f"{moved.arrival.missing} pages never came"
        output.done(printable(f"moved, but not whole ({statistics.status}): {lost}; the guest cannot go on"))
        return
    else:
        refused = moved.refused is not None and statistics.status.value != "cancelled"
        why = statistics.error or (moved.refused.message if moved.refused and refused else "it was cancelled")
        output.done(printable(f"not moved ({statistics.status}): {why}; the guest goes on where it was"))
    if done and moved.arrival is not None:
        output.lines(followed(moved.arrival))
    agree = "all agree" if proof.agrees else "THEY DIFFER"
    output.lines(f"tick {proof.tick}  digest {proof.reference}  {agree}")


def _to_another_process(output: Output, uri: str, tls: TlsCreds | None, wanted: dict[str, Any]) -> int:
    from snapmgr.cli.live_half import HalfRecorder
    from snapmgr.cli.live_view import has_room, watching
    from snapmgr.machine.driver import Driver
    from snapmgr.machine.written import FollowedDigest
    from snapmgr.migrate.handover import Handover, Side
    from snapmgr.migrate.source import Outgoing
    from snapmgr.migrate.uri import open_outgoing

    parameters, handover = _parameters(wanted, tls), Handover()
    check_uri(wanted, uri)
    at: dict[str, Any] = {}
    with demo_machine(output, wanted) as machine:
        advance(output, machine, wanted["ticks"])
        states = States(machine)
        followed = [FollowedDigest(disk) for disk in machine.board.disks]
        driver = Driver(machine, time.monotonic, rate=wanted["tick_rate"])

        def stopped() -> None:
            """RAM and registers stay as they are, and are looked at when the guest runs elsewhere."""
            at.update(tick=machine.tick, disks=machine.digests_of_disks(followed))

        def owner(action: Callable[[], None]) -> None:
            driver.order(lambda _: action()).result()

        watched = not output.quiet and has_room(sys.stderr)
        half = HalfRecorder(machine) if watched else None
        with watching(output, half, watched=watched) as (report, see), ThreadPoolExecutor(1) as threads:
            channels = outgoing_channels(wanted, lambda: open_outgoing(uri, tls=tls))
            channel = channels.main()
            look = losing(wanted, channel, handover)

            def show(statistics: Statistics) -> None:
                _shown(report)(outgoing, statistics)
                look(outgoing, statistics)

            outgoing = Outgoing(
                machine,
                channel,
                owner,
                parameters=parameters,
                handover=handover,
                throttle=lambda percent: driver.set_rate(wanted["tick_rate"] * (100 - percent) / 100),
                show=show,
                stopped=stopped,
                urgent=channels.urgent,
                beside=opened_beside(wanted, channels.urgent),
            )
            channels.outgoing = outgoing
            if half is not None:
                half.follow(outgoing)
            driver.order(lambda machine: machine.start())
            work: Future[None] = threads.submit(driver.work)
            try:
                with _stoppable(outgoing), tending(channels):
                    statistics = _apart(outgoing.run, see)
            finally:
                driver.finish()
                work.result()
        if statistics.colo is not None:
            ours = handover.owner is Side.SOURCE
            keep_disks(statistics, ours)
            at.update(tick=machine.tick, digest=machine.digest()) if ours else at.update(digest=None)
        elif statistics.status.value == "completed":
            at.update(digest=machine.digest(at["disks"]))
    done = statistics.status.value == "completed"
    facts = {
        "source_digest": at.get("digest"),
        "switchover_tick": at.get("tick"),
        **_facts(wanted["mode"], statistics),
        **states.facts(outgoing),
    }
    if output.json:
        output.document(facts)
    elif done and statistics.colo is not None:
        output.done(told(statistics, "primary" if at["digest"] else "secondary"))
        if at["digest"]:
            output.lines(f"tick {at['tick']}  digest {at['digest']}")
    elif done:
        output.done(printable(f"moved to {uri} at tick {at['tick']}: {size(statistics.transferred)} sent"))
        output.lines(f"tick {at['tick']}  digest {at['digest']}")
    else:
        output.done(printable(f"not moved ({statistics.status}): {statistics.error or 'it was cancelled'}"))
        if at and not wanted["disks"]:
            output.note(
                "it stood still already, and has no disk whose lock would say whether the other side has it too"
            )
    return Exit.DONE if done else Exit.FAILED
