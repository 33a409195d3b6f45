"""The reader: any chunking gives the same events, what it read can be written again, and nothing makes it raise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.containers.layouts import StreamLayout
from snapmgr.ram.section import OddPage, Pages, RamState
from snapmgr.trace.bus import Trace
from snapmgr.wire import events as wire
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.held import Limits
from snapmgr.wire.reader import StreamReader
from tests import corpus
from tests.strategies import CHUNK_SIZES, chunked, streams


def read(pieces: list[bytes], limits: Limits | None = None) -> list[wire.Event]:
    """All events of a stream fed in pieces."""
    reader = StreamReader(StreamLayout(RamState(), None), limits)
    events: list[wire.Event] = []
    for piece in [*pieces, b""]:
        reader.feed(piece)
        while not isinstance(event := reader.next_event(), wire.NeedData | None):
            events.append(event)
    assert reader.next_event() is None
    return events


def merged(events: list[wire.Event]) -> list[object]:
    """Events with stretches of pages taken apart: how many come in one event depends on the chunking."""
    result: list[object] = []
    for event in events:
        if isinstance(event, Pages):
            at = event.offset
            for word in event.words.tolist():
                size = 4104 if word & 0x08 else 9
                result.append(("page", at, size, event.block, word >> 12, word & 0x0A))
                at += size
        elif isinstance(event, OddPage) and event.kind in (0, 1) and event.data_offset == event.offset + 8:
            flag = 0x08 if event.kind == 0 else 0x02
            result.append(("page", event.offset, event.length, event.block, event.page, flag))
        elif isinstance(event, wire.Trailing) and result and isinstance(result[-1], wire.Trailing):
            last = result.pop()
            assert isinstance(last, wire.Trailing)
            result.append(wire.Trailing(last.offset, last.length + event.length))
        else:
            result.append(event)
    return result


@given(streams(), CHUNK_SIZES)
def test_any_chunking_gives_the_same_events(stream: bytes, sizes: list[int]) -> None:
    assert merged(read(chunked(stream, sizes))) == merged(read([stream]))


@given(streams(), CHUNK_SIZES, st.integers(0, 40))
def test_pieces_with_room_in_front_give_the_same_events(stream: bytes, sizes: list[int], room: int) -> None:
    reader = StreamReader(StreamLayout(RamState(), None))
    events: list[wire.Event] = []
    for piece in [*chunked(stream, sizes), b""]:
        reader.feed(memoryview(bytearray(room) + piece) if piece else b"", room if piece else 0)
        while not isinstance(event := reader.next_event(), wire.NeedData | None):
            events.append(event)
    assert merged(events) == merged(read([stream]))


@settings(max_examples=20)
@given(streams())
def test_byte_by_byte_gives_the_same_events(stream: bytes) -> None:
    stream = stream[:6000]
    assert merged(read([stream[at : at + 1] for at in range(len(stream))])) == merged(read([stream]))


@given(streams())
def test_what_was_read_can_be_written_again(stream: bytes) -> None:
    out = bytearray()
    for event in read([stream]):
        assert not isinstance(event, wire.Fault), event
        assert event.offset == len(out)
        framing = writer.framing(event)
        out += stream[event.offset : event.offset + event.length] if framing is None else framing
    assert bytes(out) == stream


@pytest.mark.parametrize(
    "name",
    [name for name in ("tiny.v72", "tiny.v100", "machine-none.v72", "uuid.v72") if name in corpus.streams()["cases"]],
)
def test_a_real_stream_can_be_written_again_and_chunked(name: str) -> None:
    stream = corpus.stream_bytes(name)
    whole = read([stream])
    out = bytearray()
    for event in whole:
        framing = writer.framing(event)
        out += stream[event.offset : event.offset + event.length] if framing is None else framing
    assert bytes(out) == stream
    assert merged(read([stream[at : at + 777] for at in range(0, len(stream), 777)])) == merged(whole)


@settings(max_examples=200)
@given(streams(), st.data())
def test_mutated_bytes_never_raise(stream: bytes, data: st.DataObject) -> None:
    mutated = bytearray(stream)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(mutated)))
    events = read(chunked(bytes(mutated[:cut]), data.draw(CHUNK_SIZES)))
    assert all(0 <= event.offset <= cut for event in events)


@given(st.binary(max_size=3000))
def test_random_bytes_never_raise(data: bytes) -> None:
    read([writer.header() + data] if len(data) % 2 else [data or b"\0"])


@pytest.mark.parametrize("cut", range(0, 60))
def test_a_cut_stream_says_where_it_ends(cut: int) -> None:
    stream = corpus.stream_bytes("machine-none.v72")[:cut]
    events = read([stream] if stream else [])
    faults = [event for event in events if isinstance(event, wire.Fault)]
    assert [fault.code for fault in faults] == ["truncated"]
    assert faults[-1].offset <= cut


def one_fault(stream: bytes) -> wire.Fault:
    faults = [event for event in read([stream]) if isinstance(event, wire.Fault)]
    assert faults
    return faults[0]


def test_version_2_is_obsolete() -> None:
    assert one_fault(writer.header(2)).qemu["7.2"] == "SaveVM v2 format is obsolete and don't work anymore"


def test_another_magic_is_no_stream() -> None:
    fault = one_fault(b"QEVN" + bytes(20))
    assert (fault.offset, fault.qemu["7.2"]) == (0, "Not a migration stream")


def section(section_id: int, name: str, payload: bytes, footer: bytes | None = None) -> bytes:
    begin = wire.SectionBegin(0, 0, RecordType.FULL, section_id, name, 0, 1)
    return writer.section_begin(begin) + payload + (writer.footer(section_id) if footer is None else footer)


def test_reading_goes_on_after_a_wrong_footer_id() -> None:
    first = section(1, "one", b"abc")
    stream = (
        writer.header() + first + section(2, "two", b"payload", writer.footer(9)) + section(3, "three", b"x") + b"\0"
    )
    events = read([stream])
    names = [event.idstr for event in events if isinstance(event, wire.SectionBegin)]
    assert names == ["one", "two", "three"]
    assert isinstance(events[-1], wire.Eof)


def test_an_unknown_record_type_is_skipped_up_to_the_next_section() -> None:
    stream = writer.header() + section(1, "one", b"abc") + b"\x42garbage" + section(3, "three", b"x") + b"\0"
    events = read([stream])
    fault = next(event for event in events if isinstance(event, wire.Fault))
    assert fault.qemu["7.2"] == "Unknown savevm section type 66"
    skipped = next(event for event in events if isinstance(event, wire.Skipped))
    assert stream[skipped.offset : skipped.offset + skipped.length] == b"\x42garbage"
    assert [event.idstr for event in events if isinstance(event, wire.SectionBegin)] == ["one", "three"]


def test_records_inside_a_package_are_read() -> None:
    inner = writer.command(4) + section(5, "inner", b"state") + writer.command(5)
    stream = writer.header() + writer.command(7, len(inner).to_bytes(4)) + inner + section(6, "outer", b"s") + b"\0"
    events = read([stream])
    assert [event.number for event in events if isinstance(event, wire.CommandEvent)] == [7, 4, 5]
    package = next(event for event in events if isinstance(event, wire.PackageBegin))
    assert stream[package.offset : package.offset + package.length] == inner


@pytest.mark.parametrize(
    ("number", "data", "text"),
    [
        (0x7F, b"", "MIG_CMD 0x7f unknown (len 0x0)"),
        (2, b"abc", "PING received with bad length - expecting 4, got 3"),
        (8, b"x", "(null) received with bad length - expecting 0, got 1"),
    ],
)
def test_commands_are_checked_by_the_table(number: int, data: bytes, text: str) -> None:
    assert one_fault(writer.header() + writer.command(number, data) + b"\0").qemu["7.2"] == text


def test_a_section_without_an_end_is_bounded() -> None:
    stream = writer.header() + section(1, "endless", b"", b"") + bytes(50_000)
    events = read([stream[at : at + 1000] for at in range(0, len(stream), 1000)], Limits(search=10_000))
    assert any(isinstance(event, wire.Fault) for event in events)


def test_the_trace_names_sections_and_commands() -> None:
    trace = Trace()
    subscription = trace.subscribe()
    reader = StreamReader(trace=trace)
    reader.feed(writer.header() + section(1, "one", b"abc") + writer.command(2, bytes(4)) + b"\0")
    reader.feed(b"")
    while reader.next_event() is not None:
        pass
    events, dropped = subscription.drain()
    assert dropped == 0
    assert [event.name for event in events] == [
        "qemu_loadvm_state_section",
        "qemu_loadvm_state_section_startfull",
        "qemu_loadvm_state_section",
        "loadvm_process_command",
        "qemu_loadvm_state_section",
    ]
    assert events[1]["idstr"] == "one"


def test_a_first_section_without_its_footer_is_one_fault() -> None:
    """The others have theirs, so the stream is none without footers: QEMU refuses it at the first section."""
    stream = corpus.stream_bytes("damaged-footer-ram.v72", damaged=True)
    cut_out_at = corpus.streams()["damaged"]["damaged-footer-ram.v72"]["edits"][0][0]
    for pieces in ([stream], chunked(stream, [1, 7, 4096])):
        events = read(pieces)
        faults = [event for event in events if isinstance(event, wire.Fault)]
        assert [(fault.code, fault.qemu["7.2"]) for fault in faults] == [
            ("missing-section-footer", "Missing section footer for ram")
        ]
        assert faults[0].offset == cut_out_at
        ends = [event.length for event in events if isinstance(event, wire.SectionEnd)]
        assert ends[0] == 0 and set(ends[1:]) == {5}


@pytest.mark.parametrize("name", ["bare.v72", "no-footer.v72"])
def test_a_stream_without_footers_has_none(name: str) -> None:
    events = read([corpus.stream_bytes(name)])
    assert not [event for event in events if isinstance(event, wire.Fault) and "footer" in event.code]
    assert {event.length for event in events if isinstance(event, wire.SectionEnd)} == {0}
