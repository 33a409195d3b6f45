"""A guest that runs here while a part of its RAM is still at the source (savevm.c: postcopy_ram_listen_thread,
postcopy_pause_incoming; migration/postcopy-ram.c).

The thread that owns the machine ticks it and waits in a tick for what is missing.  A thread of its own reads the
channel, and where there is a second one for what was asked for, another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from snapmgr.errors import Cancelled, SnapmgrError, StreamError
from snapmgr.machine.machine import Machine
from snapmgr.migrate.answers import Answers
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.incoming import set_incoming
from snapmgr.migrate.model import ArrivalStatistics
from snapmgr.migrate.returning import RESUME_ACK
from snapmgr.migrate.steps import said
from snapmgr.ram.missing import MissingPages
from snapmgr.savevm.effects import Effect, PostcopyResume, Reply, StateLoaded
from snapmgr.savevm.handlers import EIO
from snapmgr.savevm.loader import PAUSED, Loader
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.trace.names import traced
from snapmgr.wire.constants import ReturnMessage
from snapmgr.wire.events import NeedData
from snapmgr.wire.layout import Done
from snapmgr.wire.return_path import message, shut
from snapmgr.wire.window import Short, Window

MOST_AT_ONCE = 8 << 20
"""Bytes of the second channel that are taken at once, at most."""

COMING = "The machine's RAM is still coming in"
"""Why it cannot be saved or migrated meanwhile."""

Show = Callable[[ArrivalStatistics], None]


class Arriving:
    """Everything but ``begin`` and ``start`` may be called by any thread.  ``show`` is called when the status
    changes."""

    def __init__(
        self, machine: Machine, loader: Loader, answers: Answers, missing: MissingPages, show: Show = lambda now: None
    ) -> None:
        self._machine, self._loader, self._answers, self._missing = machine, loader, answers, missing
        self._show = show
        self.ended: Callable[[], None] = lambda: None
        """Called by its thread when nothing comes any more."""
        self._news = threading.Condition()
        self._status = Status.POSTCOPY_ACTIVE
        self._error = ""
        self._pauses = 0
        self._cancelled = False
        self._channel: Channel | None = None
        self._urgent: Channel | None = None
        self._recovery: tuple[Channel, Channel | None] | None = None
        self._second: threading.Thread | None = None
        self._second_error: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="postcopy-listen", daemon=True)

    @property
    def statistics(self) -> ArrivalStatistics:
        """As it is now."""
        missing = self._missing
        return ArrivalStatistics(
            self._status,
            missing.requests,
            missing.waited / 1e6,
            tuple(wait / 1e6 for wait in list(missing.waits)),
            missing.left,
            missing.duplicates,
            self._pauses,
            self._error,
        )

    @property
    def over(self) -> bool:
        """Whether everything has come, or was given up."""
        return self._status in (Status.COMPLETED, Status.FAILED)

    def begin(self) -> None:
        """The guest is about to run."""
        self._tell(Status.POSTCOPY_ACTIVE)

    def start(self, channel: Channel, urgent: Channel | None) -> None:
        """Read on beside the guest."""
        self._channel, self._urgent = channel, urgent
        status = self._machine.migration.status
        self._machine.blockers.add(COMING, status=status, saving=False, only_migratable=False)
        self._thread.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Until everything is here or was given up; False where ``timeout`` seconds were not enough."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def wait_for(self, *statuses: Status, timeout: float | None = None) -> bool:
        """Until the status is one of these, or all is over; False where ``timeout`` seconds were not enough."""
        return self.wait_until(lambda: self._status in statuses, timeout)

    def wait_until(self, reached: Callable[[], bool], timeout: float | None = None) -> bool:
        """As ``wait_for``, until this is true of what changes with the status."""
        with self._news:
            return self._news.wait_for(lambda: self.over or reached(), timeout)

    def pause(self) -> None:
        """Cut the channel (migrate-pause).  Raises SnapmgrError ``not-postcopy``."""
        channel = self._channel
        if self._status not in (Status.POSTCOPY_ACTIVE, Status.POSTCOPY_RECOVER) or channel is None:
            text = "migrate-pause is currently only supported during postcopy-active or postcopy-recover state"
            raise SnapmgrError("not-postcopy", "only postcopy can be paused", qemu=text)
        channel.yank()

    def recover(self, channel: Channel, urgent: Channel | None = None) -> None:
        """Go on over another channel (migrate-recover).  Raises SnapmgrError ``not-paused``.

        One that has everything tells it once more: the source may not have heard of it.
        """
        if self._status is Status.COMPLETED:
            self._thread.join()
        with self._news:
            if self._status is Status.COMPLETED:
                self._thread = threading.Thread(target=self._work_again, name="postcopy-listen", daemon=True)
                self._recovery = (channel, urgent)
                self._thread.start()
                return
            if self._status is not Status.POSTCOPY_PAUSED:
                text = "Migrate recover can only be run when postcopy is paused."
                raise SnapmgrError("not-paused", "there is no paused postcopy here", qemu=text)
            for late in self._recovery or ():  # it broke before it was taken up
                if late is not None:
                    late.yank()
            self._recovery = (channel, urgent)
            self._news.notify_all()

    def recover_once_paused(self, channel: Channel, urgent: Channel | None = None) -> None:
        """As ``recover``, when it has noticed that the old one is broken."""
        with self._news:
            self.wait_for(Status.POSTCOPY_PAUSED)
            self.recover(channel, urgent)

    def cancel(self) -> None:
        """Give up: what is missing never comes, and whoever needs it gets an error."""
        with self._news:
            self._cancelled = True
            self._news.notify_all()
            channel = self._channel
        if channel is not None:
            channel.yank()

    # -- the thread ------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            self._follow()
        finally:
            self.ended()

    def _follow(self) -> None:
        while True:
            try:
                self._read()
                self._finish()
                return
            except Exception as error:  # whatever it is, the guest's newest state is here: nothing of it may be lost
                if "postcopy-ram" not in self._machine.options.capabilities:
                    self._lose_bitmaps(error)
                    return
                if not self._stand_by(error):
                    return

    def _work_again(self) -> None:
        """Only to be told that all is here."""
        assert self._recovery is not None
        self._take_up(*self._recovery)
        with suppress(Exception):
            self._read()
            self._answers.send(shut(0))
        self._let_go()

    def _read(self) -> None:
        """Until the source has nothing more."""
        if self._urgent is not None:
            self._second = threading.Thread(
                target=self._read_urgent, args=(self._urgent,), name="postcopy-urgent", daemon=True
            )
            self._second.start()
        while (step := self._loader.next_effect()) is not None:
            self._perform(step)

    def _perform(self, step: Effect | NeedData) -> None:
        assert self._channel is not None
        match step:
            case NeedData():
                self._loader.feed(self._channel.receive())
            case Reply():
                self._answers.send(step.data)
            case PostcopyResume():
                self._resume()
            case StateLoaded():
                self._join_second()

    def _resume(self) -> None:
        """Tell the source, then ask again for what is waited for (loadvm_postcopy_handle_resume)."""
        if self._status is Status.POSTCOPY_RECOVER:
            self._tell(Status.POSTCOPY_ACTIVE)
        self._answers.send(message(ReturnMessage.RESUME_ACK, RESUME_ACK.to_bytes(4)))
        for block, first, count in self._missing.requested():
            self._answers.ask(block, [(first, count)])
            address = block.address + (first << block.page_bits)
            self._machine.trace.emit(traced("postcopy_page_req_sync", address))

    def _finish(self) -> None:
        if self._missing.left:
            raise StreamError("pages-missing", f"the source has ended, and {self._missing.left} pages never came")
        self._loader.leave()
        self._machine.blockers.remove(COMING)
        self._error = ""
        self._tell(Status.COMPLETED)
        with suppress(ChannelBroken):  # the source may ask again
            self._answers.send(shut(0))
        self._let_go()

    def _lose_bitmaps(self, error: Exception) -> None:
        """Everything but dirty bitmaps has come: those that have not are given up, and it is no failure."""
        self._machine.dirty_bitmaps.cancel()
        refused = isinstance(error, SnapmgrError) and not isinstance(error, ChannelBroken)
        self._loader.leave(error if refused else OSError(EIO, said(error)))
        self._machine.blockers.remove(COMING)
        self._error = said(error)
        self._cut()
        self._tell(Status.COMPLETED)

    # -- the second channel ----------------------------------------------------------------------------------------

    def _read_urgent(self, channel: Channel) -> None:
        """Records without sections, up to EOS."""
        try:
            window = Window(MOST_AT_ONCE)
            reader = self._machine.ram_entry.loader.urgent()
            while not self._urgent_step(channel, window, reader.step):
                pass
        except Exception as error:
            self._second_error = error
            if self._channel is not None:
                self._channel.yank()

    def _urgent_step(self, channel: Channel, window: Window, step: Callable[[Window], object]) -> bool:
        start = window.mark()
        try:
            return isinstance(step(window), Done)
        except Short:
            window.offset = start
            data = channel.receive()
            if not len(data):
                raise ChannelBroken("the channel of urgent pages has ended") from None
            window.append(data)
            return False

    def _join_second(self) -> None:
        """Raises what went wrong there."""
        if self._second is not None:
            self._second.join()
            self._second = None
        error, self._second_error = self._second_error, None
        if error is not None:
            raise error

    # -- a break ---------------------------------------------------------------------------------------------------

    def _stand_by(self, error: Exception) -> bool:
        """Paused until there is another channel; False where nobody is to wait any more."""
        trace = self._machine.trace
        trace.emit(traced("postcopy_pause_incoming"))
        self._error = said(self._second_error or error)
        self._cut()
        self._pauses += 1
        self._machine.error_report(PAUSED)
        self._tell(Status.POSTCOPY_PAUSED)
        with self._news:
            self._news.wait_for(lambda: self._recovery is not None or self._cancelled)
            recovery, self._recovery = self._recovery, None
            if recovery is None or self._cancelled:
                self._give_up()
                return False
        self._tell(Status.POSTCOPY_RECOVER)
        self._take_up(*recovery)
        trace.emit(traced("postcopy_pause_incoming_continued"))
        return True

    def _take_up(self, channel: Channel, urgent: Channel | None) -> None:
        with self._news:
            self._channel, self._urgent = channel, urgent
            if self._cancelled:  # by somebody who saw no channel to cut
                channel.yank()
        self._machine.ram_entry.loader.resume()
        self._loader.resume()
        self._answers.open(channel)

    def _give_up(self) -> None:
        self._missing.give_up(Cancelled(f"{self._missing.left} pages of the guest's RAM were given up"))
        self._tell(Status.FAILED)

    def _cut(self) -> None:
        """Let go of channels that are no good any more; the source notices."""
        for channel in (self._channel, self._urgent):
            if channel is not None:
                channel.yank()
        with suppress(Exception):
            self._join_second()
        self._let_go()

    def _let_go(self) -> None:
        self._answers.close()
        for channel in (self._channel, self._urgent):
            if channel is not None:
                channel.end()
                channel.close()
        self._channel = self._urgent = None

    def _tell(self, status: Status) -> None:
        with self._news:
            self._status = status
            set_incoming(self._machine, status)
            self._news.notify_all()
        self._show(self.statistics)
