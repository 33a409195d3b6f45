"""Sections that bring nothing, over and over: a source that waits sends one of each live device every round.

What repeats is found by comparing bytes, and told as one event.  A section may repeat whose payload was done at the
first step and is no longer than the word that says "nothing more": reading it again at another place changes nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import Repeated, SectionBegin, SectionEnd
from snapmgr.wire.resync import LONGEST_HEADER
from snapmgr.wire.window import Window

MOST_SECTIONS = 2
"""Of a round: RAM and dirty bitmaps."""
LONGEST = 8
"""Bytes of a payload that may repeat: the word EOS."""
_FEWEST = 8
"""Rounds, below which reading them one by one is as good."""
_FIRST_LOOK, _MORE = 64, 8


@dataclass(frozen=True, slots=True)
class _Section:
    begin: SectionBegin
    end: SectionEnd
    data: bytes


class Repeats:
    """The last sections that may repeat, in the reader's window."""

    def __init__(self, window: Window) -> None:
        self._in = window
        self._last: deque[_Section] = deque(maxlen=MOST_SECTIONS)

    def note(self, begin: SectionBegin, payload: bytes, end: SectionEnd) -> None:
        """A PART with such a payload, and a footer of its own, was read."""
        key = begin.section_id.to_bytes(4)
        data = bytes([begin.type]) + key + payload + bytes([RecordType.FOOTER]) + key
        if self._last and self._last[-1].end.offset + self._last[-1].end.length != begin.offset:
            self._last.clear()
        self._last.append(_Section(begin, end, data))

    def find(self) -> Repeated | None:
        """Rounds like the last one that stand here, where they are worth it.

        So many are left behind them as the search for the end of a section may look at: the last of them is followed
        by what the first was followed by.  Raises Short where nothing is held.
        """
        view, at = self._in.front()
        known = list(self._last)
        if not known or known[-1].end.offset + known[-1].end.length != self._in.offset:
            return None
        for sections in (known[-1:], known):
            unit = b"".join(section.data for section in sections)
            if view[at : at + len(unit)] == unit:
                count = _count(view[at:], unit) - LONGEST_HEADER // len(unit) - 1
                if count >= _FEWEST:
                    self._last.clear()
                    begins = tuple(section.begin for section in sections)
                    return Repeated(self._in.offset, count * len(unit), begins, count)
        return None


def _count(view: memoryview, unit: bytes) -> int:
    """How often ``unit`` stands from the beginning of ``view`` on; looks little further than that."""
    wanted, step, found = np.frombuffer(unit, np.uint8), _FIRST_LOOK, 0
    data = np.frombuffer(view[: len(view) // len(unit) * len(unit)], np.uint8).reshape(-1, len(unit))
    while found < len(data):
        differs = (data[found : found + step] != wanted).any(axis=1)
        if differs.any():
            return found + int(differs.argmax())
        found += len(differs)
        step *= _MORE
    return found
