"""The second half of a migration whose guest runs on the other side already (migration/migration.c: postcopy_start,
postcopy_pause, postcopy_do_resume).

Whatever breaks once the other side runs pauses it: the guest's newest state is there, and what it lacks is here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.migrate.channel import Channel, ChannelBroken
from snapmgr.migrate.handover import Side
from snapmgr.migrate.model import PERIOD
from snapmgr.migrate.returning import ReturnPath, Wanted
from snapmgr.migrate.steps import Steps, said
from snapmgr.migrate.together import check as check_together
from snapmgr.ram.save import RamSaver
from snapmgr.ram.words import RamFlag
from snapmgr.savevm.commands import Commands
from snapmgr.savevm.loader import PAUSED
from snapmgr.savevm.output import Output
from snapmgr.savevm.saver import Saver
from snapmgr.savevm.status import MigrationStatus as Status
from snapmgr.trace.names import traced

LOADED = 3
"""The PING behind the devices: its PONG says that the destination has them and runs."""

LOADING = frozenset({Status.DEVICE, Status.POSTCOPY_DEVICE})


class PostcopySteps(Steps):
    """``postcopy``, ``pause`` and ``recover`` may be called by any thread."""

    # -- from any thread -------------------------------------------------------------------------------------------

    def postcopy(self) -> None:
        """Go on as postcopy as soon as possible (migrate-start-postcopy).  Raises SnapmgrError ``no-postcopy``."""
        if not self._may_postcopy:
            text = "Enable postcopy with migrate_set_capability before the start of migration"
            message = "neither postcopy-ram nor dirty-bitmaps is on for this machine"
            raise SnapmgrError("no-postcopy", message, qemu=text)
        self._wanted.set()

    def pause(self) -> None:
        """Cut the channel of a postcopy (migrate-pause).  Raises SnapmgrError ``not-postcopy``."""
        if self.statistics.status not in (Status.POSTCOPY_ACTIVE, Status.POSTCOPY_RECOVER):
            text = "migrate-pause is currently only supported during postcopy-active or postcopy-recover state"
            raise SnapmgrError("not-postcopy", "only postcopy can be paused", qemu=text)
        self._channel.yank()

    def recover(self, channel: Channel) -> None:
        """Go on over another channel (migrate, resume=true).  Raises SnapmgrError ``not-paused``."""
        with self._news:
            if self.statistics.status is not Status.POSTCOPY_PAUSED or self._recovery is not None:
                text = "Cannot resume if there is no paused migration"
                raise SnapmgrError("not-paused", "there is no paused postcopy here", qemu=text)
            self._recovery = channel
            self._news.notify_all()

    @property
    def progress(self) -> float | None:
        """Percent of what the guest left behind that has been sent since; None before it runs at the other side."""
        behind = self._behind
        return None if behind is None else 100.0 * (behind - self.remaining) / max(1, behind)

    @property
    def runs_there(self) -> bool:
        """Whether the guest is known to run at the other side."""
        return self._handed_over

    def wait_for_run(self) -> None:
        """Until the guest is known to run at the other side, or nothing is heard from there any more."""
        self.wait_until(lambda: self._broken or (self._handed_over and not self._has_begun))

    def wait_for_word(self) -> None:
        """As ``wait_for_run``, for the migration's own thread, which only then says so."""
        self.wait_until(lambda: self._handed_over or self._broken)

    def wait_for(self, *statuses: Status, timeout: float | None = None) -> bool:
        """Until the status is one of these, or the migration is over; False where ``timeout`` seconds were not
        enough."""
        return self.wait_until(lambda: self.statistics.status in statuses, timeout)

    def wait_until(self, reached: Callable[[], bool], timeout: float | None = None) -> bool:
        """As ``wait_for``, until this is true of what changes with the status."""
        with self._news:
            return self._news.wait_for(lambda: self._over or reached(), timeout)

    def _set_status(self, status: Status) -> None:
        super()._set_status(status)
        self._wake()

    # -- precopy's side of it --------------------------------------------------------------------------------------

    @property
    def _may_postcopy(self) -> bool:
        """Whether RAM, or only the dirty bitmaps of disks, may follow the guest (migrate_postcopy)."""
        return self._with_ram or "dirty-bitmaps" in self._machine.options.capabilities

    @property
    def _with_ram(self) -> bool:
        return "postcopy-ram" in self._machine.options.capabilities

    @property
    def _ram(self) -> RamSaver:
        return self._machine.ram_entry.saver

    def _switches(self) -> bool:
        """Whether it is time to go on as postcopy."""
        if not self._may_postcopy or not self._channel.returns:
            return False
        parameters = self.parameters
        passes = max(self._passes, self._ram.counters.dirty_sync_count - 1, int(not self.remaining))
        after, wanted = parameters.postcopy_after, self._wanted.is_set()
        wanted |= parameters.postcopy_after_passes is not None and passes >= parameters.postcopy_after_passes
        return wanted or (after is not None and self._elapsed() >= after)

    def _check_postcopy(self) -> None:
        """What cannot be, before anything is sent."""
        check_together(self._machine.options.capabilities)
        if "return-path" in self._machine.options.capabilities and not self._channel.returns:
            message = "return-path needs a channel with a way back, which this one has not"
            raise SnapmgrError("return-path", message, qemu="Unable to read from file: Bad file descriptor")
        if self._with_ram and not self._channel.returns:
            text = "Unable to open return-path for postcopy"
            raise SnapmgrError("postcopy-one-way", "postcopy needs a way back, which this channel has not", qemu=text)

    # -- the switchover --------------------------------------------------------------------------------------------

    def _start_postcopy(self) -> None:
        """For the owner's thread: the guest stands still, and goes on at the other side (postcopy_start)."""
        self._refuse_cancelled()
        self._stand_for_good()
        self._machine.migration.starts_postcopy = True
        self._out.limit = 0
        self._machine.inactivate_disks()
        self._saver.complete_precopy(iterable_only=True)
        if self._with_ram:
            self._discard()
        self._machine.dirty_bitmaps.in_postcopy = True
        self._commands.ping(2)
        package = self._package()
        with self._news:  # from here on nobody can know whether the guest is still ours
            self._refuse_cancelled()
            self._packaged = True
        self._commands.packaged(package)
        self._commands.ping(4)
        self._out.flush()
        self._behind = self.remaining
        self._set_status(Status.POSTCOPY_DEVICE)

    def _discard(self) -> None:
        self._machine.trace.emit(traced("ram_postcopy_send_discard_bitmap", offset=self._out.offset))
        for idstr, starts, lengths in self._ram.start_postcopy():
            self._commands.postcopy_ram_discard(idstr, list(zip(starts.tolist(), lengths.tolist(), strict=True)))

    def _open_second(self) -> None:
        """The channel for what is waited for, where there is to be one.  Raises what opening it does."""
        if "postcopy-preempt" in self._machine.options.capabilities and self._open_urgent is not None:
            self._urgent = self._open_urgent()

    def _stand_for_good(self) -> None:
        raise NotImplementedError

    def _package(self) -> bytes:
        """What the destination takes in whole before it runs, so that pages may come meanwhile."""
        out = Output(start=self._out.offset + 9)
        commands = Commands(self._machine, out)
        commands.postcopy_listen()
        Saver(self._machine, out).complete_precopy()
        commands.ping(LOADED)
        commands.postcopy_run()
        return b"".join(out.take())

    # -- the way back ----------------------------------------------------------------------------------------------

    def _new_way_back(self) -> ReturnPath:
        back = ReturnPath(
            self._channel,
            self._machine.trace,
            request=self._request if self._with_ram else None,
            ponged=self._ponged,
            ended=self._back_ended,
        )
        self._back = back
        return back

    def _ponged(self, value: int) -> None:
        if value == LOADED and not self._handed_over and self._machine.migration.in_postcopy:
            self.statistics.downtime = (self._clock() - self._stood_at) * 1000
            self._handed_over = True
            self._wake()

    def _request(self, wanted: Sequence[Wanted]) -> None:
        """Pages are waited for: they go first, or on a channel of their own."""
        urgent = self._urgent
        if urgent is None:
            for one in wanted:
                self._ram.request(*one)
            self._wake()
        else:
            for records in self._ram.serve(wanted):
                urgent.send(records)
                self._sent_urgent += sum(map(len, records))

    def _back_ended(self) -> None:
        """Without the way back nobody can ask for anything: that is a broken channel, too."""
        if self._machine.migration.in_postcopy and self._back is not None and self._back.failed:
            self._channel.yank()
        self._wake()

    def _wake(self) -> None:
        with self._news:
            self._news.notify_all()

    # -- pages -----------------------------------------------------------------------------------------------------

    @property
    def _bandwidth(self) -> int:
        going = self.statistics.status.is_postcopy
        return self.parameters.max_postcopy_bandwidth if going else self.parameters.max_bandwidth

    def _go_on_as_postcopy(self, failed: Exception | None) -> None:
        """Until the destination has everything, however often the channel breaks, as it has already where something
        ``failed``.  Raises what went wrong where the guest is still ours, and Cancelled where nobody is to wait any
        more."""
        while True:
            try:
                if failed is not None:
                    raise failed
                with self._phase("postcopy"):
                    self._push()
                    self._end_postcopy()
                return
            except Exception as error:
                failed = None
                if not self._is_gone():
                    raise
                self._handed_over = True
                self._note_run()
                self._refuse_cancelled()
                if not self._with_ram:  # the guest has all that it needs: nobody waits for the rest
                    raise
                self._stand_by(error)

    def _push(self) -> None:
        """What is asked for first, everything else as far as the limit goes."""
        self._new_period()
        while self._saver.pending(0).total:
            self._refuse_cancelled()
            self._note_run()
            self._new_turn()
            self._saver.iterate(postcopy=True, urgent=self._ram.asked)
            left = self._period + PERIOD - self._clock()
            if left > 0 and self._out.over_limit() and self._out.error is None:
                with self._news:
                    self._news.wait_for(self._has_news, left)
            if self._broken:
                raise ChannelBroken
            if self._clock() - self._period >= PERIOD:
                self._new_period()
        with self._news:
            self._news.wait_for(lambda: self._handed_over or self._broken or self._cancelled.is_set())
        self._refuse_cancelled()
        self._note_run()

    def _switch_to_postcopy(self) -> Exception | None:
        """What went wrong once the other side may have had all that it needs to run.  Raises what did before."""
        try:
            self._open_second()
            self._at_owner(self._start_postcopy)
        except Exception as error:
            if not self._packaged:
                raise
            return error
        return None

    def _has_news(self) -> bool:
        """Whether there is something to do before the next period."""
        return bool(self._ram.asked or self._cancelled.is_set() or self._broken or self._has_begun)

    @property
    def _has_begun(self) -> bool:
        """Whether the other side has said that it runs, and our status does not say so yet."""
        return self._handed_over and self.statistics.status in LOADING

    def _note_run(self) -> None:
        if self._has_begun:
            if self.statistics.status is Status.DEVICE:
                self._set_status(Status.POSTCOPY_DEVICE)
            self._set_status(Status.POSTCOPY_ACTIVE)

    @property
    def _broken(self) -> bool:
        return self._back is not None and self._back.done

    def _end_postcopy(self) -> None:
        self._out.limit = 0
        self._saver.complete_postcopy()
        if self._urgent is not None:
            self._urgent.send([int(RamFlag.EOS).to_bytes(8)])
            self._urgent.end()
        self._channel.end()
        assert self._back is not None
        self._back.wait_for_shut()
        self._handed_over = True

    # -- a break ---------------------------------------------------------------------------------------------------

    def _is_gone(self) -> bool:
        """Whether the other side runs the guest, or may do so: it is not ours any more then."""
        if not self._handed_over:
            self._channel.yank()
            self._join_back()
        if self._handed_over:
            self._handover.take(Side.DESTINATION)
            return True
        return not self._handover.take(Side.SOURCE) or not self._at_owner(self._got_disks)

    def _got_disks(self) -> bool:
        try:
            self._machine.activate_disks()
        except SnapmgrError:
            return False
        return True

    def _join_back(self) -> None:
        if self._back is not None:
            self._back.join()

    def _stand_by(self, error: Exception) -> None:
        """Paused until there is another channel, and on it until both agree about what is missing."""
        while True:
            self._let_go()
            self.statistics.error = said(error)
            self.statistics.pauses += 1
            self._machine.error_report(PAUSED)
            with self._phase("paused"):
                self._set_status(Status.POSTCOPY_PAUSED)
                channel = self._wait_for_channel()
            try:
                with self._phase("recover"):
                    self._take_up(channel)
                return
            except Exception as failure:
                error = failure

    def _let_go(self) -> None:
        """Of a channel that is no good any more."""
        self._channel.yank()
        if self._urgent is not None:
            self._urgent.yank()
        self._join_back()
        self._channel.close()
        if self._urgent is not None:
            self._urgent.close()
            self._urgent = None
        self._sum_up()

    def _wait_for_channel(self) -> Channel:
        with self._news:
            self._news.wait_for(lambda: self._recovery is not None or self._cancelled.is_set())
            channel, self._recovery = self._recovery, None
        if channel is None:
            raise Cancelled("the rest of the guest's RAM was given up")
        return channel

    def _take_up(self, channel: Channel) -> None:
        """Ask what has come, and go on with the rest (postcopy_do_resume)."""
        self._set_status(Status.POSTCOPY_RECOVER_SETUP)
        self._sent_before += self._out.offset
        self._channel, self._out = channel, self._new_output(channel.send)
        self._period_offset = 0
        self._saver, self._commands = Saver(self._machine, self._out), Commands(self._machine, self._out)
        self._ram.on_new_channels()
        back = self._new_way_back()
        self._set_status(Status.POSTCOPY_RECOVER)
        back.start()
        self._open_second()
        self._saver.resume_prepare()
        names = self._ram.block_names()
        for name in names:
            self._commands.recv_bitmap(name)
        back.wait_for(lambda: set(names) <= set(back.bitmaps))
        self._ram.resume(back.bitmaps)
        self._commands.postcopy_resume()
        back.wait_for(lambda: back.resumed)
        self.statistics.error = ""
        self._set_status(Status.POSTCOPY_ACTIVE)
