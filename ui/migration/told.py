"""Sentences about a migration: what it is doing, why it does not end, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recorder import ENDS
from snapmgr.migrate.recording import Recording
from snapmgr.migrate.samples import Samples
from snapmgr.migrate.story import Story
from snapmgr.savevm.status import MigrationStatus as Status
from ui.migration.run import Run
from ui.shell import formats
from ui.words import grouped, plural, tr

MIB = 1 << 20
WINDOW = 1.0
"""Seconds over which rates are measured for a sentence."""
STUCK = 0.85
"""An iteration that leaves more than this share of what the one before left gets nowhere."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Bytes a second, over the last WINDOW."""

    sent: float = 0.0
    returned: float = 0.0
    written: float = 0.0


def rates(samples: Samples, now: float, window: float = WINDOW) -> Rates:
    """What was measured until ``now``."""
    after, before = samples.at(now), samples.at(now - window)
    if after is None:
        return Rates()
    if before is None:
        before = dict(zip(after, samples.rows[0].tolist(), strict=True))
    span = after["time"] - before["time"]
    if span <= 0:
        return Rates()
    names = ("transferred", "returned", "written")
    return Rates(*(max(0.0, after[name] - before[name]) / span for name in names))


def is_stuck(story: Story, now: float, threshold: float, page: int = 4096) -> bool:
    """Whether the iterations do not become smaller, though too much is left: seen when the second one is over."""
    syncs = [pages for when, pages in story.syncs if when <= now]
    if len(syncs) < 3 or story.status_at(now) is not Status.ACTIVE or story.stopped is not None:
        return False
    return syncs[-1] > STUCK * syncs[-2] and syncs[-1] * page > threshold


def not_converging(found: Rates, *, throttles: bool) -> str:
    """The arithmetic, and what helps; "" where one iteration that grew is no reason, as the link carries more, or where
    nothing was measured yet."""
    if not found.written or (not throttles and found.written < found.sent):
        return ""
    writes = formats.decimal(found.written / MIB, 0 if found.written >= 10 * MIB else 1)
    carries = formats.decimal(found.sent / MIB, 0 if found.sent >= 10 * MIB else 1)
    said = tr("The guest writes {writes} MiB/s, the link carries {carries}.", writes=writes, carries=carries)
    if throttles:
        return f"{said} " + tr("Auto-converge slows it down until the link can keep up.")
    return f"{said} " + tr("It cannot finish. Raise the bandwidth, let the guest write less, or throttle it.")


def paused(missing: int) -> str:
    """About a postcopy whose channel is broken."""
    pages = plural("{n} page", "{n} pages", missing)
    return tr(
        "The channel is broken. The guest has gone over and waits where it needs one of the {pages} that are still on"
        " the source; nothing is lost. Recover goes on over a new channel.",
        pages=pages,
    )


def replicating(lost_after: int) -> str:
    """About COLO, while both machines run the guest."""
    said = tr(
        "Both machines run the same guest. What it sends is held at the source until the next checkpoint; what it sends"
        " on the destination is thrown away."
    )
    if lost_after:
        return f"{said} " + tr(
            "After checkpoint {number} the source is taken for lost; Failover does it sooner.", number=lost_after
        )
    return f"{said} " + tr("Failover says which machine goes on alone.")


def failed_over(outcome: dict[str, Any]) -> str:
    """About COLO that is over."""
    done = plural("{n} checkpoint", "{n} checkpoints", int(number(outcome, "checkpoints")))
    if outcome.get("survivor") == "DESTINATION":
        return tr(
            "After {checkpoints} the source was lost: the destination went on alone, from the last one. What the guest"
            " did on the source since then nobody has seen.",
            checkpoints=done,
        )
    return tr("After {checkpoints} the destination was lost: the source went on alone.", checkpoints=done)


def seconds_left(sample: dict[str, float] | None, found: Rates, *, postcopy: bool = False) -> float | None:
    """About how long it takes yet, None where that cannot be said; in postcopy what the guest writes is not sent."""
    if sample is None or not sample["bandwidth"]:
        return None
    if postcopy:
        return min(600.0, sample["remaining"] / found.sent) if found.sent else None
    if found.sent <= found.written:
        return None
    left = max(0.0, sample["remaining"] - sample["threshold"]) / (found.sent - found.written)
    return left + min(sample["remaining"], sample["threshold"]) / found.sent if left < 600 else None


