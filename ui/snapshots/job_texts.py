"""How far a job is and how long it took, in words.  Pure text."""

from __future__ import annotations

from snapmgr.jobs.meter import JobProgress
from snapmgr.snapshots.phase import Phase
from ui.shell import formats
from ui.words import later, tr

PHASES = {
    #: What a job does just now
    Phase.WAITING: later("waiting"),
    Phase.SAVING: later("saving the VM state"),
    Phase.TRYING: later("trying the VM state"),
    Phase.DISKS: later("preparing the disks"),
    Phase.LOADING: later("loading the VM state"),
}

SOON = 2.0
"""Seconds from which on it is said how long it will take."""


def phase(word: str, *, paused: bool = False, prepared: bool = False) -> str:
    """What the job does just now; a word that is not known stands for itself."""
    if prepared:
        return tr("waits for Finalize")
    if paused:
        return tr("paused")
    return tr(PHASES[Phase(word)]) if word in list(Phase) else word


def progress(now: JobProgress, units: formats.Units, *, in_bytes: bool, prepared: bool = False) -> str:
    """``742 MiB of 1.31 GiB, 182 MiB/s, about 3 s left``; without bytes how long it will take alone."""
    if prepared:
        return tr("no disk is changed yet")
    if not now.total:
        return ""
    parts = []
    if in_bytes:
        done, total = formats.size(now.current, units), formats.size(now.total, units)
        parts.append(tr("{done} of {total}", done=done, total=total))
        if now.rate:
            parts.append(formats.rate(now.rate, units))
    if now.remaining is not None and now.remaining >= SOON:
        #: {time} is something like 3 s
        parts.append(tr("about {time} left", time=_whole(round(now.remaining))))
    return ", ".join(parts)


def _whole(seconds: int) -> str:
    """No more exact than it is known."""
    return tr("{number} s", number=seconds) if seconds < 60 else formats.duration(seconds)


def too_late(title: str) -> str:
    """Why somebody who wanted to cancel it sees it end all the same."""
    #: {what} is something like: Saving “before-update”
    return tr("Too late to cancel: {what} is being finished", what=title)


def took(seconds: float, *, failed: bool, at: str) -> str:
    """How long it took; ``at`` is the time of day at which it failed."""
    if failed:
        return tr("Failed after {time} at {at}", time=formats.duration(seconds), at=at)
    return tr("Took {time}", time=formats.duration(seconds))
