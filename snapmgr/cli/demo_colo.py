"""What ``--mode colo`` adds to ``snapctl demo migrate`` and ``demo receive``."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from snapmgr.cli.demo_options import machine_of
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.migrate.both import Seen
    from snapmgr.migrate.channel import Channel
    from snapmgr.migrate.colo.both import Replicated
    from snapmgr.migrate.handover import Handover
    from snapmgr.migrate.model import Statistics
    from snapmgr.migrate.source import Outgoing


def replicated(wanted: dict[str, Any], seen: Seen) -> Replicated:
    """Both sides in this process.  Raises UsageError for a side that cannot be lost here."""
    from snapmgr.migrate.colo.both import Replicated
    from snapmgr.migrate.handover import Side

    if wanted["failover"] == "kill":
        raise UsageError("usage", "--failover kill ends this process: it needs --to", hint="Use --failover secondary.")
    survivor = Side.DESTINATION if wanted["failover"] == "secondary" else Side.SOURCE
    return Replicated(
        machine_of(wanted),
        wanted["disks"],
        rate=wanted["tick_rate"],
        survivor=survivor,
        checkpoints=wanted["checkpoints"],
        seen=seen,
    )


def losing(wanted: dict[str, Any], channel: Channel, handover: Handover) -> Callable[[Outgoing, Statistics], None]:
    """Called as ``show``: ends COLO with a secondary in another process once it has made its checkpoints."""
    from snapmgr.migrate.colo.both import has_enough
    from snapmgr.migrate.handover import Side

    def look(outgoing: Outgoing, statistics: Statistics) -> None:
        if not has_enough(statistics, wanted["checkpoints"]):
            return
        if wanted["failover"] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif wanted["failover"] == "primary":
            outgoing.x_colo_lost_heartbeat()
        else:
            handover.take(Side.DESTINATION)
            channel.yank()

    return look


def keep_disks(statistics: Statistics, ours: bool) -> None:
    """A primary that lost its secondary without a word ends only when that one has given up trying to have the disks:
    it would take them over in the state of the last checkpoint, and what this side wrote since would be lost."""
    from snapmgr.migrate.colo.secondary import PATIENCE
    from snapmgr.migrate.colo.status import Reason

    if ours and statistics.colo is not None and statistics.colo.reason is Reason.ERROR:
        time.sleep(2 * PATIENCE)


def colo_facts(statistics: Statistics) -> dict[str, Any]:
    """Nothing where it was not COLO."""
    colo = statistics.colo
    if colo is None:
        return {}
    facts = {"checkpoints": colo.checkpoints, "checkpoint_tick": colo.tick, "checkpoint_ms": round(colo.longest, 3)}
    return {"colo": {**colo.query(), **facts}}


def told(statistics: Statistics, survivor: str) -> str:
    """One line of it for a terminal."""
    colo = statistics.colo
    assert colo is not None
    made = f"{colo.checkpoints} checkpoints, the last at tick {colo.tick}, {colo.longest:.1f} ms at most"
    return f"{made}; the {survivor} goes on alone"
