"""A migration on a terminal while it goes on: both machines' pages, what is measured, phases and events.

It is drawn over itself on stderr, as high and as wide as the terminal is, and stays there when it is over.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import numpy as np

from snapmgr.cli.live_course import Course, Happened, name_of
from snapmgr.cli.progress import PATIENCE, progress
from snapmgr.cli.text import printable, width
from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import PageState, States
from snapmgr.migrate.samples import per_second, usual
from snapmgr.work import no_progress

if TYPE_CHECKING:
    from snapmgr.cli.live_half import HalfRecorder
    from snapmgr.cli.output import Output
    from snapmgr.migrate.recorder import Recorder
    from snapmgr.migrate.samples import Floats
    from snapmgr.work import Progress

LEAST = (40, 12)
"""Columns and lines without which there is no view."""
WIDE = 88
"""Columns from which both maps stand beside each other."""
MAP, LOW_MAP = 6, 3
"""Lines of a map, and in a low terminal."""
ROOM = 24
"""Lines from which maps are high."""
REST = 9
"""Times as long as a drawing took nothing is drawn: a million pages must not hold up what moves them."""

SAID = {
    "setup": "Both sides get ready: the source says how much RAM there is, and the destination answers.",
    "pre-switchover": "The guest stands still, its disks still at the source, until it is told to go over.",
    "postcopy-device": "Switchover: the destination takes the devices in, and runs the guest as soon as it has them.",
    "postcopy-active": "The guest runs on the destination: pages that it waits for (?) come first, then the rest.",
    "postcopy-paused": "The channel is broken: the guest waits on the destination for pages that the source has.",
    "postcopy-recover": "A new channel: the destination says which pages it has, and the source sends the others.",
    "colo": "Both machines run the same guest; each checkpoint makes the destination what the source is.",
    "completed": "All has arrived. The guest lives on for a while, and is compared with one that never moved.",
    "failed": "It failed. The guest lives on where it is, and is compared with one that never moved.",
    "cancelled": "It was given up. The guest lives on on the source, and is compared with one that never moved.",
}
STILL = "Switchover: the guest stands still, the last of its state is sent, then it goes on over there."
FIRST = "Every page is sent once; the guest runs on meanwhile, and writes to some of them again."
ARRIVES = "What the source sends arrives here; the guest still runs there, and some pages come again."
AGAIN = "Only pages that the guest has written since they were sent go again."

_SIGNS = {
    PageState.MISSING: (" ", " "),
    PageState.ZERO: (".", "·"),
    PageState.SENT: ("-", "░"),
    PageState.ARRIVED: ("#", "█"),
    PageState.TO_SEND: ("+", "▓"),
    PageState.REQUESTED: ("?", "?"),
    PageState.CACHED: ("c", "c"),
    PageState.APART: ("w", "w"),
    PageState.STAYS: ("=", "="),
    PageState.AGAIN: ("x", "x"),
}
"""How a page of each state looks: in ASCII, and where there is more."""
_WORDS = {
    PageState.MISSING: "missing",
    PageState.ZERO: "zero",
    PageState.SENT: "sent",
    PageState.ARRIVED: "arrived",
    PageState.TO_SEND: "to send",
    PageState.REQUESTED: "waited for",
    PageState.CACHED: "in the cache",
    PageState.APART: "written here",
    PageState.STAYS: "stays",
    PageState.AGAIN: "came again",
}
_COLOURS = {
    PageState.ZERO: "2", PageState.SENT: "34", PageState.ARRIVED: "94", PageState.TO_SEND: "33",
    PageState.REQUESTED: "1;35", PageState.CACHED: "36", PageState.APART: "33", PageState.AGAIN: "32",
}  # fmt: skip
"""SGR parameters: as the window's, as far as eight colours go."""
_TONES = {"completed": "32", "failed": "31", "cancelled": "33", "postcopy-paused": "33", "pre-switchover": "33"}
_CURVE = (" .:-=+*#", " ▁▂▃▄▅▆▇█")
_GUEST = {
    "running": "has the guest",
    "prelaunch": "waits for the guest",
    "inmigrate": "waits for the guest",
    "finish-migrate": "stopped",
    "paused": "stopped",
    "postmigrate": "gave the guest away",
}


def has_room(stream: TextIO) -> bool:
    """Whether there is a terminal behind it on which a view can be drawn."""
    if not stream.isatty() or os.environ.get("TERM") in ("dumb", None):
        return False
    columns, lines = _size_of(stream)
    return columns >= LEAST[0] and lines >= LEAST[1]


def _size_of(stream: TextIO) -> tuple[int, int]:
    try:
        found = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return 0, 0
    return found.columns, found.lines


