"""The side that goes on when the other one dies (migration/colo.c: colo_process_incoming_thread).

Its guest runs, too, from the last checkpoint on, and nobody sees it: what it sends and writes to disks waits, and is
forgotten at the next checkpoint.  RAM that comes in waits in a cache until a checkpoint is here as a whole, so a
primary that dies in the middle of one leaves a guest that can go on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from snapmgr.errors import SnapmgrError
from snapmgr.machine.driver import Driver
from snapmgr.machine.machine import Machine, MachineView
from snapmgr.machine.replication import Replication
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.colo.messages import Message, Messages
from snapmgr.migrate.colo.status import ColoStatus, Mode, Reason
from snapmgr.migrate.handover import Handover, Side
from snapmgr.ram.cache import RamCache
from snapmgr.savevm.device_state import load_device_state
from snapmgr.savevm.handlers import HandlerFailed
from snapmgr.savevm.loader import Loader
from snapmgr.savevm.output import Buffer
from snapmgr.trace.events import TraceEvent

TICKS_A_SECOND = 50.0
PATIENCE = 5.0
"""Seconds that a primary which is lost may take to let go of the disks.  One that was killed may be heard to be gone
before the system has closed its disks; one that lives, and goes on alone, keeps them for longer than this."""
LOOK_EVERY = 0.02


class PrimaryGoesOn(SnapmgrError):
    """COLO ended with the guest on the other side."""

    exit_code = 1

    def __init__(self) -> None:
        super().__init__("colo-ended", "COLO has ended: the primary goes on alone")


class Secondary:
    """Takes part in one migration; to be given to ``destination.receive``.  ``rate`` in ticks a second.

    A channel that breaks means that the primary is lost, and so does ``lost_heartbeat``.  Within one process the
    handover keeps the two from going on both; between processes the locks of the disks do.  Machines without disks
    have nothing that could: there whoever says that the primary is lost must know, as with QEMU.

    ``show`` is called after every checkpoint, ``lost`` when this side takes over, both by the machine's thread while
    the guest stands still; ``seen`` is shown what the machine is like, as a driver does.
    """

    def __init__(
        self,
        *,
        rate: float = TICKS_A_SECOND,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
        show: Callable[[ColoStatus], None] = lambda status: None,
        lost: Callable[[Machine], None] = lambda machine: None,
        seen: Callable[[MachineView], None] = lambda view: None,
    ) -> None:
        self.status = ColoStatus()
        self._patience = patience
        self._rate, self._clock, self._show, self._lost, self._seen = rate, clock, show, lost, seen
        self._machine: Machine
        self._channel: Channel
        self._handover: Handover
        self._driver: Driver
        self._messages: Messages
        self._loader: Loader
        self._cache: RamCache
        self._replication: Replication
        self._error: SnapmgrError | None = None
        self._whole = True
        self._asked = False

    def lost_heartbeat(self) -> None:
        """The primary is lost: go on alone (x-colo-lost-heartbeat); from any thread, once COLO is on."""
        self._asked = True
        self._handover.take(Side.DESTINATION)
        self._channel.yank()

    def prepare(self, machine: Machine, channel: Channel, handover: Handover) -> None:
        """ENABLE_COLO has come: keep a cache of what comes (colo_init_ram_cache)."""
        self._machine, self._channel, self._handover = machine, channel, handover
        self._cache = machine.ram_entry.loader.cache = RamCache(machine.ram)

    def run(self, loader: Loader, left: Buffer) -> None:
        """All is loaded, ``left`` came behind it: until COLO ends with the guest on this side, which stands still.

        The machine's thread runs it.  Raises PrimaryGoesOn, and what made it impossible to go on here.
        """
        self._loader = loader
        self._messages = Messages(self._channel, self._machine.trace, left=left)
        self._driver = Driver(self._machine, self._clock, rate=self._rate, show=self._seen)
        try:
            self._begin()
            serving = threading.Thread(target=self._serve, name="colo-incoming", daemon=True)
            serving.start()
            self._driver.work()
            serving.join()
            self._take_over()
        except BaseException:
            self._channel.yank()  # a guest that broke: nobody here goes on
            if self._machine.run_state is RunState.COLO:  # from where it can be paused
                self._machine.set_run_state(RunState.RUNNING)
            self._machine.board.output.take()
            for disk in self._machine.board.disks:
                disk.look_away()
            raise
        finally:
            self._end()

    # -- the machine's thread --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        machine = self._machine
        machine.colo = True
        machine.set_run_state(RunState.COLO)
        self.status.begin(Mode.SECONDARY)
        self.status.tick = machine.tick
        self._replication = Replication(machine.registry, machine.board.disks)
        for journal in self._replication.journals:
            journal.apply()
        machine.board.output.hold()
        machine.ram_entry.loader.copy_here()
        self._cache.part()

    def _start(self) -> None:
        """Run, where disks are only looked at."""
        self._machine.set_run_state(RunState.RUNNING)
        self._said("stop", "run")

    def _stop(self) -> None:
        machine = self._machine
        if machine.run_state is RunState.RUNNING:
            machine.set_run_state(RunState.COLO)
        machine.cpu_synchronize_all_states()
        self._said("run", "stop")

    def _load(self, devices: bytes) -> None:
        """The checkpoint is here: become what the primary was."""
        machine, begin = self._machine, self._clock()
        self._whole = False
        machine.reset()
        machine.trace.emit(TraceEvent("colo_flush_ram_cache_begin"))
        copied = self._cache.flush()
        machine.trace.emit(TraceEvent("colo_flush_ram_cache_end", (("pages", copied),)))
        load_device_state(machine, [devices])
        for journal in self._replication.journals:
            journal.apply()
        machine.board.output.take()
        self._whole = True
        self.status.checkpoint(machine.tick, (self._clock() - begin) * 1000)
        self._show(self.status)

    def _take_over(self) -> None:
        """Have the guest for good.  Raises PrimaryGoesOn, and what taking the disks raises."""
        machine, error = self._machine, self._error
        self._stop()
        ours = self._whole and not isinstance(error, PrimaryGoesOn) and self._handover.take(Side.DESTINATION)
        asked = self._asked or isinstance(error, PrimaryGoesOn)
        self.status.end(Reason.REQUEST if asked else Reason.ERROR, machine.trace)
        if not ours:
            raise error if error is not None and not isinstance(error, ChannelBroken) else PrimaryGoesOn()
        self._lost(machine)
        self._take_disks()
        machine.board.output.let_go()

    def _take_disks(self) -> None:
        """Whoever had them may be about to end.  Raises HandlerFailed where it keeps them."""
        until = self._clock() + self._patience
        while True:
            try:
                self._machine.activate_disks()
            except HandlerFailed:
                if self._clock() >= until:
                    raise
                threading.Event().wait(LOOK_EVERY)
            else:
                return

    def _end(self) -> None:
        machine = self._machine
        machine.colo = False
        machine.board.output.let_go()
        self._replication.end()
        self._loader.cleanup()

    def _said(self, old: str, new: str) -> None:
        self._machine.trace.emit(TraceEvent("colo_vm_state_change", (("old", old), ("new", new))))

    # -- the channel's thread --------------------------------------------------------------------------------------

    def _serve(self) -> None:
        try:
            self._messages.send(Message.CHECKPOINT_READY)
            self._order(self._start)
            while True:
                message = self._messages.receive()
                if message is Message.PRIMARY_GOES_ON:
                    raise PrimaryGoesOn
                self._checkpoint(message)
        except SnapmgrError as error:
            self._error = error
        finally:
            with suppress(ChannelBroken):
                self._channel.end()
            self._driver.finish()

    def _checkpoint(self, request: Message) -> None:
        """Raises ChannelBroken, StreamError, LoadError, and what looking at the disks raises."""
        messages = self._messages
        messages.check(request, Message.CHECKPOINT_REQUEST)
        self._order(self._stop)
        messages.send(Message.CHECKPOINT_REPLY)
        messages.expect(Message.VMSTATE_SEND)
        messages.load(Loader(self._machine, device_state=True, after=self._loader))
        devices = messages.state()
        messages.send(Message.VMSTATE_RECEIVED)
        self._order(lambda: self._load(devices))
        self._order(self._start)
        messages.send(Message.VMSTATE_LOADED)

    def _order(self, action: Callable[[], None]) -> None:
        self._driver.order(lambda _: action()).result()
