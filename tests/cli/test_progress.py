"""The progress line."""

from __future__ import annotations

import io
import sys

import pytest

from snapmgr.cli import progress as progress_module
from snapmgr.cli.output import Output
from snapmgr.cli.progress import INTERVAL, PATIENCE, ProgressLine, progress
from snapmgr.work import no_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

        def monotonic(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(progress_module, "time", clock)
    return clock


def test_what_is_quick_shows_nothing(clock):
    stream = Terminal()
    line = ProgressLine("Reading", stream)
    clock.now += PATIENCE - 0.01
    line(1, 2)
    line.close()
    assert stream.getvalue() == ""


def test_what_lasts_is_drawn_now_and_then_and_taken_away(clock):
    stream = Terminal()
    line = ProgressLine("Reading", stream)
    clock.now += PATIENCE
    for _ in range(50):
        line(50 << 20, 100 << 20)
    clock.now += INTERVAL
    line(75 << 20, 100 << 20)
    line.close()
    drawn = stream.getvalue().split("\r")[1:]
    assert drawn == [
        "Reading   50 %  50.0 MiB of 100 MiB\x1b[K",
        "Reading   75 %  75.0 MiB of 100 MiB\x1b[K",
        "\x1b[K",
    ]


def test_an_unknown_total_shows_what_is_done(clock):
    stream = Terminal()
    line = ProgressLine("Unpacking", stream)
    clock.now += PATIENCE
    line(20 << 20, 0)
    assert stream.getvalue() == "\rUnpacking  20.0 MiB\x1b[K"


@pytest.mark.parametrize(("stream", "quiet"), [(io.StringIO(), False), (Terminal(), True)])
def test_nothing_where_nobody_looks(monkeypatch, stream, quiet):
    monkeypatch.setattr(sys, "stderr", stream)
    with progress(Output(quiet=quiet), "Reading") as report:
        assert report is no_progress
