"""A migration of ``snapctl demo`` while it runs: who is told, and who may end it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from snapmgr.migrate.model import Statistics
    from snapmgr.migrate.source import Outgoing
    from snapmgr.work import Progress

_Result = TypeVar("_Result")
_LOOK_EVERY = 0.1
"""Seconds between two looks at whether somebody wants to stop."""


def shown_by(report: Progress) -> Callable[[Outgoing, Statistics], None]:
    """For ``Outgoing``: tells how many bytes went, of how many."""

    def shown(outgoing: Outgoing, statistics: Statistics) -> None:
        report(statistics.transferred, statistics.transferred + outgoing.remaining)

    return shown


@contextmanager
def stoppable(outgoing: Outgoing) -> Iterator[None]:
    """What would end the process cancels the migration; the guest goes on where it was."""
    taken = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        before = signal.getsignal(number)
        if before != signal.SIG_IGN:
            signal.signal(number, lambda *_: outgoing.abandon())
            taken.append((number, before))
    try:
        yield
    finally:
        for number, before in taken:
            signal.signal(number, before)


@contextmanager
def beside(look: Callable[[], object]) -> Iterator[None]:
    """A ``look`` now and then, by another thread: this one has the machine, and is the one that signals end."""
    over = threading.Event()

    def work() -> None:
        look()
        while not over.wait(_LOOK_EVERY):
            look()

    with ThreadPoolExecutor(1, thread_name_prefix="look") as threads:
        looking = threads.submit(work)
        try:
            yield
        finally:
            over.set()
            looking.result()


def apart(work: Callable[[], _Result], look: Callable[[], object] = lambda: None) -> _Result:
    """Its result, from a thread of its own, with a ``look`` now and then: a signal that comes right before the main
    thread goes to sleep in a call of the system would wait for that call."""
    with ThreadPoolExecutor(1, thread_name_prefix="migration") as threads:
        running = threads.submit(work)
        while not running.done():
            wait([running], timeout=_LOOK_EVERY)
            look()
        return running.result()
