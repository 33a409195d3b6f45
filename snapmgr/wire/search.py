"""Searches in the receive window: the end of a payload that nobody knows, and where to go on after a fault.

A search that finds nothing in what is held asks for more and remembers how far it got, so no byte is looked at twice;
beyond ``limit`` bytes it gives up.
"""

from __future__ import annotations

from collections.abc import Container

from snapmgr.wire import resync
from snapmgr.wire.constants import RecordType
from snapmgr.wire.window import Short, Window


class Search:
    """Works on the reader's window; ``known`` are the ids of the sections that were started."""

    def __init__(self, window: Window, limit: int, known: Container[int]) -> None:
        self._window = window
        self._limit = limit
        self._known = known
        self._searched = 0
        self._start = 0

    def begin(self, offset: int) -> None:
        """What is looked for lies at ``offset`` or behind it."""
        self._start = self._searched = offset

    def payload_end(self, section_id: int, footers: bool | None) -> tuple[str, int]:
        """(how it was found, length) of a payload that begins at the window's offset.  Raises Short.

        How: ``footer``, ``next-record``, or ``end`` where there is no end in all that may be looked at.
        """
        view, at = self._window.all_held()
        begin = self._place(at)
        found_by, end = "footer", None
        if footers is not False:
            end = resync.find_footer(view, begin, section_id, self._known, ended=self._window.ended)
            other = resync.find_other_footer(view, begin, len(view) if end is None else end, self._known)
            end = end if other is None else other
        if end is None and (footers is False or self._window.ended):
            found_by, end = self._second_best(view, at, section_id, footers)
        if end is None:
            return "end", self._give_up(len(view) - at)
        return found_by, end - at

    def _second_best(self, view: memoryview, at: int, section_id: int, footers: bool | None) -> tuple[str, int | None]:
        """Where a payload ends when no footer of its own stands before a plausible record."""
        record = resync.find_record(view, at, self._known)
        if footers is not False:
            footer = resync.find_bare_footer(view, at, section_id)
            if footer is not None and (record is None or footer < record):
                return "footer", footer
        return "next-record", record

    def next_record(self) -> tuple[bool, int]:
        """(found or not, bytes up to it) of the next section header behind the window's offset.  Raises Short."""
        view, at = self._window.all_held()
        found = resync.find_record(view, max(self._place(at), at + 1), self._known)
        return (False, self._give_up(len(view) - at)) if found is None else (True, found - at)

    def footer_or_record(self, section_id: int) -> tuple[str, int]:
        """(``footer``, ``record`` or ``end``, bytes up to it): where a damaged section ends.  Raises Short."""
        view, at = self._window.all_held()
        begin = self._place(at)
        footer = resync.find_footer(view, begin, section_id, self._known, ended=self._window.ended)
        record = resync.find_record(view, begin, self._known)
        if footer is not None and (record is None or footer < record):
            return "footer", footer - at
        return ("end", self._give_up(len(view) - at)) if record is None else ("record", record - at)

    def looks_like_record(self) -> bool:
        """Whether a record may begin at the window's offset.  Raises Short where more bytes are needed to say."""
        view, at = self._window.all_held()
        verdict = resync.plausible(view, at, self._known)
        if verdict is None and not self._window.ended:
            raise Short(resync.LONGEST_HEADER - (len(view) - at))
        return bool(verdict) or (verdict is None and view[at] == RecordType.EOF)

    def _place(self, at: int) -> int:
        return self._searched - self._window.offset + at

    def _give_up(self, held: int) -> int:
        """How many bytes to take without having found anything.  Raises Short as long as more may be asked for."""
        if not self._window.ended and held < self._limit:
            self._searched = max(self._start, self._window.offset + held - resync.LONGEST_HEADER - 5)
            raise Short(max(4096, held // 2))
        return min(held, self._limit)
