"""The phases of a migration as the bar shows them."""

from __future__ import annotations

from snapmgr.migrate.story import AT_ONCE, COPY, ITERATION, SWITCHOVER, Story, Stretch
from snapmgr.savevm.status import MigrationStatus as Status
from ui.migration.event_texts import STATES
from ui.migration.phases import Bar, Segment
from ui.shell import formats
from ui.words import later, tr

TINTS: dict[str, str] = {
    Status.SETUP: "k_meta",
    Status.WAIT_UNPLUG: "k_meta",
    Status.PRE_SWITCHOVER: "k_dev",
    Status.POSTCOPY_ACTIVE: "k_cmd",
    Status.POSTCOPY_PAUSED: "k_fault",
    Status.POSTCOPY_RECOVER: "k_meta",
    Status.COLO: "k_block",
    Status.POSTCOPY_RECOVER_SETUP: "k_meta",
    Status.CANCELLING: "k_meta",
    Status.FAILING: "k_fault",
}
_SHORT: dict[str, str] = {
    Status.POSTCOPY_ACTIVE: later("postcopy"),
    Status.POSTCOPY_PAUSED: later("paused"),
    Status.POSTCOPY_RECOVER: later("recover"),
    Status.POSTCOPY_RECOVER_SETUP: later("recover"),
}


_ONCE = later("every page is sent once, while the guest runs")
_AGAIN = later("pages that the guest has written since they were sent go again")
_STANDS = later("the guest stands still, and goes over")


def segments(story: Story, now: float) -> tuple[Segment, ...]:
    """Phases from the beginning to ``now``."""
    return tuple(_segment(phase) for phase in story.phases(now))


def _segment(phase: Stretch) -> Segment:
    about = tr(STATES.get(phase.name, ""))
    if phase.name == ITERATION:
        title, tint, short = tr("iteration {number}", number=phase.number), "k_ram", str(phase.number)
        about = tr(_AGAIN if phase.number > 1 else _ONCE)
    elif phase.name == COPY:
        title, tint, short = tr("copy"), "k_ram", ""
    elif phase.name == SWITCHOVER:
        title, tint, short = tr("switchover"), "k_sub", ""
        about = tr(_STANDS)
    else:
        title, tint, short = phase.name, TINTS.get(phase.name, "k_meta"), tr(_SHORT.get(phase.name, ""))
    return Segment(title, phase.begin, phase.end, tint, failed=phase.failed, short=short, about=about)


def bar_of(story: Story, now: float, *, at: float | None, about: float | None = None) -> Bar:
    """Everything of the phases; ``about`` are the seconds that it may take yet."""
    shown = segments(story, now)
    end = max(now, 1.0)
    if about is not None and story.over is None:
        span = formats.duration(about)
        words = tr("about {span} to go", span=span)
        shown = (*shown, Segment(words, now, now + about, "k_ram", guess=True, short=span))
        end = now + about
    elif story.over is None:
        end = now * 1.1 + 0.5
    elif now - story.over > AT_ONCE:
        words = tr("the guest lives on")
        about_it = tr("Then it is compared with one that never moved.")
        shown = (*shown, Segment(words, story.over, now, "raised", about=about_it))
    return Bar(shown, _downtime(story, now), _marks(story, now), end, at, tuple(story.checkpoints_at(now)))


def _downtime(story: Story, now: float) -> tuple[float, float, str] | None:
    begin = story.stopped
    if begin is None or begin > now:
        return None
    end = story.resumed
    shown = min(end if end is not None else now, now)
    measured = story.downtime if story.downtime is not None and shown == end else (shown - begin) * 1000
    number = formats.decimal(measured, 0)
    return begin, shown, tr("downtime {number} ms", number=number)


def _marks(story: Story, now: float) -> tuple[tuple[float, str], ...]:
    made = [(time, tr("throttle {number} %", number=percent)) for time, percent in story.throttles if time <= now]
    if story.lost is not None and story.lost <= now:
        made.append((story.lost, tr("a machine was lost, the other one goes on alone")))
    return tuple(made)
