"""``snapctl demo migrate --to URI``: the demo machine moves to another process."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from snapmgr.cli.demo_colo import keep_disks, losing, told
from snapmgr.cli.demo_multifd import check_uri, opened_beside
from snapmgr.cli.demo_options import advance, demo_machine
from snapmgr.cli.demo_postcopy import outgoing_channels, tending
from snapmgr.cli.demo_record import States
from snapmgr.cli.demo_running import apart, shown_by, stoppable
from snapmgr.cli.demo_said import facts_of
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.text import printable, size
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.migrate.model import Parameters, Statistics
    from snapmgr.migrate.tls import TlsCreds


def to_another_process(
    output: Output, uri: str, tls: TlsCreds | None, wanted: dict[str, Any], parameters: Parameters
) -> int:
    """Exit code.  Raises UsageError for what needs both sides in one process, and SnapmgrError."""
    from snapmgr.cli.live_half import SendingHalf
    from snapmgr.cli.live_view import has_room, watching
    from snapmgr.machine.driver import Driver
    from snapmgr.machine.written import FollowedDigest
    from snapmgr.migrate.handover import Handover, Side
    from snapmgr.migrate.source import Outgoing
    from snapmgr.migrate.uri import open_outgoing

    handover = Handover()
    check_uri(wanted, uri)
    for name in ("link_bandwidth", "latency", "jitter"):
        if wanted[name]:
            raise UsageError("usage", f"--{name.replace('_', '-')} needs both sides in this process")
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
        half = SendingHalf(machine) if watched else None
        with watching(output, half, watched=watched) as (report, see), ThreadPoolExecutor(1) as threads:
            channels = outgoing_channels(wanted, lambda: open_outgoing(uri, tls=tls))
            channel = channels.main()
            look = losing(wanted, channel, handover)

            def show(statistics: Statistics) -> None:
                shown_by(report)(outgoing, statistics)
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
                with stoppable(outgoing), tending(channels, wanted["recover_after"] / 1000):
                    statistics = apart(outgoing.run, see)
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
        **facts_of(wanted, statistics),
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
        if "device" in states.names and not wanted["disks"]:  # it may have had all that it needs
            output.note(
                "it stood still already, and has no disk whose lock would say whether the other side has it too"
            )
    return Exit.DONE if done else Exit.FAILED
