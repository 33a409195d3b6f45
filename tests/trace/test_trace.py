"""The trace: bounded subscriptions, and a recorded form that comes back."""

from __future__ import annotations

import pytest

from snapmgr.errors import StreamError
from snapmgr.trace.bus import Trace
from snapmgr.trace.events import TraceEvent, loadvm_process_command
from snapmgr.trace.record import from_lines, to_lines


def test_a_subscription_keeps_the_newest_and_counts_what_it_dropped() -> None:
    trace = Trace()
    subscription = trace.subscribe(limit=3)
    for number in range(5):
        trace.emit(TraceEvent("x", (("n", number),)))
    events, dropped = subscription.drain()
    assert [event["n"] for event in events] == [2, 3, 4]
    assert dropped == 2
    assert subscription.drain() == ([], 0)


def test_after_unsubscribing_nothing_comes() -> None:
    trace = Trace()
    subscription = trace.subscribe()
    trace.unsubscribe(subscription)
    trace.emit(TraceEvent("x"))
    assert subscription.drain() == ([], 0)


def test_recorded_events_come_back() -> None:
    events = [loadvm_process_command("PING", 4, 100), TraceEvent("postcopy", (("ok", True), ("name", "é")))]
    assert list(from_lines(to_lines(events))) == events


@pytest.mark.parametrize("lines", [['{"schema": 99}'], ['{"schema": 1}', "nonsense"], ['{"schema": 1}', "[1]"], ["[]"]])
def test_other_lines_are_refused_with_their_number(lines: list[str]) -> None:
    with pytest.raises(StreamError) as refused:
        list(from_lines(lines))
    assert refused.value.offset == len(lines) - 1
