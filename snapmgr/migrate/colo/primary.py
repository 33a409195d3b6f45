"""The side whose output the world sees (migration/colo.c: colo_process_checkpoint, colo_do_checkpoint_transaction).

Between two checkpoints its guest runs; what it sends and what it writes to disks waits until the other side has the
checkpoint that comes after.  So whatever the world has seen, the other side can go on from.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from snapmgr.errors import SnapmgrError
from snapmgr.machine.machine import Machine
from snapmgr.machine.replication import Replication
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.colo.messages import Message, Messages
from snapmgr.migrate.colo.status import ColoStatus, Mode, Reason
from snapmgr.migrate.handover import Handover, Side
from snapmgr.migrate.model import Parameters
from snapmgr.savevm.output import Output
from snapmgr.savevm.saver import Saver
from snapmgr.trace.events import TraceEvent

T = TypeVar("T")

MOST_HELD = 32 << 20
"""Bytes of disk writes that wait, from which a checkpoint is made before its time."""

LOOK_EVERY = 0.1
"""Seconds between two looks at them."""


class Primary:
    """Goes on behind the precopy of ``saver``, whose machine stands still at that moment.

    ``at_owner`` has something done by the thread of the machine and returns its result.  ``show`` is called after every
    checkpoint by the migration's thread.
    """

    def __init__(
        self,
        machine: Machine,
        channel: Channel,
        handover: Handover,
        parameters: Parameters,
        *,
        at_owner: Callable[[Callable[[], object]], object],
        show: Callable[[ColoStatus], None] = lambda status: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.status = ColoStatus()
        self._machine, self._channel, self._handover = machine, channel, handover
        self._parameters, self._at_owner, self._show, self._clock = parameters, at_owner, show, clock
        self._messages = Messages(channel, machine.trace)
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._asked = self._busy = False
        self._replication: Replication | None = None

    # -- from any thread -------------------------------------------------------------------------------------------

    def checkpoint_now(self) -> None:
        """Make the next one at once."""
        self._wake.set()

    def lost_heartbeat(self) -> None:
        """The other side is lost: go on alone (x-colo-lost-heartbeat).

        Between two checkpoints it is told; in the middle of one nobody waits for its answer any more.
        """
        self._handover.take(Side.SOURCE)
        with self._lock:
            self._asked = True
            if self._busy:
                self._channel.yank()
        self._wake.set()

    # -- the migration's thread ------------------------------------------------------------------------------------

    def wait_for_ready(self) -> None:
        """Until the other side has loaded everything.  Raises ChannelBroken, StreamError: COLO does not begin then."""
        self._messages.expect(Message.CHECKPOINT_READY)

    def run(self, saver: Saver, out: Output, begun: Callable[[], None] = lambda: None) -> bool:
        """Until COLO ends.  Whether the guest is ours then; it runs in that case.  ``begun`` is called first."""
        begun()
        self._at_owner(self._begin)
        reason = Reason.REQUEST
        try:
            self._go_round(saver, out)
        except (SnapmgrError, OSError):
            reason = Reason.REQUEST if self._asked else Reason.ERROR
        ours = self._handover.take(Side.SOURCE)
        self._at_owner(self._go_on if ours else self._give_up)
        self.status.end(reason, self._machine.trace)
        return ours

    def _go_round(self, saver: Saver, out: Output) -> None:
        while not self._wait():
            self._checkpoint(saver, out)
            self._show(self.status)
        if self._handover.take(Side.SOURCE):
            with suppress(ChannelBroken):
                self._messages.send(Message.PRIMARY_GOES_ON)

    def _wait(self) -> bool:
        """Until a checkpoint is due; True where none is wanted any more.  Until ``_idle`` a checkpoint is under way."""
        due = self._clock() + self._parameters.x_checkpoint_delay / 1000
        while not self._wake.is_set() and (left := due - self._clock()) > 0 and self._held() < MOST_HELD:
            self._wake.wait(min(left, LOOK_EVERY))
        self._wake.clear()
        with self._lock:
            self._busy = not self._asked
            return self._asked

    def _idle(self) -> None:
        with self._lock:
            self._busy = False

    def _held(self) -> int:
        return sum(disk.held.waiting for disk in self._machine.board.disks if disk.held is not None)

    def _checkpoint(self, saver: Saver, out: Output) -> None:
        """Raises ChannelBroken, StreamError, SaveError."""
        messages = self._messages
        messages.send(Message.CHECKPOINT_REQUEST)
        messages.expect(Message.CHECKPOINT_REPLY)
        begin = self._clock()
        self._at_owner(self._stop)
        messages.send(Message.VMSTATE_SEND)
        devices = Output()

        def put() -> None:
            Saver(self._machine, devices).device_state()
            saver.live_state()
            out.flush()

        self._at_owner(put)
        messages.send_value(Message.VMSTATE_SIZE, devices.offset)
        self._channel.send(devices.take())
        messages.expect(Message.VMSTATE_RECEIVED)
        messages.expect(Message.VMSTATE_LOADED)
        self._at_owner(self._complete)
        self._idle()
        self.status.checkpoint(self._tick, (self._clock() - begin) * 1000)

    # -- the machine's thread --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """The other side has all of it: from here on nothing that cannot be undone leaves the machine."""
        machine = self._machine
        self.status.begin(Mode.PRIMARY)
        machine.colo = True
        machine.global_state.store_running()
        self._replication = Replication(machine.registry, machine.board.disks)
        self._tick = machine.tick
        self.status.tick = machine.tick
        machine.board.output.hold()
        self._hold()
        self._start()

    def _hold(self) -> None:
        for disk in self._machine.board.disks:
            disk.hold(most=sys.maxsize)  # a guest that waited for room would keep the checkpoint from coming

    def _start(self) -> None:
        self._machine.start()
        self._said("stop", "run")

    def _stop(self) -> None:
        machine = self._machine
        machine.stop(RunState.COLO, force=True)
        self._said("run", "stop")
        self._tick = machine.tick

    def _said(self, old: str, new: str) -> None:
        self._machine.trace.emit(TraceEvent("colo_vm_state_change", (("old", old), ("new", new))))

    def _complete(self) -> None:
        """The other side can go on from here: the world may know."""
        self._let_go()
        self._hold()
        self._machine.board.output.release()
        self._start()

    def _let_go(self) -> None:
        for disk in self._machine.board.disks:
            disk.let_go()

    def _go_on(self) -> None:
        """Alone, from where we are."""
        self._end()
        with suppress(SnapmgrError):  # the guest gets to know when it writes next
            self._let_go()
        self._machine.board.output.let_go()
        self._machine.start()

    def _give_up(self) -> None:
        """The other side has the guest: what happened here since the last checkpoint never did."""
        machine = self._machine
        self._end()
        machine.board.output.take()
        machine.board.output.let_go()
        machine.set_run_state(RunState.RUNNING)
        machine.set_run_state(RunState.FINISH_MIGRATE)
        machine.set_run_state(RunState.POSTMIGRATE)
        for disk in machine.board.disks:
            disk.look_away()

    def _end(self) -> None:
        self._machine.colo = False
        if self._replication is not None:
            self._replication.end()
