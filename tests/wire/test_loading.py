"""The reader as a loader needs it: nothing before it is due, the first fault is the last event."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from snapmgr.errors import StreamError
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import CommandEvent, Eof, Event, Fault, Header, NeedData, Payload, SectionBegin, SectionEnd
from snapmgr.wire.held import Section
from snapmgr.wire.layout import Done, PayloadReader
from snapmgr.wire.loading import LoadingReader, PackageEnd
from snapmgr.wire.window import Window

FULL = writer.section_begin(SectionBegin(0, 0, RecordType.FULL, 3, "dev", 0, 1)) + b"x" + writer.footer(3)
PART = writer.section_begin(SectionBegin(0, 0, RecordType.PART, 3)) + b"y" + writer.footer(3)


class One:
    """A payload of one byte."""

    def step(self, window: Window) -> Done:
        window.take(1)
        return Done(Payload(window.offset - 1, 1, "layout"))


@dataclass
class Asked:
    """Notes what it is asked; knows the section ids in ``known``; expects a configuration of one byte or none."""

    configured: bool = False
    known: set[int] = field(default_factory=set)
    asked: list[object] = field(default_factory=list)
    refuses: StreamError | None = None

    def configuration(self) -> PayloadReader | None:
        return One() if self.configured else None

    def record(self, kind: int, offset: int) -> None:
        self.asked.append(("record", kind, offset))

    def unnamed(self, section_id: int, offset: int) -> StreamError:
        return StreamError("unnamed", f"{section_id} at {offset}")

    def continued(self, section_id: int, offset: int) -> Section | None:
        return Section("own", 7, 9) if section_id in self.known else None

    def payload(self, section: SectionBegin) -> PayloadReader:
        self.asked.append((section.idstr, section.instance_id, section.version_id))
        if self.refuses is not None:
            raise self.refuses
        return One()

    def command(self, number: int, length: int, offset: int) -> None:
        self.asked.append(("command", number, length))
        if self.refuses is not None:
            raise self.refuses

    def section_name(self) -> str:
        return "own name"


def reading(asked: Asked, data: bytes, step: int = 0) -> list[Event]:
    """Every event until there is none, or nothing but more bytes would help."""
    reader, events, at = LoadingReader(asked, footers=True), list[Event](), 0
    while True:
        event = reader.next_event()
        if event is None:
            return events
        if not isinstance(event, NeedData):
            events.append(event)
        elif at < len(data):
            reader.feed(data[at : at + (step or len(data))])
            at += step or len(data)
        else:
            return events


@pytest.mark.parametrize("step", [0, 1, 4])
def test_each_record_is_told_once_in_any_chunking(step: int) -> None:
    asked = Asked(known={3})
    events = reading(asked, writer.header() + FULL + PART + b"\0", step)
    kinds = [Header, SectionBegin, Payload, SectionEnd, SectionBegin, Payload, SectionEnd, Eof]
    assert [type(event) for event in events] == kinds
    assert asked.asked == [
        ("record", 4, 8),
        ("dev", 0, 1),
        ("record", 2, 8 + len(FULL)),
        ("own", 7, 9),
        ("record", 0, 8 + len(FULL) + len(PART)),
    ]


def test_a_part_of_an_id_that_nobody_has_ends_the_reading() -> None:
    events = reading(Asked(), writer.header() + FULL + PART + b"\0")
    assert isinstance(events[-1], Fault)
    assert events[-1].code == "section-id"


@pytest.mark.parametrize(
    ("configured", "data", "last"),
    [
        (True, b"\x07c\0", Eof),
        (True, b"\0", Fault),
        (True, b"\x04" + bytes(20), Fault),
        (False, b"\x07c\0", Fault),
        (False, b"\0", Eof),
    ],
)
def test_a_configuration_is_there_where_it_is_expected_and_nowhere_else(
    configured: bool, data: bytes, last: type[Event]
) -> None:
    assert isinstance(reading(Asked(configured=configured), writer.header() + data)[-1], last)


def test_faults_name_the_section_as_the_loader_does() -> None:
    fault = reading(Asked(), writer.header() + FULL[:-5] + b"\0")[-1]
    assert isinstance(fault, Fault)
    assert fault.qemu["7.2"] == "Missing section footer for own name"


def test_a_section_without_a_name_is_refused_before_the_rest_is_waited_for() -> None:
    with pytest.raises(StreamError, match="9 at 8"):
        reading(Asked(), writer.header() + b"\x04\0\0\0\x09\0")


def test_a_command_is_looked_at_before_its_data_are_waited_for() -> None:
    refusal = StreamError("no", "no")
    with pytest.raises(StreamError) as refused:
        reading(Asked(refuses=refusal), writer.header() + b"\x08\0\x02\xff\xff")
    assert refused.value is refusal


def test_a_command_is_told_once_in_any_chunking() -> None:
    asked = Asked()
    reading(asked, writer.header() + writer.command(2, bytes(4)) + b"\0", 1)
    assert asked.asked == [("record", 8, 8), ("command", 2, 4), ("record", 0, 17)]


def test_what_the_other_side_raises_comes_out_as_it_is() -> None:
    refusal = StreamError("no", "no")
    with pytest.raises(StreamError) as refused:
        reading(Asked(refuses=refusal), writer.header() + FULL)
    assert refused.value is refusal


def test_the_end_of_a_package_is_told() -> None:
    packaged = writer.command(7, (len(FULL)).to_bytes(4)) + FULL
    events = reading(Asked(), writer.header() + packaged + b"\0")
    ends = [event for event in events if isinstance(event, PackageEnd)]
    assert ends == [PackageEnd(8 + len(packaged), 0)]
    assert isinstance(events[-1], Eof)


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_the_rest_of_a_package_may_be_left_without_holding_it(step: int) -> None:
    rest = bytes(range(1, 200))
    data = writer.header() + writer.command(7, (1 + len(rest)).to_bytes(4)) + b"\0" + rest + writer.command(11)
    reader, events, at = LoadingReader(Asked(), footers=True), list[Event](), 0
    while not any(isinstance(event, CommandEvent) and event.number == 11 for event in events):
        event = reader.next_event()
        assert event is not None
        if isinstance(event, NeedData):
            reader.feed(data[at : at + step])
            at += step
            continue
        events.append(event)
        if isinstance(event, Eof):
            reader.leave_package()
    assert [type(event) for event in events[-3:]] == [Eof, PackageEnd, CommandEvent]
