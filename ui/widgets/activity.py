"""What a strip shows of something that runs or has ended: plain values, whoever does it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from snapmgr.jobs.status import JobVerb
from ui.shell.failures import Failure


class ActivityState(Enum):
    RUNNING = auto()
    CANCELLING = auto()
    DONE = auto()
    CANCELLED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Activity:
    """``title`` names it, ``about`` says to what it is done or how it ended; ``done`` of ``total`` in any unit, a total
    of 0 is not known.  ``note`` says how far it is in words, or how long it took; ``phase`` what it does just now.

    ``cancellable`` False: it has gone too far; ``paused``: somebody wants it to stand still.
    ``failure`` is why it failed, ``undo`` says that it can be undone.  ``number`` tells it from
    others, ``job`` is its id among the jobs of a machine and ``steps`` are the statuses that it had.  ``begun`` are
    title and about as they were while it ran; ``repeatable``: it can be tried again.  ``verbs`` are what its status
    permits now.
    """

    title: str
    about: str
    icon: str
    state: ActivityState = ActivityState.RUNNING
    done: int = 0
    total: int = 0
    cancellable: bool = True
    paused: bool = False
    failure: Failure | None = None
    undo: bool = False
    number: int = 0
    job: str = ""
    steps: tuple[str, ...] = ()
    note: str = ""
    phase: str = ""
    begun: tuple[str, str] = ("", "")
    repeatable: bool = False
    verbs: frozenset[JobVerb] = frozenset()

    @property
    def runs(self) -> bool:
        return self.state in (ActivityState.RUNNING, ActivityState.CANCELLING)

    @property
    def holdable(self) -> bool:
        """Whether it would stand still now, or go on."""
        return self.state is ActivityState.RUNNING and bool(self.verbs & {JobVerb.PAUSE, JobVerb.RESUME})

    @property
    def awaits(self) -> JobVerb | None:
        """What it waits for somebody to do, or ends with."""
        return next((verb for verb in (JobVerb.FINALIZE, JobVerb.COMPLETE) if verb in self.verbs and self.runs), None)

    def ended(
        self, state: ActivityState, title: str, about: str, failure: Failure | None = None, *, undo: bool = False
    ) -> Activity:
        begun = self.begun if self.begun[0] else (self.title, self.about)
        return replace(
            self, state=state, title=title, about=about, failure=failure, cancellable=False, undo=undo, begun=begun
        )