class Look:
    """What one picture is made of, at a size of ``columns`` and ``lines``."""

    def __init__(self, columns: int, lines: int, *, fine: bool, colours: bool) -> None:
        self._columns, self._room = columns, lines
        self._fine, self._colours = int(fine), colours

    def picture(self, recorder: Recorder | HalfRecorder, course: Course) -> list[str]:
        """Lines, none wider than there are columns, fewer than there is room for by one."""
        now = recorder.now
        head = [self._head(course, now), self._cut(_said(course, now)), ""]
        maps = self._maps(recorder, course)
        measured = self._measured(recorder, course)
        phases = self._phases(course, now)
        left = self._room - 1 - len(head) - len(maps) - len(measured) - 1
        if left < 0:  # what is measured says more than a map of three lines
            maps, left = [], left + len(maps)
        lines = [*head, *maps, *measured, phases]
        if left >= 2 and course.events:
            lines += ["", *map(self._event, list(course.events)[1 - left :])]
        return lines[: self._room - 1]

    # -- parts -----------------------------------------------------------------------------------------------------

    def _head(self, course: Course, now: float) -> str:
        iteration = f", iteration {course.passes}" if course.status == "active" and course.passes else ""
        iteration += f", throttled {course.throttle} %" if course.throttle else ""
        status = self._paint(course.status, _TONES.get(course.status, "36"))
        plain = f"Demo migration  {course.status}{iteration}  {now:.1f} s"
        if width(plain) > self._columns:
            return self._cut(f"{course.status}{iteration}  {now:.1f} s")
        return f"{self._paint('Demo migration', '1')}  {status}{iteration}  {now:.1f} s"

    def _maps(self, recorder: Recorder | HalfRecorder, course: Course) -> list[str]:
        pages = recorder.pages
        if pages is None or not len(pages.source):
            return []
        high = MAP if self._room >= ROOM else LOW_MAP
        wide = self._columns >= WIDE and len(recorder.sides) > 1
        each = (self._columns - 3) // 2 if wide else self._columns
        blocks = []
        shown = [pages.source if side is Side.SOURCE else pages.destination for side in recorder.sides]
        for side, states in zip(recorder.sides, shown, strict=True):
            name = "Source" if side is Side.SOURCE else "Destination"
            guest = course.guest(side)
            state = _GUEST.get(guest, guest)
            counted = self._counted(states, "left" if side is Side.SOURCE else "missing")
            title = f"{name}  {state}  {counted}"
            title = title if width(title) <= each else f"{name}  {state}"
            blocks.append([title[:each].ljust(each), *self._map(states, each, high)])
        if len(blocks) == 1:  # nothing is known of the other one
            return [*blocks[0], self._legend(shown[0])]
        legend = self._legend(np.concatenate(shown))
        if wide:
            return [*(f"{one}   {other}" for one, other in zip(*blocks, strict=True)), legend]
        return [*blocks[0], *blocks[1], legend]

    @staticmethod
    def _counted(states: States, what: str) -> str:
        found = np.bincount(states, minlength=len(PageState))
        left = int(found[PageState.TO_SEND] + found[PageState.REQUESTED] + found[PageState.MISSING])
        return f"{left} pages {what}" if left else f"none {what}"

    def _map(self, states: States, columns: int, lines: int) -> list[str]:
        """A sign for so many pages: what most of them are, or that one is waited for."""
        cells = columns * lines
        edges = np.linspace(0, len(states), min(cells, len(states)) + 1).astype(np.int64)[:-1]
        best, shown = np.zeros(len(edges), np.int64), np.zeros(len(edges), np.uint8)
        for state in np.flatnonzero(np.bincount(states, minlength=len(PageState))).tolist():
            found = np.add.reduceat(states == state, edges, dtype=np.int64)
            more = found > best if state != PageState.REQUESTED else found > 0
            shown[more] = state
            best[more] = found[more] if state != PageState.REQUESTED else len(states)
        return [self._row(shown[at : at + columns].tolist(), columns) for at in range(0, cells, columns)]

    def _row(self, row: Sequence[int], columns: int) -> str:
        parts, at = [], 0
        while at < len(row):
            end = at
            while end < len(row) and row[end] == row[at]:
                end += 1
            state = PageState(row[at])
            parts.append(self._paint(_SIGNS[state][self._fine] * (end - at), _COLOURS.get(state, "")))
            at = end
        return "".join(parts) + " " * (columns - len(row))

    def _legend(self, states: States) -> str:
        there = np.flatnonzero(np.bincount(states, minlength=len(PageState))).tolist()
        parts, taken = [], 0
        for state in map(PageState, there):
            sign, word = _SIGNS[state][self._fine], _WORDS[state]
            taken += len(word) + 5
            if taken > self._columns + 3:
                break
            shown = f"[{sign}]" if sign == " " else self._paint(sign, _COLOURS.get(state, ""))
            taken += 2 if sign == " " else 0
            parts.append(f"{shown} {word}")
        return "   ".join(parts)

    def _measured(self, recorder: Recorder | HalfRecorder, course: Course) -> list[str]:
        samples = recorder.samples
        if not len(samples):
            return []
        times = samples.column("time")
        remaining, mib = samples.column("remaining"), float(1 << 20)
        rows: list[tuple[str, Floats, str]] = [
            ("Throughput", per_second(times, samples.column("transferred")), "/s"),
            ("Dirty rate", per_second(times, samples.column("written")), "/s"),
            ("Remaining" if Side.SOURCE in recorder.sides else "Missing", remaining, ""),
        ]
        made = [self._curve(name, f"{values[-1] / mib:.1f} MiB{per}", values) for name, values, per in rows]
        if course.gone_over and Side.DESTINATION in recorder.sides:
            waited = samples.column("waited")
            made.append(self._curve("Waited for page", f"{waited[-1]:.1f} ms", waited))
        elif course.status == "active" and Side.SOURCE in recorder.sides:
            expected = samples.column("expected_downtime")
            shown = np.minimum(expected, usual(expected) or 0.0)
            made.append(self._curve("Expected downtime", f"{expected[-1]:.0f} ms", shown))
        return [*made, ""]

    def _curve(self, name: str, last: str, values: Floats) -> str:
        steps = _CURVE[self._fine]
        said = f"{name:<17} {last:>12}  "
        room = self._columns - len(said)
        if room < 1:
            return self._cut(said.rstrip())
        if len(values) > room:  # of those that share a place the highest
            edges = np.linspace(0, len(values), room + 1).astype(np.int64)[:-1]
            values = np.maximum.reduceat(values, edges)
        most = float(values.max(initial=0.0))
        places = np.zeros(len(values), np.int64)
        if most > 0:
            places = np.ceil(values / most * (len(steps) - 1)).astype(np.int64)
        return said + self._paint("".join(steps[place] for place in places.tolist()), "36")

    def _phases(self, course: Course, now: float) -> str:
        parts = [f"{name_of(one)} {_span(one.end - one.begin)}" for one in course.phases(now)]
        between = " › " if self._fine else " > "
        more = "… " if self._fine else "... "
        while len(parts) > 1 and width(between.join(parts)) + len(more) > self._columns:
            parts.pop(0)
            parts[0] = parts[0] if parts[0].startswith(more) else more + parts[0]
        return self._cut(between.join(parts))

    def _event(self, one: Happened) -> str:
        said = f"{one.count} times, last {one.text}" if one.count > 1 else one.text
        return self._cut(f"{one.time:8.2f}  {printable(one.title):<22}  {printable(said)}".rstrip())

    def _cut(self, text: str) -> str:
        return text if width(text) <= self._columns else text[: self._columns - 1] + ("…" if self._fine else ">")

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colours and colour and text else text


