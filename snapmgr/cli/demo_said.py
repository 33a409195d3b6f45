"""What ``snapctl demo migrate`` says of a migration that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snapmgr.cli.demo_colo import colo_facts, told
from snapmgr.cli.demo_postcopy import arrival_facts, followed, postcopy_facts
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.text import printable, size

if TYPE_CHECKING:
    from snapmgr.migrate.both import Moved
    from snapmgr.migrate.model import Statistics


def say(output: Output, wanted: dict[str, Any], moved: Moved, more: dict[str, Any]) -> int:
    """Exit code."""
    statistics, proof = moved.statistics, moved.proof
    done = statistics.status.value == "completed"
    facts = {
        "source_digest": proof.source,
        "destination_digest": proof.destination,
        "reference_digest": proof.reference,
        "tick": proof.tick,
        "switchover_tick": proof.switched,
        **facts_of(wanted, statistics),
        **arrival_facts(moved.arrival),
        **more,
    }
    if output.json:
        output.document(facts)
    else:
        _tell(output, moved, done=done)
    return Exit.DONE if done and proof.agrees else Exit.FAILED


def facts_of(wanted: dict[str, Any], statistics: Statistics) -> dict[str, Any]:
    """What is told of every migration."""
    mode = wanted["mode"]
    return {
        **({"scenario": wanted["scenario"]} if wanted["scenario"] else {}),
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
