"""Seeing to postcopies that have paused, on either side."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

from snapmgr.errors import SnapmgrError
from snapmgr.migrate.arriving import Arriving
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.source import Outgoing
from snapmgr.savevm.status import MigrationStatus as Status


def tend(outgoing: Outgoing, recover: Callable[[], None], recoveries: int | None, after: float = 0.0) -> None:
    """Until the migration is over: ``recover`` so many times, each ``after`` so many seconds, then give up.  With None
    somebody else sees to it."""
    for done in itertools.count():
        outgoing.wait_until(partial(_stands, outgoing, done))
        if outgoing.statistics.status is not Status.POSTCOPY_PAUSED or recoveries is None:
            return
        if done >= recoveries:
            outgoing.abandon()
            return
        if after and outgoing.wait_until(partial(_goes_on, outgoing), after):
            continue
        try:
            recover()
        except SnapmgrError:
            outgoing.abandon()
            raise


def welcome(arriving: Arriving, accept: Callable[[], tuple[Channel, Channel | None]]) -> None:
    """Until everything has come: whenever it pauses, go on with what ``accept`` gives, which raises ChannelBroken where
    nobody is to come any more."""
    while arriving.wait_for(Status.POSTCOPY_PAUSED) and not arriving.over:
        try:
            channel, urgent = accept()
        except ChannelBroken:
            arriving.cancel()
            return
        pauses = arriving.statistics.pauses
        arriving.recover(channel, urgent)
        arriving.wait_until(partial(_more, arriving, pauses))


def _stands(outgoing: Outgoing, pauses: int) -> bool:
    """Once more, and can be recovered: a pause is counted a little before the status says so."""
    return outgoing.statistics.status is Status.POSTCOPY_PAUSED and outgoing.statistics.pauses > pauses


def _goes_on(outgoing: Outgoing) -> bool:
    return outgoing.statistics.status is not Status.POSTCOPY_PAUSED


def _more(arriving: Arriving, pauses: int) -> bool:
    return arriving.statistics.pauses > pauses
