"""What is counted beside the screen of each machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import PageState
from snapmgr.migrate.story import RUNNING, Story
from snapmgr.migrate.wanted import BACKGROUND, BITMAPS, COLO
from snapmgr.savevm.status import MigrationStatus as Status
from ui.shell import formats
from ui.words import grouped, later, plural, tr

GUEST = (later("Guest"), later("Whether the guest runs on this machine, and since when or until when"))
DISKS = (later("Disks"), later("Which machine may write to the disks"))
NOTED = (later("Bitmaps"), later("What the dirty bitmaps of the disks say was written to them since a backup"))
OUTPUT = (later("Output"), later("Whether the world gets to see what the guest sends"))
SOURCE = (
    GUEST,
    (
        later("To send"),
        later("Pages that the destination does not have, or has as they were before the guest wrote them"),
    ),
    (
        later("Iteration"),
        later("How often RAM was gone through; each time only what was written meanwhile is sent again"),
    ),
    (later("Throttle"), later("How much of its time auto-converge makes the guest stand still")),
    (later("Asked for"), later("Pages that the destination waits for: they are sent before all others")),
    DISKS,
    NOTED,
    OUTPUT,
)
DESTINATION = (
    GUEST,
    (later("Arrived"), later("Pages that are here")),
    (later("Missing"), later("Pages that are not here: the guest, if it runs here, has to ask for them")),
    (later("Faults"), later("How often the guest needed a page that was missing, and for how many it waits now")),
    (later("Last wait"), later("How long the guest waited for a page the last time; it stands still meanwhile")),
    DISKS,
    NOTED,
    OUTPUT,
)
"""The rows: title, and what it counts.  One whose value is "" is not shown."""

_HERE = (PageState.ARRIVED, PageState.ZERO, PageState.AGAIN, PageState.STAYS)
"""States of pages that the destination has."""

Values = tuple[str, str, str, str, str, str, str, str]


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
        known = any(counts.values())
        rest = (self._disks(side), self._noted(side), self._output(running=running))
        asked = counts[PageState.REQUESTED]
        if side is Side.SOURCE:
            until = tr("until {span}", span=seconds(self.story.lost or self.story.stopped))
            throttle = int(self.sample["throttle"])
            slowed = tr("{number} %", number=throttle) if throttle else tr("none")
            left = plural("{n} page", "{n} pages", counts[PageState.TO_SEND] + asked) if known else ""
            wanted = plural("{n} page", "{n} pages", asked) if self._gone_over else ""
            number = self.story.pass_at(self.now)
            passes = str(number) if number and not self._gone_over and not self._stays else ""
            if (self._gone_over or self._stays) and not throttle:
                slowed = ""
            return tr("running") if running else until, left, passes, slowed, wanted, *rest
        since = tr("since {span}", span=seconds(self.story.lost or self.story.guest[side].since(RUNNING)))
        here = plural("{n} page", "{n} pages", sum(counts[state] for state in _HERE)) if known else ""
        missing = plural("{n} page", "{n} pages", counts[PageState.MISSING] + asked) if known else ""
        faults = grouped(int(self.sample["requests"])) if self._gone_over else ""
        if asked:
            faults = tr("{faults}, {asked} waiting", faults=faults, asked=grouped(asked))
        waited = tr("{number} ms", number=formats.decimal(self.sample["waited"], 1)) if self.sample["waited"] else ""
        if self._stays:
            since = tr("a copy, stopped") if self.story.guest[side].at(self.now) == "paused" else tr("none yet")
            return since, here, missing, faults, waited, *rest
        return since if running else tr("not yet"), here, missing, faults, waited, *rest

    @property
    def _stays(self) -> bool:
        """Whether the guest stays, and a copy of it goes over."""
        return BACKGROUND in self.capabilities

    @property
    def _gone_over(self) -> bool:
        """Whether the guest's RAM follows it, or did."""
        begun = self.story.status.since(Status.POSTCOPY_ACTIVE.value)
        return begun is not None and begun <= self.now

    def _in_colo(self, side: Side, counts: Mapping[PageState, int]) -> Values:
        if side is Side.SOURCE:
            left = plural("{n} page", "{n} pages", counts[PageState.TO_SEND])
            held = tr("{size} held", size=formats.size(int(self.sample["held"])))
            return tr("running"), left, "", "", "", self._disks(side), self._noted(side), held
        made = len(self.story.checkpoints_at(self.now))
        since = tr("from checkpoint {number}", number=made) if made else tr("as it arrived")
        here = plural("{n} page", "{n} pages", sum(counts[state] for state in _HERE))
        return since, here, "", "", "", self._disks(side), self._noted(side), tr("thrown away")

    def _output(self, *, running: bool) -> str:
        """Whether the world sees what this machine's guest sends; told only where that is a question."""
        if COLO not in self.capabilities:
            return ""
        return tr("seen at once") if running else tr("none")

    def _disks(self, side: Side) -> str:
        """Whether they may be written from here."""
        if not self.disks:
            return ""
        name = side.name.lower()
        if self.sample[f"{name}_disks"]:
            return tr("in use")
        return tr("writes wait") if self.story.in_colo(self.now) else tr("not in use")

    def _noted(self, side: Side) -> str:
        """How much the bitmaps of the disks say has been written, where they move, too."""
        if not self.disks or BITMAPS not in self.capabilities:
            return ""
        return tr("{size} dirty", size=formats.size(int(self.sample[f"{side.name.lower()}_noted"])))


def seconds(time: float | None) -> str:
    return tr("{number} s", number=formats.decimal(time, 2)) if time is not None else ""
