"""A migration on a terminal while it goes on."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from snapmgr.cli import live_view, main
from snapmgr.cli.live_course import Course, name_of
from snapmgr.cli.live_half import HalfRecorder, ReceivingHalf, SendingHalf
from snapmgr.cli.live_view import LiveView, Look, has_room
from snapmgr.cli.text import width
from snapmgr.machine.options import MIB, MachineOptions
from snapmgr.migrate.handover import Side
from snapmgr.migrate.model import Parameters
from snapmgr.migrate.pages import PageState
from snapmgr.migrate.recording import Moment
from snapmgr.migrate.samples import COLUMNS, Samples
from snapmgr.migrate.ways import both_of
from snapmgr.trace.events import TraceEvent


def moment(time: float, name: str, side: Side = Side.SOURCE, **arguments: Any) -> Moment:
    return Moment(int(time * 1000), time, side, TraceEvent(name, tuple(arguments.items())))


def state(time: float, new: str) -> Moment:
    return moment(time, "migrate_set_state", new_state=new)


def guest(time: float, side: Side, was: str, new: str) -> Moment:
    return moment(time, "runstate_set", side, current_state_str=was, new_state_str=new)


def sync(time: float, pages: int) -> Moment:
    return moment(time, "migration_bitmap_sync_end", dirty_pages=pages)


POSTCOPY = [
    state(0.0, "setup"), sync(0.1, 900), state(0.1, "active"),
    *(moment(0.2 + n / 100, "savevm_section_start", id="ram", section_id=1) for n in range(5)),
    sync(1.1, 500), state(2.0, "postcopy-active"),
    guest(2.0, Side.SOURCE, "running", "finish-migrate"), sync(2.01, 400),
    guest(2.3, Side.DESTINATION, "inmigrate", "running"),
    *(moment(2.4, "migrate_handle_rp_req_pages", rbname="demo.ram", start=4096 * n, len=4096) for n in range(3)),
]  # fmt: skip


def course(moments: list[Moment]) -> Course:
    made = Course()
    made.take(moments)
    return made


def recorder() -> Any:
    samples = Samples()
    for n in range(30):
        samples.add(**dict.fromkeys(COLUMNS, 0.0) | {"time": n / 10, "transferred": n * 1e6, "expected_downtime": n})
    source = np.full(2000, PageState.TO_SEND, np.uint8)
    destination = np.full(2000, PageState.MISSING, np.uint8)
    destination[:700] = PageState.ARRIVED
    source[1500] = destination[1500] = PageState.REQUESTED
    return SimpleNamespace(
        now=3.0,
        pages=SimpleNamespace(source=source, destination=destination),
        samples=samples,
        sides=tuple(Side),
        look=lambda: None,
        new_moments=lambda after: [one for one in POSTCOPY if one.number >= after],
    )


def test_the_course_has_its_phases_and_counts_what_comes_again() -> None:
    made = course(POSTCOPY)
    phases = made.phases(2.9)
    assert [name_of(one) for one in phases] == ["setup", "iteration 1", "iteration 2", "switchover", "postcopy"]
    assert phases[3].begin == 2.0 and phases[3].end == 2.3 and phases[4].end == 2.9 and not made.stands(2.9)
    assert [(one.title, one.count) for one in made.events if one.count > 1] == [("ram", 5), ("page request", 3)]
    made.take([POSTCOPY[3], POSTCOPY[-1]])
    assert [(one.title, one.count) for one in made.events][-2:] == [("page request", 4), ("ram", 1)], "one by one"
    made.take([state(3.0, "completed")])
    assert made.phases(9.0)[-1].end == 3.0 and made.status == "completed"


@pytest.mark.parametrize(("columns", "lines"), [(40, 12), (60, 20), (88, 24), (200, 60)])
@pytest.mark.parametrize("fine", [False, True])
def test_a_picture_has_room(columns: int, lines: int, *, fine: bool) -> None:
    drawn = Look(columns, lines, fine=fine, colours=False).picture(recorder(), course(POSTCOPY))
    assert len(drawn) < lines and max(map(width, drawn)) <= columns
    text = "\n".join(drawn)
    assert "postcopy-active" in text and "\x1b" not in text and text.isascii() is not fine
    assert "Waited for page" in text
    if lines > 12:
        assert text.count("?") >= 3, "one page that is waited for is seen on both maps, and in the legend"
        assert "Destination  has the guest" in text


def test_of_one_side_no_more_is_shown_than_is_known() -> None:
    parts = [state(0.0, "active"), guest(1.0, Side.SOURCE, "running", "finish-migrate"), state(1.0, "device"),
             state(1.1, "postcopy-device"), state(1.2, "postcopy-active")]  # fmt: skip
    made = Course((Side.SOURCE,))
    made.take(parts)
    assert [(name_of(one), one.begin) for one in made.phases(2.0)] == [
        ("iteration 1", 0),
        ("switchover", 1),
        ("postcopy", 1.2),
    ]
    both = both_of(MachineOptions(ram=16 * MIB), [], rate=50.0)
    with both:
        half, other = SendingHalf(both.source), ReceivingHalf(both.destination, lambda: both.link.forward.taken)
        half.follow(both.prepare(Parameters()))
        both.move(1, 1)
        drawn = [seen_of(half), seen_of(other)]
    assert "Source  gave the guest away  none left" in drawn[0] and "Destination" not in drawn[0]
    assert "Destination  has the guest  none missing" in drawn[1] and "Source" not in drawn[1]
    assert "setup" in drawn[1] and "precopy" in drawn[1] and "SHUT" in drawn[1]
    assert "Remaining" in drawn[0] and "Missing" in drawn[1] and "Remaining" not in drawn[1]
    sent, came = (one.samples.column("transferred")[-1] for one in (half, other))
    assert sent == came > 0 and not half.new_moments(1 << 30)


def seen_of(half: HalfRecorder) -> str:
    half.look()
    made = Course(half.sides)
    made.take(half.new_moments(0))
    assert made.status == "completed"
    return "\n".join(Look(100, 40, fine=False, colours=False).picture(half, made))


def test_colours_are_left_out_where_nobody_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "_size_of", lambda stream: (80, 30))
    monkeypatch.setattr(live_view, "REST", 0)
    for plain in (False, True):
        monkeypatch.setenv("NO_COLOR", "1") if plain else monkeypatch.delenv("NO_COLOR", raising=False)
        stream = io.StringIO()
        view = LiveView(recorder(), stream, 0.0)
        view.look()
        view.look()
        drawn = stream.getvalue()
        assert ("\x1b[33m" in drawn) is not plain
        assert drawn.count("Demo migration") == 2 and drawn.count("A\r") == 1, "over itself"


def test_there_is_none_on_what_cannot_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(live_view, "_size_of", lambda stream: (80, 24))
    assert has_room(terminal) and not has_room(io.StringIO())  # type: ignore[arg-type]
    monkeypatch.setenv("TERM", "dumb")
    assert not has_room(terminal)  # type: ignore[arg-type]
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(live_view, "_size_of", lambda stream: (39, 24))
    assert not has_room(terminal)  # type: ignore[arg-type]


def test_a_migration_is_seen_to_its_end(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(live_view, "has_room", lambda stream: True)
    monkeypatch.setattr(live_view, "_size_of", lambda stream: (100, 40))
    monkeypatch.setattr(live_view, "PATIENCE", 0.0)
    wanted = ["--ram", "16M", "--tick-rate", "500", "--ticks", "5", "--after", "5"]
    slow = ["--mode", "postcopy", "--link-bandwidth", "32M", "--json"]
    assert main(["demo", "migrate", *wanted, *slow]) == 0
    answer = capsys.readouterr()
    assert json.loads(answer.out)["status"] == "completed"
    last = answer.err.rpartition("A\r")[2]
    assert "completed" in last and "none left" in last and "none missing" in last and "All has arrived." in last
    assert main(["demo", "migrate", "-q", *wanted]) == 0
    assert capsys.readouterr().err == ""


def test_what_comes_is_seen_to_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(live_view, "has_room", lambda stream: True)
    monkeypatch.setattr(live_view, "_size_of", lambda stream: (100, 40))
    monkeypatch.setattr(live_view, "PATIENCE", 0.0)
    small, uri = ("--ram", "16M"), f"file:{tmp_path / 'stream'}"
    assert main(["demo", "migrate", "-q", *small, "--ticks", "2", "--after", "0", "--to", uri]) == 0
    assert main(["demo", "receive", "-q", *small, uri]) == 0
    assert capsys.readouterr().err == ""
    assert main(["demo", "receive", *small, "--json", uri]) == 0
    answer = capsys.readouterr()
    last = answer.err.rpartition("A\r")[2]
    assert json.loads(answer.out)["states"] == ["setup", "active", "completed"]
    assert "Destination  has the guest  none missing" in last and "All has arrived." in last
