"""What was put on the wire, by the events of a migration, for any time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from snapmgr.migrate.handover import Side
from snapmgr.migrate.recording import CHANNEL_PUT, PAGES_PUT, URGENT_PUT, Moment
from ui.migration.channel_view import TRAVEL, Packet
from ui.migration.event_texts import RAM, command_name
from ui.shell import formats
from ui.words import later, plural, tr

PAGE = 4096
URGENT = "postcopy-preempt"
"""Name of the channel for pages that are waited for."""
SMOOTH = 0.25
"""Seconds over which rates are measured for what moves."""
_ANSWERS = {
    "source_return_path_thread_pong": ("k_cmd", later("PONG: it has read as far as the PING")),
    "source_return_path_thread_shut": ("ok", later("SHUT: everything has arrived")),
    "source_return_path_thread_resume_ack": ("k_cmd", later("RESUME_ACK: both sides agree on what is missing")),
    "ram_dirty_bitmap_reload_begin": ("k_block", later("RECV_BITMAP: which pages have arrived")),
    "migrate_handle_rp_req_pages": ("p_req", later("page request: the guest waits for it")),
}
"""Events of the way back, each with its colour and what it says."""


def channel_name(number: int) -> str:
    """Of a channel of multifd."""
    return f"multifd-{number}"


@dataclass(frozen=True, slots=True)
class OnWire:
    """``offset`` is where the section or command begins, None where that is not known; ``zero`` pages are of zeros."""

    section: str = ""
    record: str = ""
    offset: int | None = None
    zero: int = 0


class Beside:
    """What went over one channel that carries nothing but pages."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self._sums: list[int] = [0]

    def add(self, time: float, count: int, tint: str) -> None:
        words = tr("page that is waited for") if tint == "p_req" else tr("pages")
        self.packets.append(Packet(time, tint, words))
        self._sums.append(self._sums[-1] + count)

    def rate(self, now: float) -> float:
        """Bytes a second, over the last SMOOTH."""
        first, last = (bisect_right(self.packets, at, key=lambda one: one.time) for at in (now - SMOOTH, now))
        return (self._sums[last] - self._sums[first]) / SMOOTH


class Traffic:
    """Takes moments in their order."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._sent: list[tuple[Packet, OnWire]] = []
        self._answers: list[Packet] = []
        self._beside: dict[str, Beside] = {}
        self._ram = OnWire()
        """The RAM section that pages belong to."""

    def take(self, moments: Iterable[Moment]) -> None:
        for moment in moments:
            if moment.side is Side.SOURCE:
                self._take_sent(moment)
                self._take_answer(moment)

    def _take_answer(self, moment: Moment) -> None:
        """What the source read on the way back."""
        tint, words = _ANSWERS.get(moment.event.name, ("", ""))
        if tint:
            self._answers.append(Packet(moment.time, tint, tr(words)))

    def _take_sent(self, moment: Moment) -> None:
        event = moment.event
        match event.name:
            case "savevm_section_start":
                ram = event["id"] == RAM
                title = tr("section {number}, {name}", number=event["section_id"], name=event["id"])
                section = OnWire(title, "", event.offset)
                if ram:
                    self._ram = section
                self._put(moment, "k_ram" if ram else "k_dev", section)
            case "savevm_command_send":
                self._put(moment, "k_cmd", OnWire(command_name(event), tr("command"), event.offset))
            case _ if event.name == URGENT_PUT:
                self._lane(URGENT).add(moment.time, int(event["bytes"] or 0), "p_req")
            case _ if event.name == CHANNEL_PUT:
                self._lane(channel_name(int(event["channel"] or 0))).add(
                    moment.time, int(event["bytes"] or 0), "p_norm"
                )
            case _ if event.name == PAGES_PUT:
                all_zero = event["zero"] == event["pages"]
                first = int(event["first"] or 0) * PAGE
                pages = plural("{n} page", "{n} pages", int(event["pages"] or 0))
                record = tr("{block} 0x{address}, {pages}", block=event["rbname"], address=f"{first:07X}", pages=pages)
                wire = OnWire(self._ram.section, record, self._ram.offset, int(event["zero"] or 0))
                self._put(moment, "p_zero" if all_zero else "p_norm", wire)

    def _put(self, moment: Moment, tint: str, wire: OnWire) -> None:
        self._times.append(moment.time)
        words = ", ".join(part for part in (wire.section, wire.record) if part)
        self._sent.append((Packet(moment.time, tint, words), wire))

    def packets(self, now: float) -> list[Packet]:
        """What is on its way to the destination."""
        first, last = bisect_left(self._times, now - TRAVEL), bisect_right(self._times, now)
        return [packet for packet, _ in self._sent[first:last]]

    def answers(self, now: float) -> list[Packet]:
        """What is on its way back."""
        return _between(self._answers, now)

    def _lane(self, name: str) -> Beside:
        return self._beside.setdefault(name, Beside())

    def beside(self, name: str, now: float) -> list[Packet]:
        """What is on its way over a channel for pages."""
        return _between(self._lane(name).packets, now)

    def rate_beside(self, name: str, now: float) -> float:
        """Bytes a second over such a channel."""
        return self._lane(name).rate(now)

    def at(self, now: float) -> OnWire:
        """What was put last."""
        place = bisect_right(self._times, now) - 1
        return self._sent[place][1] if place >= 0 else OnWire()

    def offset_at(self, now: float, sent: int) -> int | None:
        """Where that begins of which something is among the first ``sent`` bytes of the stream; None for nothing."""
        for place in range(bisect_right(self._times, now) - 1, -1, -1):
            offset = self._sent[place][1].offset
            if offset is None or offset < sent:
                return offset
        return None


def where(wire: OnWire) -> str:
    """What there is no room for beside it."""
    zero = plural("{n} zero", "{n} zero", wire.zero) if wire.zero else ""
    begins = tr("begins at {offset}", offset=formats.offset(wire.offset)) if wire.offset is not None else ""
    return ", ".join(part for part in (zero, begins) if part)


def _between(packets: list[Packet], now: float) -> list[Packet]:
    first = bisect_left(packets, now - TRAVEL, key=lambda packet: packet.time)
    return packets[first : bisect_right(packets, now, key=lambda packet: packet.time)]