def _said(course: Course, now: float) -> str:
    if course.stands(now):
        return STILL
    if course.status == "active" and course.side is Side.DESTINATION:
        return ARRIVES
    if course.status == "active":
        return FIRST if course.passes <= 1 else AGAIN
    said = SAID.get(course.status, "")
    return said.partition(".")[0] + "." if said and course.over else said  # nothing is compared any more


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


class LiveView:
    """Draws itself on ``stream`` whenever it is asked and ``patience`` seconds have passed; ``close`` leaves the last
    picture there."""

    def __init__(self, recorder: Recorder | HalfRecorder, stream: TextIO, patience: float) -> None:
        self._recorder, self._stream = recorder, stream
        self._course = Course(recorder.sides)
        self._next = 0
        self._due = time.monotonic() + patience
        self._high = 0
        self._size = (0, 0)
        encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
        self._fine = encoding == "utf8"
        self._colours = not os.environ.get("NO_COLOR")

    def look(self) -> None:
        """Bring the recording up to date, and the picture with it."""
        recorder = self._recorder
        recorder.look()
        moments = recorder.new_moments(self._next)
        if moments:
            self._next = moments[-1].number + 1
            self._course.take(moments)
        began = time.monotonic()
        if began >= self._due:
            self._draw()
            self._due = time.monotonic() + REST * (time.monotonic() - began)

    def _draw(self) -> None:
        columns, lines = _size_of(self._stream)
        if columns < LEAST[0] or lines < LEAST[1]:
            return
        if self._size != (columns, lines):  # lines have been broken anew: nobody knows where it began
            again = "\x1b[2J\x1b[H" if self._high else ""
            self._size, self._high = (columns, lines), 0
        else:
            again = f"\x1b[{self._high}A\r" if self._high else ""
        drawn = Look(columns, lines, fine=self._fine, colours=self._colours).picture(self._recorder, self._course)
        self._stream.write(again + "".join(f"{line}\x1b[K\r\n" for line in drawn) + "\x1b[J")
        self._stream.flush()
        self._high = len(drawn)

    def close(self) -> None:
        """The last picture stays; where none was drawn none is."""
        if self._high:
            self._due = 0.0
            self._course.over = True
            self.look()


@contextmanager
def watching(
    output: Output, recorder: Recorder | HalfRecorder | None, *, watched: bool
) -> Iterator[tuple[Progress, Callable[[], None]]]:
    """(whom to tell of progress, what to call now and then) while a migration goes on: a view of it where it is
    ``watched``, else one line, and a ``recorder`` that only looks."""
    if watched and recorder is not None:
        view = LiveView(recorder, sys.stderr, PATIENCE)
        try:
            yield no_progress, view.look
        finally:
            view.close()
        return
    with progress(output, "Migrating") as report:
        yield report, recorder.look if recorder is not None else lambda: None
