"""The side that receives (migration/migration.c: process_incoming_migration_co and its bottom half)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from snapmgr.errors import SnapmgrError
from snapmgr.machine.machine import Machine
from snapmgr.machine.saving import take_in
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.colo.secondary import Secondary
from snapmgr.migrate.handover import Handover, Side
from snapmgr.savevm.effects import EnableColo, OpenReturnPath, Reply
from snapmgr.savevm.loader import Loader
from snapmgr.wire.events import NeedData
from snapmgr.wire.return_path import shut


def receive(
    machine: Machine,
    channel: Channel,
    *,
    handover: Handover | None = None,
    secondary: Secondary | None = None,
    loaded: Callable[[], None] = lambda: None,
) -> None:
    """Load what comes and go on as the source was; for the thread that the machine belongs to.

    Where the source wants COLO, the machine is the ``secondary`` until the source is lost; then it goes on.  Raises
    PrimaryGoesOn where the source is not lost.

    The machine has not run yet.  ``loaded`` is called when everything is here and nothing runs yet.  Raises Blocked,
    LoadError, ChannelBroken, and what taking over the disks raises; the machine stands then and has no disks.
    """
    whose = handover or Handover()
    opened = False

    def read() -> None:
        nonlocal opened
        second: Secondary | None = None
        fed, piece = 0, memoryview(b"")
        loader = Loader(machine, colo=channel.returns)
        while (step := loader.next_effect()) is not None:
            match step:
                case NeedData():
                    piece = memoryview(channel.receive())
                    fed += len(piece)
                    loader.feed(piece)
                case EnableColo():
                    second = secondary or Secondary()
                    second.prepare(machine, channel, whose)
                case OpenReturnPath() if not channel.returns:
                    loader.return_path_failed()
                case OpenReturnPath():
                    opened = True
                case Reply():
                    channel.send([step.data])
        if second is not None:
            second.run(loader, piece[len(piece) - (fed - loader.offset) :])

    def settled() -> None:
        loaded()
        if not whose.take(Side.DESTINATION):
            raise ChannelBroken("the source took the guest back")
        if opened:
            with suppress(ChannelBroken):  # the guest is ours by now, whether the source gets to know it or not
                channel.send([shut(0)])

    try:
        take_in(machine, read, settled=settled)
    except SnapmgrError:
        with suppress(SnapmgrError):
            machine.inactivate_disks()
        if opened:
            with suppress(ChannelBroken):
                channel.send([shut(1)])
        elif channel.returns:  # nobody reads any more: whoever sends must not wait
            channel.yank()
        raise
    finally:
        if channel.returns:  # what only brings the stream is closed by whoever opened it
            channel.end()
