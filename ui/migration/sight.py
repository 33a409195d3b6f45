"""What the Migration view looks at: a run as it is now, or a recording as it was at a time."""

from __future__ import annotations

from typing import Protocol

from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import Layout, States
from snapmgr.migrate.recording import Picture, Recording
from snapmgr.migrate.samples import Played
from ui.migration.run import Run


class Sight(Protocol):
    """One moment of a migration, another one whenever it is asked."""

    @property
    def time(self) -> float:
        """Seconds since it began."""

    @property
    def end(self) -> float:
        """Up to when anything is known."""

    @property
    def at(self) -> float | None:
        """Where the playhead is to be, None for the end."""

    @property
    def flows(self) -> bool:
        """Whether it is right behind the moment that was shown before: what changed in between lights up."""

    @property
    def runs(self) -> bool:
        """Whether more is to come."""

    def pages(self, side: Side) -> tuple[Layout, States] | None:
        """None where nothing is known of them."""

    def picture(self, side: Side) -> Picture | None:
        """None where a side has none; the same one as before where it has not changed."""


class Live:
    """A run as it is now; ``at`` where somebody looks at another moment of it."""

    flows = True

    def __init__(self, run: Run, at: float | None) -> None:
        self._run, self.at = run, at

    @property
    def time(self) -> float:
        return self._run.recorder.now

    @property
    def end(self) -> float:
        return self.time

    @property
    def runs(self) -> bool:
        return not self._run.is_over

    def pages(self, side: Side) -> tuple[Layout, States] | None:
        pages = self._run.recorder.pages
        if pages is None or not len(pages.source):
            return None
        return pages.layout, pages.source if side is Side.SOURCE else pages.destination

    def picture(self, side: Side) -> Picture | None:
        view = self._run.recorder.views.get(side)
        return view.screen if view is not None else None


class Past:
    """A recording as it was ``at`` a time, which may be set; None for its end."""

    runs = False

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._played: dict[Side, Played] = {}
        self._unpacked: dict[Side, tuple[int, Picture | None]] = {}
        self.at: float | None = None
        self.flows = False

    @property
    def time(self) -> float:
        return self.at if self.at is not None else self.end

    @property
    def end(self) -> float:
        return self._recording.end

    def pages(self, side: Side) -> tuple[Layout, States] | None:
        changes = self._recording.pages.get(side)
        if changes is None:
            return None
        played = self._played.setdefault(side, Played(changes))
        return self._recording.layout, played.at(self.time)

    def picture(self, side: Side) -> Picture | None:
        screens = self._recording.screens[side]
        place = screens.place(self.time)
        if self._unpacked.get(side, (-1, None))[0] != place:
            self._unpacked[side] = place, screens.unpack(place)
        return self._unpacked[side][1] if place >= 0 else None