def ended(outcome: dict[str, Any]) -> tuple[str, str]:
    """(sentence, tone) about a migration that is over."""
    status, agrees = outcome.get("status"), outcome.get("agrees")
    if status == Status.COMPLETED.value and "checkpoints" in outcome:
        said, tone = failed_over(outcome), "ok"
    elif status == Status.COMPLETED.value and outcome.get("copied"):
        said = tr(
            "Copied in {span}, {size} sent; the guest stood still for {number} ms and stays on the source. The"
            " destination has it as it was at tick {tick}.",
            span=formats.duration(number(outcome, "total_time") / 1000),
            size=formats.size(int(number(outcome, "transferred"))),
            number=formats.decimal(number(outcome, "downtime"), 0),
            tick=grouped(int(number(outcome, "switchover_tick"))),
        )
        tone = "ok"
    elif status == Status.COMPLETED.value:
        said = tr(
            "Moved in {span}, {size} sent; the guest stood still for {number} ms.",
            span=formats.duration(number(outcome, "total_time") / 1000),
            size=formats.size(int(number(outcome, "transferred"))),
            number=formats.decimal(number(outcome, "downtime"), 0),
        )
        if outcome.get("requests"):
            waits = tr(
                "It asked for pages {count} times; the median wait was {number} ms.",
                count=grouped(int(number(outcome, "requests"))),
                number=formats.decimal(number(outcome, "latency_50"), 1),
            )
            said = f"{said} {waits}"
        tone = "ok"
    elif status == Status.CANCELLED.value:
        said, tone = tr("Cancelled: the guest went on on the source."), "info"
    else:
        why = str(outcome.get("error") or tr("it failed")).rstrip(".")
        if outcome.get("missing"):
            missing = grouped(int(number(outcome, "missing")))
            return tr(
                "Moved, but not whole: {count} pages never came. The guest cannot go on.", count=missing
            ), "danger"
        if outcome.get("destination_digest") and not outcome.get("source_digest"):
            said, tone = tr("Moved, but: {why}.", why=why), "danger"
        else:
            said, tone = tr("Not moved: {why}. The guest went on on the source.", why=why), "danger"
    if agrees is None:
        return said, tone
    tick = grouped(int(number(outcome, "tick")))
    if not agrees:
        differs = tr("At tick {tick} it differs from a machine that was never moved.", tick=tick)
        return f"{said} {differs}", "danger"
    proof = tr("At tick {tick} it is what a machine that was never moved is: their digests agree.", tick=tick)
    return f"{said} {proof}", tone


def lives_on(status: Status, owner: Side) -> str:
    """About a migration that is over, while nothing is compared yet."""
    said = ""
    if status is Status.FAILED and owner is Side.SOURCE:
        said = tr("Not moved: the guest goes on on the source, and has lost nothing.")
    elif status is Status.CANCELLED:
        said = tr("Cancelled: the guest goes on on the source.")
    after = tr("The guest lives on for a while. Then it is compared with one that never moved.")
    return f"{said} {after}" if said else after


def number(outcome: dict[str, Any], name: str) -> float:
    """A fact that counts something, 0 where there is none."""
    value = outcome.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def now(run: Run | None, recording: Recording, story: Story, time: float, missing: int) -> tuple[str, str]:
    """(sentence, tone) about what happens at a time, or how it ended; ``missing`` pages are not at the destination."""
    if run is None or run.is_over:
        return ended(recording.outcome)
    if run.status in ENDS:
        return lives_on(run.status, run.owner), "danger" if run.status is Status.FAILED else "info"
    if run.status is Status.POSTCOPY_PAUSED:
        return paused(missing), "warn"
    if run.status is Status.PRE_SWITCHOVER:
        return "", "info"
    if run.status is Status.COLO:
        return replicating(run.wanted.lost_after), "info"
    sample = recording.samples.at(time)
    stuck = sample is not None and is_stuck(story, time, sample["threshold"])
    throttles = "auto-converge" in run.wanted.capabilities
    if not stuck:
        return "", "warn"
    begun = [when for when, _ in story.syncs if when <= time][-2]  # a whole iteration at least
    return not_converging(rates(recording.samples, time, time - begun), throttles=throttles), "warn"
