"""The scenarios that teach something: each is a migration between two demo machines, one fact of which makes it true.

Titles and lessons are for the window, which translates them, and for the command line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from snapmgr.migrate.wanted import COLO, MIB, Wanted


@dataclass(frozen=True, slots=True)
class Scenario:
    """``lesson`` is what it shows.  ``facts`` are those of ``Wanted`` that make it true; with ``instead``, which is one
    of them put back, it is not."""

    id: str
    title: str
    lesson: str
    facts: dict[str, Any]
    instead: dict[str, Any]

    def wanted(self) -> Wanted:
        return replace(Wanted(), **self.facts)

    def put_back(self) -> Wanted:
        """The same without what makes it true."""
        return replace(Wanted(), **{**self.facts, **self.instead})


BUSY = {"writes": 120, "throttle_initial": 40, "throttle_increment": 20}
"""A guest that writes more than the link carries."""
POSTCOPY = {
    "capabilities": frozenset({"postcopy-ram", "postcopy-preempt"}),
    "postcopy_after_passes": 1,
    "max_postcopy_bandwidth": 4 * MIB,
}
"""A guest that goes over after one iteration.  What it does not ask for leaves room on the link: nothing that it waits
for stands behind that, and somebody who looks on has some seconds to see it."""

SCENARIOS = (
    Scenario(
        "converges",
        "It converges",
        "RAM is sent while the guest runs; what it writes meanwhile goes again in the next iteration. It writes"
        " less than the link carries: soon the rest fits into the downtime limit, and the guest is stopped and moved.",
        facts={},
        instead={"writes": 120},
    ),
    Scenario(
        "never-converges",
        "It never converges",
        "The guest writes faster than the link carries. While one page is sent, more than one becomes dirty:"
        " sending all of it before the guest moves (precopy) never ends. Raise the bandwidth, or have it write less.",
        facts=BUSY,
        instead={"writes": 15},
    ),
    Scenario(
        "auto-converge",
        "Auto-converge saves it",
        "The same guest, but it may be slowed down. Where too much stays dirty, it stands still for part of its"
        " time, more with every other iteration, until it writes less than the link carries.",
        facts={**BUSY, "capabilities": frozenset({"auto-converge"})},
        instead={"capabilities": frozenset()},
    ),
    Scenario(
        "postcopy",
        "Postcopy under load",
        "The same guest again. After one iteration it goes over, stopped for no longer than its devices take. It"
        " runs on the destination, much of its RAM is still on the source: what it touches is sent first, the rest"
        " follows.",
        facts={**BUSY, **POSTCOPY},
        instead={"capabilities": frozenset()},
    ),
    Scenario(
        "postcopy-breaks",
        "Network breaks in postcopy",
        "The guest runs on the destination, much of its RAM is on the source, and the link breaks. Neither side can"
        " go on alone: the guest waits where it needs a missing page, until Recover goes on over a new link.",
        facts={**BUSY, **POSTCOPY, "breaks_at": 20},
        instead={"breaks_at": 0},
    ),
    Scenario(
        "colo",
        "COLO failover",
        "Both machines run the same guest. The world sees what the source sends, but only after a checkpoint has"
        " made the destination the same. After 20 of them the source is lost: the guest goes on, unharmed.",
        facts={"writes": 10, "bandwidth": 64 * MIB, "capabilities": frozenset({COLO}), "lost_after": 20},
        instead={"lost_after": 0},
    ),
)
"""In the order in which they are offered."""

BY_ID = {scenario.id: scenario for scenario in SCENARIOS}
