"""What is counted beside the screen of each machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import PageState
from ui.migration.scenarios import BITMAPS, COLO
from ui.migration.story import RUNNING, Story
from ui.shell import formats
from ui.words import grouped, later, plural, tr

GUEST = (later("Guest"), later("Whether the guest runs on this machine, and since when or until when"))
DISKS = (
    later("Disks"),
    later("Which machine may write to the disks; dirty is what their bitmaps say was written since a backup"),
)
OUTPUT = (later("Output"), later("Whether the world gets to see what the guest sends"))
SOURCE = (
    GUEST,
    (
        later("Left to send"),
        later("Pages that the destination does not have, or has as they were before the guest wrote them"),
    ),
    (
        later("Iteration"),
        later("How often RAM was gone through; each time only what was written meanwhile is sent again"),
    ),
    (later("Throttle"), later("How much of its time auto-converge makes the guest stand still")),
    DISKS,
    OUTPUT,
)
DESTINATION = (
    GUEST,
    (later("Arrived"), later("Pages that are here")),
    (later("Missing"), later("Pages that are not here: the guest, if it runs here, has to ask for them")),
    (
        later("Waited"),
        later("How often the guest needed a page that was missing, and how long it waited the last time"),
    ),
    DISKS,
    OUTPUT,
)
"""The rows: title, and what it counts.  One whose value is "" is not shown."""

_HERE = (PageState.ARRIVED, PageState.ZERO, PageState.AGAIN, PageState.STAYS)
"""States of pages that the destination has."""

Values = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """One recording at the time ``now``; ``sample`` are its numbers then, ``disks`` how many the machines have."""

    story: Story
    now: float
    sample: Mapping[str, float]
    capabilities: frozenset[str]
    disks: int

    def of(self, side: Side, counts: Mapping[PageState, int]) -> Values:
        """The values of a side whose pages have these states."""
        if self.story.in_colo(self.now):
            return self._in_colo(side, counts)
        running = self.story.guest[side].at(self.now) == RUNNING
        rest = (self._disks(side), self._output(running=running))
        if side is Side.SOURCE:
            until = tr("until {span}", span=seconds(self.story.lost or self.story.stopped))
            throttle = int(self.sample["throttle"])
            slowed = tr("{number} %", number=throttle) if throttle else tr("none")
            left = plural("{n} page", "{n} pages", counts[PageState.TO_SEND] + counts[PageState.REQUESTED])
            return tr("running") if running else until, left, str(self.story.pass_at(self.now)), slowed, *rest
        since = tr("since {span}", span=seconds(self.story.lost or self.story.guest[side].since(RUNNING)))
        here = plural("{n} page", "{n} pages", sum(counts[state] for state in _HERE))
        missing = grouped(counts[PageState.MISSING] + counts[PageState.REQUESTED])
        return since if running else tr("not yet"), here, missing, self._waits(), *rest

    def _waits(self) -> str:
        requests, waited = int(self.sample["requests"]), self.sample["waited"]
        times = plural("{n} time", "{n} times", requests)
        if not waited:
            return times
        last = tr("{number} ms", number=formats.decimal(waited, 1))
        return tr("{times}, {last}", times=times, last=last)

    def _in_colo(self, side: Side, counts: Mapping[PageState, int]) -> Values:
        if side is Side.SOURCE:
            left = plural("{n} page", "{n} pages", counts[PageState.TO_SEND])
            held = tr("{size} held", size=formats.size(int(self.sample["held"])))
            return tr("running"), left, "", "", self._disks(side), held
        made = len(self.story.checkpoints_at(self.now))
        since = tr("from checkpoint {number}", number=made) if made else tr("as it arrived")
        here = plural("{n} page", "{n} pages", sum(counts[state] for state in _HERE))
        return since, here, "", "", self._disks(side), tr("thrown away")

    def _output(self, *, running: bool) -> str:
        """Whether the world sees what this machine's guest sends; told only where that is a question."""
        if COLO not in self.capabilities:
            return ""
        return tr("seen at once") if running else tr("none")

    def _disks(self, side: Side) -> str:
        """Whether they may be written from here, and how much the bitmaps say has been."""
        if not self.disks:
            return ""
        name = side.name.lower()
        if self.sample[f"{name}_disks"]:
            said = tr("in use")
        elif self.story.in_colo(self.now):
            said = tr("writes wait")
        else:
            said = tr("not in use")
        if BITMAPS in self.capabilities:
            noted = formats.size(int(self.sample[f"{name}_noted"]))
            said = tr("{disks}, {size} dirty", disks=said, size=noted)
        return said


def seconds(time: float | None) -> str:
    return tr("{number} s", number=formats.decimal(time, 2)) if time is not None else ""
