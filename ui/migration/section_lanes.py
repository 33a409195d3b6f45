"""Sections and commands on their way: when each was put into the stream, and when the destination took it out."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import Moment
from snapmgr.wire.constants import RecordType
from ui.migration.event_texts import RAM, command_name
from ui.words import later

HEADER, COMMANDS = later("header"), later("commands")
"""Lanes of what is no section."""
SECTION = ""
ITERATIVE = frozenset({"dirty-bitmap"})
BREAKS = frozenset({"postcopy-paused", "failing", "failed", "cancelled"})
"""States in which what is on its way is lost."""


@dataclass(slots=True)
class Piece:
    """One section or command: put from ``begin`` to ``end``, taken at ``arrived``; None for what has not happened yet.

    ``moment`` is the event of its beginning; ``lost`` where it never came, when that was known."""

    moment: Moment
    title: str
    begin: float
    end: float | None = None
    arrived: float | None = None
    lost: float | None = None


@dataclass(slots=True)
class Lane:
    """Everything of one idstr, in the order of time; ``tint`` is the token of its kind."""

    name: str
    tint: str
    pieces: list[Piece] = field(default_factory=list)

    def at(self, time: float) -> int:
        """Place of the last piece that began by then, -1 for none."""
        return bisect_right(self.pieces, time, key=lambda piece: piece.begin) - 1


class SectionLanes:
    """Takes moments in their order; ``lanes`` in the order in which they were first used."""

    def __init__(self) -> None:
        self.lanes: dict[str, Lane] = {}
        self._open: Piece | None = None
        self._under_way: dict[tuple[str, object], deque[Piece]] = {}
        """By lane and section id, or command's name: what was put and not taken yet."""
        self._type = 0
        """Of the record that the destination reads."""

    def take(self, moments: Iterable[Moment]) -> None:
        for moment in moments:
            name = moment.event.name
            if name == "migrate_set_state" and moment.event["new_state"] in BREAKS:
                self._lose(moment.time)
            elif moment.side is Side.SOURCE:
                self._take_put(moment)
            else:
                self._take_taken(moment)

    def _take_put(self, moment: Moment) -> None:
        event = moment.event
        match event.name:
            case "savevm_state_header":
                self._put(moment, HEADER, "k_meta", HEADER, None)
            case "savevm_section_start":
                name, number = str(event["id"]), event["section_id"]
                self._put(moment, name, _tint(name), name, number)
            case "savevm_command_send":
                title = command_name(event)
                self._put(moment, COMMANDS, "k_cmd", title, title)
            case "savevm_section_end":
                self._close(moment.time)

    def _put(self, moment: Moment, lane: str, tint: str, title: str, key: object) -> None:
        self._close(moment.time)
        piece = Piece(moment, title, moment.time)
        self.lanes.setdefault(lane, Lane(lane, tint)).pieces.append(piece)
        if _kind(lane) == SECTION:
            self._open = piece
        else:  # nothing tells when its end was put
            piece.end = moment.time
        self._under_way.setdefault((_kind(lane), key), deque()).append(piece)

    def _close(self, time: float) -> None:
        if self._open is not None:
            self._open.end = time
            self._open = None

    def _take_taken(self, moment: Moment) -> None:
        event = moment.event
        match event.name:
            case "qemu_loadvm_state_section":
                self._type = int(event["section_type"] or 0)
                self._arrive(HEADER, None, moment.time)  # which was read before
            case "qemu_loadvm_state_section_startfull" if self._type == RecordType.START:
                self._take_start(moment)
            case "qemu_loadvm_state_section_startfull" | "qemu_loadvm_state_section_partend":
                self._arrive(SECTION, event["section_id"], moment.time)
            case "loadvm_process_command":
                name = str(event["s"])  # savevm.c's table has no name for ENABLE_COLO
                self._arrive(COMMANDS, "ENABLE_COLO" if name == "(null)" else name, moment.time)

    def _take_start(self, moment: Moment) -> None:
        """The source does not tell when it puts these; they go together, right behind the header."""
        name = str(moment.event["idstr"])
        lane = self.lanes.setdefault(name, Lane(name, _tint(name)))
        if not lane.pieces:
            lane.pieces.append(Piece(moment, name, moment.time, moment.time, moment.time))

    def _arrive(self, kind: str, key: object, time: float) -> None:
        waiting = self._under_way.get((kind, key))
        if waiting:
            waiting.popleft().arrived = time

    def _lose(self, time: float) -> None:
        self._close(time)
        for waiting in self._under_way.values():
            for piece in waiting:
                piece.lost = time
            waiting.clear()


def _kind(lane: str) -> str:
    return lane if lane in (HEADER, COMMANDS) else SECTION


def _tint(name: str) -> str:
    if name == RAM:
        return "k_ram"
    return "k_block" if name in ITERATIVE else "k_dev"
