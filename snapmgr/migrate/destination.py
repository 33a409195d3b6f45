"""The side that receives (migration/migration.c: process_incoming_migration_co and its bottom half)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress

from snapmgr.errors import SnapmgrError
from snapmgr.machine.machine import Machine
from snapmgr.machine.saving import announce, run_early, take_in
from snapmgr.migrate import mapped, multifd
from snapmgr.migrate.answers import Answers
from snapmgr.migrate.arriving import Arriving, Show
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.colo.secondary import Secondary
from snapmgr.migrate.handover import Handover, Side
from snapmgr.migrate.incoming import set_incoming
from snapmgr.migrate.one_way import DescriptorChannel
from snapmgr.savevm.effects import Effect, EnableColo, OpenReturnPath, PostcopyListen, PostcopyRun, Reply
from snapmgr.savevm.loader import Loader
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.wire.constants import MAGIC, ReturnMessage
from snapmgr.wire.events import NeedData
from snapmgr.wire.return_path import message, shut
from snapmgr.wire.wording import NOT_A_STREAM


def receive(
    machine: Machine,
    channel: Channel,
    *,
    handover: Handover | None = None,
    loaded: Callable[[], None] = lambda: None,
    secondary: Secondary | None = None,
    urgent: Callable[[], Channel] | None = None,
    autostart: bool = True,
    beside: Sequence[Channel] = (),
    show: Show = lambda statistics: None,
) -> Arriving | None:
    """Load what comes and go on as the source was; for the thread that the machine belongs to.

    Where the source wants COLO, the machine is the ``secondary`` until the source is lost; then it goes on.  Raises
    PrimaryGoesOn where the source is not lost.

    The machine has not run yet.  ``loaded`` is called when everything is here and nothing runs yet.  ``urgent`` gives
    the second channel of a postcopy (capability postcopy-preempt), ``show`` is told how that goes; pages come
    ``beside``, too (capability multifd).  Returns None where all is here; in postcopy the guest may run already, and
    what is returned knows of the rest.  Raises Blocked, LoadError, ChannelBroken, and what taking over the disks
    raises; the machine stands then and has no disks.
    """
    with ExitStack() as reading:
        reading.enter_context(multifd.receiving(machine, beside))
        reading.enter_context(mapped.reading(machine, channel))
        handover = handover or Handover()
        return _Receiving(machine, channel, handover, loaded, secondary, urgent, autostart, show, reading).run()


def _nothing_came(count: int) -> SnapmgrError:
    """QEMU takes what does not come for zeros; 11.1, which looks before it loads, says "Failed to peek at channel"."""
    sent = "before it sent anything" if not count else f"behind {count} of the {len(MAGIC)} bytes that it begins with"
    message = f"nothing came to be loaded: the source ended {sent}"
    return SnapmgrError("nothing-sent", message, hint="See what became of the source.", qemu=NOT_A_STREAM)


class _Receiving:
    def __init__(
        self,
        machine: Machine,
        channel: Channel,
        handover: Handover,
        loaded: Callable[[], None],
        secondary: Secondary | None,
        urgent: Callable[[], Channel] | None,
        autostart: bool,
        show: Show,
        reading: ExitStack,
    ) -> None:
        self._machine, self._channel, self._handover, self._reading = machine, channel, handover, reading
        self._loaded, self._open_urgent, self._autostart, self._show = loaded, urgent, autostart, show
        self._loader = Loader(machine, postcopy=channel.returns, colo=channel.returns)
        self._secondary, self._colo = secondary, False
        self._fed, self._piece = 0, memoryview(b"")
        """Bytes that were fed, and the last of them: what the loader leaves of those is COLO's."""
        self._answers = Answers(machine.trace)
        self._held: list[bytes] = []
        """Answers that say that the guest can run: they go out when it does."""
        self._urgent: Channel | None = None
        self._arriving: Arriving | None = None

    def run(self) -> Arriving | None:
        set_incoming(self._machine, Status.SETUP)
        try:
            take_in(self._machine, self._read, settled=self._settled, autostart=self._autostart)
        except SnapmgrError:
            self._fail()
            raise
        finally:
            if self._channel.returns and self._arriving is None:
                self._channel.end()  # what only brings the stream is closed by whoever opened it
        if self._arriving is None:
            set_incoming(self._machine, Status.COMPLETED)
        return self._arriving

    def _read(self) -> bool:
        """Whether the guest is told to run before all is here."""
        while (step := self._loader.next_effect()) is not None:
            if isinstance(step, PostcopyRun):
                self._run_early()
                return True
            self._perform(step)
        if self._colo and self._secondary is not None:
            set_incoming(self._machine, Status.COLO)
            self._secondary.run(self._loader, self._piece[len(self._piece) - (self._fed - self._loader.offset) :])
        return False

    def _perform(self, step: Effect | NeedData) -> None:
        match step:
            case NeedData():
                if self._loader.ahead and isinstance(self._channel, DescriptorChannel) and self._channel.position:
                    self._fed += self._loader.ahead
                    self._channel.skip(self._loader.ahead)
                    self._loader.jump()
                self._piece = memoryview(self._channel.receive())
                if self._machine.incoming.status is Status.SETUP:
                    set_incoming(self._machine, Status.ACTIVE)
                if not len(self._piece) and self._fed < len(MAGIC):
                    raise _nothing_came(self._fed)
                self._fed += len(self._piece)
                self._loader.feed(self._piece)
            case EnableColo():
                self._colo, self._secondary = True, self._secondary or Secondary()
                self._secondary.prepare(self._machine, self._channel, self._handover)
            case OpenReturnPath() if not self._channel.returns:
                self._loader.return_path_failed()
            case OpenReturnPath():
                self._answers.open(self._channel)
                if "switchover-ack" in self._machine.options.capabilities:  # no device of ours wants to wait
                    self._answers.send(message(ReturnMessage.SWITCHOVER_ACK))
            case Reply() if self._arriving is not None:
                self._held.append(step.data)
            case Reply():
                self._answers.send(step.data)
            case PostcopyListen():
                self._listen()

    def _listen(self) -> None:
        """Devices come next, and pages may come at any time from now on."""
        set_incoming(self._machine, Status.POSTCOPY_DEVICE)
        loader, with_ram = self._machine.ram_entry.loader, "postcopy-ram" in self._machine.options.capabilities
        missing = (loader.listen if with_ram else loader.all_here)(self._answers.ask)
        self._arriving = Arriving(self._machine, self._loader, self._answers, missing, self._show)
        if "postcopy-preempt" in self._machine.options.capabilities and self._open_urgent is not None:
            self._urgent = self._open_urgent()
        missing.start()

    def _run_early(self) -> None:
        """The source knows that the guest is ours before it is; up to here both fail as if nothing had been sent."""
        for data in self._held:
            self._answers.send(data)
        if not self._handover.take(Side.DESTINATION):
            raise ChannelBroken("the source took the guest back")
        assert self._arriving is not None
        self._arriving.begin()
        run_early(self._machine, autostart=self._autostart)
        self._arriving.ended = self._reading.pop_all().close
        self._arriving.start(self._channel, self._urgent)

    def _settled(self) -> None:
        self._loaded()
        if not self._handover.take(Side.DESTINATION):
            raise ChannelBroken("the source took the guest back")
        announce(self._machine)
        if self._answers.opened:
            with suppress(ChannelBroken):  # the guest is ours by now, whether the source gets to know it or not
                self._answers.send(shut(0))

    def _fail(self) -> None:
        machine, self._arriving = self._machine, None
        if machine.ram_entry.loader.missing is not None:
            machine.ram_entry.loader.missing.stop()
        with suppress(SnapmgrError):
            machine.inactivate_disks()
        if self._answers.opened:
            with suppress(ChannelBroken):
                self._answers.send(shut(1))
        elif self._channel.returns:  # nobody reads any more: whoever sends must not wait
            self._channel.yank()
        if self._urgent is not None:
            self._urgent.yank()
        set_incoming(machine, Status.FAILED)
