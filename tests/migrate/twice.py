"""Connections that are attempted twice: a second migration of the same guest, channels that come with a double that is
torn, recoveries asked for once more than there are pauses."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.migrate.arriving import Arriving
from snapmgr.migrate.both import Both
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.destination import receive
from snapmgr.migrate.gather import gather
from snapmgr.migrate.link import Link
from snapmgr.migrate.source import Outgoing


def torn() -> Link:
    """A link that is no good any more."""
    link = Link()
    link.cut()
    return link


def connect_twice(both: Both, pick: random.Random) -> None:
    """Before it is prepared."""
    _migrate_twice(both)
    both.recover = _recovering_twice(both, both.recover)  # type: ignore[method-assign]
    if "multifd" in both.source.options.capabilities:
        both._receive = lambda: _gathered(both, pick)  # type: ignore[method-assign]


def _migrate_twice(both: Both) -> None:
    """Once the guest stands still another migration of it is refused, and sends nothing."""
    stopped, second = both._stopped, Link()

    def again() -> None:
        with pytest.raises(SnapmgrError):
            Outgoing(both.source, second.source, lambda action: action(), beside=[Link().source, Link().source]).run()
        assert not second.forward.passed
        stopped()

    both._stopped = again  # type: ignore[method-assign]


def _recovering_twice(both: Both, recover: Callable[[], None]) -> Callable[[], None]:
    """The first is torn at both ends, and so is one that comes while the right one is being taken up."""

    def again() -> None:
        recover()
        with pytest.raises(SnapmgrError):
            both.outgoing.recover(torn().source)

    return again


def _gathered(both: Both, pick: random.Random) -> Arriving | None:
    """The channels come in any order, each with a double that says nothing."""
    coming: list[Channel] = [link.destination for link in (both.link, *both.beside)]
    coming += [torn().destination for _ in coming]
    pick.shuffle(coming)
    sent_away: list[str] = []

    gathered = threading.Event()

    def accept() -> Channel:
        if not coming:
            gathered.wait()
            raise ChannelBroken("nobody else comes")
        return coming.pop()

    try:
        main, beside = gather(accept, len(both.beside), sent_away.append)
    finally:
        gathered.set()
    return receive(both.destination, main, handover=both._handover, beside=beside)
