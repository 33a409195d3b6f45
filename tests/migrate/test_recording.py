"""A recording comes back from its file as it was; what is no recording, or a damaged one, is refused with its place."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapmgr.errors import StreamError
from snapmgr.migrate.handover import Side
from snapmgr.migrate.pages import Layout, PageState
from snapmgr.migrate.recorded_events import event_line, read_events
from snapmgr.migrate.recording import Moment, Recording, stream_name
from snapmgr.migrate.recording_file import MAGIC, read_recording, write_recording
from snapmgr.migrate.samples import COLUMNS, KEY_EVERY, Changes, Played
from snapmgr.trace.events import TraceEvent
from snapmgr.trace.names import traced


def made() -> Recording:
    """A small one with something of everything."""
    recording = Recording(facts={"scenario": "converges", "bandwidth": 1 << 20}, outcome={"status": "completed"})
    recording.begin_pages(Layout((("demo.ram", 16), ("demo.rom", 4)), 4096))
    states = np.zeros(20, np.uint8)
    for time in range(3):
        recording.samples.add(**dict.fromkeys(COLUMNS, 0.0) | {"time": float(time)})
        states[time * 5 : time * 5 + 3] = PageState.SENT
        for changes in recording.pages.values():
            changes.note(float(time), states)
    recording.moments.append(Moment(0, 0.5, Side.SOURCE, traced("savevm_section_start", "ram", 2, offset=40)))
    recording.moments.append(Moment(1, 0.75, Side.DESTINATION, TraceEvent("something_new", (("a", "b"), ("c", None)))))
    recording.screens[Side.SOURCE].add(1.0, np.arange(24, dtype=np.uint8).reshape(2, 4, 3))
    (recording.streams / stream_name(0, forward=True)).write_bytes(b"QEVM\0\0\0\3")
    return recording


def written(recording: Recording) -> bytes:
    file = io.BytesIO()
    write_recording(recording, file)
    return file.getvalue()


def test_everything_comes_back(tmp_path: Path) -> None:
    recording = made()
    path = tmp_path / "run"
    path.write_bytes(written(recording))
    again = read_recording(path)
    assert (again.facts, again.outcome, again.layout) == (recording.facts, recording.outcome, recording.layout)
    assert list(again.moments) == list(recording.moments)
    assert (again.samples.rows == recording.samples.rows).all()
    for side in Side:
        for time in (0.0, 1.5, 9.0):
            assert (again.pages[side].at(time) == recording.pages[side].at(time)).all()
    picture = again.screens[Side.SOURCE].at(1.5)
    assert picture is not None and (picture == np.arange(24).reshape(2, 4, 3)).all()
    assert again.screens[Side.SOURCE].at(0.5) is None
    assert again.stream.read_bytes() == b"QEVM\0\0\0\3"
    assert again.end == 2.0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_damaged_is_refused_with_its_place(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(WHOLE)
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + 4] = data.draw(st.binary(min_size=1, max_size=8))
    path = tmp_path / "run"
    path.write_bytes(whole)
    try:
        recording = read_recording(path)
    except StreamError as error:
        assert error.offset is not None and 0 <= error.offset <= len(whole)
    else:
        for side in Side:
            recording.pages[side].at(1.0)
            recording.screens[side].at(1.0)


WHOLE = written(made())


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ('[0.5, "SOURCE", "savevm_section_start", 40, {"id": "ram", "section_id": 2}]', True),
        ('[0.5, "SOURCE", "savevm_section_start", 40, {"id": "ram"}]', False),
        ('[0.5, "SOURCE", "savevm_section_start", 40, {"id": "ram", "section_id": "2"}]', False),
        ('[0.5, "NOBODY", "something", null, {}]', False),
        ('[NaN, "SOURCE", "something", null, {}]', False),
        ('[0.5, "SOURCE", "something", -1, {}]', False),
        ('[0.5, "SOURCE", "something", null, {"a": [1]}]', False),
        ("[" * 100_000, False),
        ("", False),
    ],
)
def test_an_event_has_the_arguments_that_its_name_promises(line: str, holds: bool) -> None:
    good = event_line(Moment(0, 0.1, Side.SOURCE, TraceEvent("first")))
    lines = f"{good}\n{line}".encode()
    if holds:
        assert len(list(read_events(lines, 7))) == 2
        return
    with pytest.raises(StreamError) as caught:
        list(read_events(lines, 7))
    assert caught.value.offset == 7 + len(good) + 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"QEVM", "recording-cut"),
        (b"QEVM" * 8, "not-a-recording"),
        (MAGIC + (9).to_bytes(4), "recording-version"),
        (MAGIC + (1).to_bytes(4) + b"\5facts" + (1 << 62).to_bytes(8), "recording-cut"),
        (MAGIC + (1).to_bytes(4) + b"\3end" + bytes(8), None),
        (MAGIC + (1).to_bytes(4) + b"\6events" + bytes(8), "recording-damaged"),
    ],
)
def test_what_is_no_recording_is_called_so(tmp_path: Path, data: bytes, code: str | None) -> None:
    path = tmp_path / "run"
    path.write_bytes(data)
    if code is None:
        assert read_recording(path).layout.pages == 0
        return
    with pytest.raises(StreamError) as caught:
        read_recording(path)
    assert caught.value.code == code


def test_more_pages_than_a_machine_has_are_refused_before_there_is_room_for_them(tmp_path: Path) -> None:
    whole = written(made())
    facts = json.dumps({"facts": {}, "outcome": {}, "blocks": [["a", 1 << 24], ["b", 1]], "page_size": 4096,
                        "columns": list(COLUMNS)}).encode()  # fmt: skip
    path = tmp_path / "run"
    path.write_bytes(whole[:16] + b"\5facts" + len(facts).to_bytes(8) + facts)
    with pytest.raises(StreamError, match="more than a machine has"):
        read_recording(path)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=4), min_size=1, max_size=150))
def test_changes_give_back_every_moment(steps: list[list[tuple[int, int]]]) -> None:
    assert KEY_EVERY < 150, "some runs are longer than the way between two key frames"
    changes, states, seen = Changes(10), np.zeros(10, np.uint8), []
    for time, step in enumerate(steps):
        for page, state in step:
            states[page] = state
        changes.note(float(time), states)
        seen.append(states.copy())
    for time, wanted in enumerate(seen):
        assert (changes.at(time + 0.5) == wanted).all()
    played, last = Played(changes), len(seen) - 1
    for time in (*range(0, last + 1, 7), last, 0, last // 2, max(0, last - 70), last, last):
        assert (played.at(time + 0.5) == seen[time]).all(), "onward and back alike"
