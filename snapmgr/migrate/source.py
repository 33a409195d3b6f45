"""The side that sends (migration/migration.c: migration_thread): precopy, switchover, and taking the guest back.

``Outgoing.run`` is the body of a thread of its own.  The machine belongs to another thread, which ticks it and carries
out orders between two ticks: RAM is marked clean there, as a tick in the middle of a write would lose it; pages are
read beside the running guest, which marks what it writes.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.channel import ChannelBroken
from snapmgr.migrate.colo.primary import Primary
from snapmgr.migrate.handover import Side
from snapmgr.migrate.mapped import check as check_places
from snapmgr.migrate.mapped import placing
from snapmgr.migrate.model import PERIOD, Statistics
from snapmgr.migrate.multifd import check as check_channels
from snapmgr.migrate.multifd import sending
from snapmgr.migrate.postcopy import PostcopySteps
from snapmgr.migrate.steps import Owner, said
from snapmgr.migrate.together import check_zero_copy
from snapmgr.savevm.save import check_idle
from snapmgr.savevm.saver import guest_unplug_pending
from snapmgr.savevm.status import MigrationStatus as Status

__all__ = ["Outgoing", "Owner"]

PINGS = 0x100
"""Their numbers begin behind it; QEMU's own are 1 to 4."""
MOST_PINGS = 3
"""A guest that writes much, far away, is moved all the same."""


class Outgoing(PostcopySteps):
    """One migration, precopy first and then postcopy where that is asked for.  See ``Steps`` for its parts."""

    # -- from any thread -------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Give it up: the guest goes on here (migrate_cancel).

        Of COLO nothing is given up: the other side is taken for lost.  Raises SnapmgrError ``in-postcopy`` where the
        other side has the guest or is about to, as QEMU does since 10.0; 7.2 cancels, and the guest is lost.
        """
        with self._news:
            status = self.statistics.status
            if status.is_postcopy or (self._packaged and status is Status.DEVICE):
                text = "Postcopy migration in progress, cannot cancel."
                raise SnapmgrError("in-postcopy", "the other side has the guest: there is no way back", qemu=text)
            self._end()

    def abandon(self) -> None:
        """As ``cancel``, but also where the other side has the guest: what that lacks is lost then."""
        self._end()

    def _end(self) -> None:
        if self._colo is not None and self.statistics.status is Status.COLO:
            self._colo.lost_heartbeat()
            return
        self._cancelled.set()
        self._yank()
        self._wake()

    def migrate_continue(self) -> None:
        """End a pause before the switchover (migrate-continue).  Raises SnapmgrError ``not-pre-switchover``."""
        with self._news:
            status = self.statistics.status
            if status is not Status.PRE_SWITCHOVER:
                text = f"Migration not in expected state: {status.value}"
                raise SnapmgrError("not-pre-switchover", "nothing waits before the switchover", qemu=text)
            self._continued = True
            self._news.notify_all()

    def x_colo_lost_heartbeat(self) -> None:
        """The other side is lost: the guest goes on here.  Raises SnapmgrError where COLO is not on."""
        if self._colo is None or self.statistics.status is not Status.COLO:
            text = "Couldn't find the related COLO state"
            raise SnapmgrError("no-colo", "COLO is not on", qemu=text)
        self._colo.lost_heartbeat()

    # -- the thread ------------------------------------------------------------------------------------------------

    def run(self) -> Statistics:
        """The whole migration.  What goes wrong is told by ``statistics``: status and error.

        Raises before anything is sent only: Blocked, SaveError where another one is under way, SnapmgrError for
        capabilities that do not go together, UsageError for COLO over a channel without a way back.
        """
        try:
            if self._colo is not None and not self._channel.returns:
                text = "Capability 'x-colo' requires capability 'return-path'"  # since QEMU 11.1
                message = "COLO needs a channel with a way back"
                raise UsageError("colo-one-way", message, hint="Use tcp: or unix:.", qemu=text)
            check_channels(self._machine.options, len(self._beside))
            compression, tls = self.parameters.multifd_compression, bool(self.parameters.tls_creds)
            check_zero_copy(self._machine.options.capabilities, compression=compression, tls=tls)
            check_places(self._machine, self._channel)
            self._at_owner(self._check)
            return self._run()
        finally:
            with self._news:
                self._over = True
                self._news.notify_all()

    def _run(self) -> Statistics:
        self._begin = self._period = self._clock()
        try:
            with (
                sending(self._machine, self._beside, self.parameters),
                placing(self._machine, self._channel, self._out),
            ):
                self._migrate()
        except Exception as error:
            self._give_up(error)
            if not isinstance(error, SnapmgrError | OSError):
                raise
        finally:
            self._throttle(0)
            self._sum_up()
            self._channel.close()
            if self._urgent is not None:
                self._urgent.close()
            self._show(self.statistics)
        return self.statistics

    def _migrate(self) -> None:
        with self._phase("setup"):
            self._at_owner(self._set_up)
            self._out.hand_to(self._channel.send)
        self.statistics.setup_time = self._elapsed()
        if self._at_owner(self._unplugging):
            with self._phase("wait-unplug"):
                self._wait_for_unplug()
        self._set_status(Status.ACTIVE)
        with self._phase("precopy"):
            postcopy = self._go_round()
        if "pause-before-switchover" in self._machine.options.capabilities:
            with self._phase("pre-switchover"):
                self._pause_before_switchover()
        failed = None
        with self._phase("switchover"):
            if postcopy:
                failed = self._switch_to_postcopy()
            else:
                self._switch_over_for_good()
        if self._colo is not None:
            self._replicate(self._colo)
            return
        if postcopy:
            self._go_on_as_postcopy(failed)
        self._at_owner(self._complete)

    def _replicate(self, colo: Primary) -> None:
        """Until one of both sides is lost; the migration is completed then, wherever the guest is."""
        self.statistics.colo = colo.status
        with self._phase("colo"):
            colo.run(self._saver, self._out, lambda: self._set_status(Status.COLO))
        self._at_owner(self._saver.cleanup)
        self._set_status(Status.COMPLETED)

    def _switch_over_for_good(self) -> None:
        begin = self._stood_at if self._stands else self._clock()
        self._at_owner(self._switch_over)
        if self._colo is not None:
            self._colo.wait_for_ready()
        else:
            self._wait_for_the_other_side()
        self.statistics.downtime = (self._clock() - begin) * 1000

    def _check(self) -> None:
        self._machine.blockers.check(self._machine.registry)
        check_idle(self._machine, self._machine.migration)
        self._check_postcopy()
        self.statistics.expected_downtime = float(self.parameters.downtime_limit)
        self._set_status(Status.SETUP)

    def _set_up(self) -> None:
        """Header, the way back, and what every live entry has to say first."""
        self._saver.header()
        if self._colo is not None:
            self._commands.colo_enable()
        elif self._channel.returns:
            back = self._new_way_back()
            self._commands.open_return_path()
            self._commands.ping(1)
            back.start()
        if self._may_postcopy:
            self._commands.postcopy_advise()
        self._saver.setup()

    def _unplugging(self) -> bool:
        return guest_unplug_pending(self._machine.registry)

    def _wait_for_unplug(self) -> None:
        self._set_status(Status.WAIT_UNPLUG)
        while self._at_owner(self._unplugging):
            self._wait(PERIOD)

    def _go_round(self) -> bool:
        """Send what is dirty until what is left can be sent within the downtime limit, and as long as it pays: False.

        True where the rest is to follow as postcopy.
        """
        self._new_period()
        while True:
            threshold = self.statistics.threshold
            left = self._at_owner(partial(self._saver.pending, threshold)).total
            postcopy, pays = self._switches(), self._pays()
            if postcopy or not left or (left < threshold and not pays):
                if not self._may_switch_over:
                    self._wait_for_approval()
                elif self._keeps_up():
                    return postcopy
                continue
            if {"auto-converge", "dirty-limit"} & self._machine.options.capabilities:
                self._look_at_convergence()
            self._new_turn()
            self._passes += self._saver.iterate()
            self._pace()

    def _pays(self) -> bool:
        """Whether another pass makes the downtime clearly shorter: the guest has written less than half as much as was
        sent since the last look.  QEMU does not ask; it takes at most twice the downtime limit."""
        counters = self._machine.ram_entry.counters
        now = counters.target_pages, counters.dirtied
        (sent, dirtied), self._looked_at = self._looked_at, now
        return now[0] > sent and 2 * (now[1] - dirtied) <= now[0] - sent

    @property
    def _may_switch_over(self) -> bool:
        """Whether the other side has said that its devices are ready for it, where it is to say so (capability
        switchover-ack); a guest that stands still does not wait for that (migration_can_switchover)."""
        waits = "switchover-ack" in self._machine.options.capabilities
        return not waits or self._machine.run_state is not RunState.RUNNING or bool(self._back and self._back.approved)

    def _wait_for_approval(self) -> None:
        self._wait(PERIOD)
        if self._broken:
            raise ChannelBroken
        self._new_period()

    def _keeps_up(self) -> bool:
        """Whether the other side has taken in what was sent: the guest would stand still for what is under way, too.

        If not it is waited for while the guest goes on, by a PING; what it writes meanwhile is to be seen first.
        """
        out, back = self._out, self._back
        if back is None or out.offset == self._heard_of or self._pings == MOST_PINGS:
            return True
        self._pings += 1
        number, begin = PINGS + self._pings, self._clock()
        self._commands.ping(number)
        back.wait_for(lambda: number in back.pongs)
        self._heard_of = out.offset
        self._period += self._clock() - begin
        self._refuse_cancelled()
        return False

    def _look_at_convergence(self) -> None:
        if self._converge.look(self._machine.ram_entry.counters):
            self.statistics.cpu_throttle_percentage = self._converge.percentage
            self._throttle(self._converge.percentage)

    def _pace(self) -> None:
        """At the end of a period estimate anew; where its bytes are used up, wait for that."""
        self._refuse_cancelled()
        left = self._period + PERIOD - self._clock()
        if left > 0 and self._out.over_limit():
            self._wait(left)
            left = 0.0
        if left <= 0:
            self._new_period()

    def _pause_before_switchover(self) -> None:
        """The guest stands still, its disks still ours, until ``migrate_continue`` (migration_switchover_prepare).

        Raises Cancelled, and ChannelBroken where the other side goes away meanwhile, which QEMU finds out later."""
        self._at_owner(self._stand_before_switchover)
        after = self.parameters.continue_after
        with self._news:
            self._news.wait_for(
                lambda: self._continued or self._cancelled.is_set() or self._broken,
                None if after is None else after / 1000,
            )
        self._refuse_cancelled()
        if self._broken:
            raise ChannelBroken
        self._set_status(Status.DEVICE)

    def _stand_before_switchover(self) -> None:
        self._refuse_cancelled()
        self._stand_still()
        self._set_status(Status.PRE_SWITCHOVER)

    def _switch_over(self) -> None:
        """The guest stands still from here on; the rest of RAM, the devices, the disks (migration_completion)."""
        self._refuse_cancelled()
        self._stand_for_good()
        self._out.limit = 0
        self._saver.complete_precopy(inactivate_disks=self._colo is None)
        if self._colo is None:
            self._channel.end()

    def _stand_for_good(self) -> None:
        """What waited before the switchover stands already."""
        if not self._stands:
            self._stand_still()
            self._set_status(Status.DEVICE)

    def _stand_still(self) -> None:
        machine, self._stood_at = self._machine, self._clock()
        self._ran = machine.run_state is RunState.RUNNING
        machine.global_state.store(machine.run_state)
        machine.stop(RunState.FINISH_MIGRATE, force=True)
        self._stands = True
        self._stopped()

    def _wait_for_the_other_side(self) -> None:
        """Without a way back nobody can say what became of it: QEMU takes it for loaded, too."""
        if self._back is None:
            if not self._handover.take(Side.DESTINATION):
                raise ChannelBroken
            return
        self._back.wait_for_shut()

    def _complete(self) -> None:
        self._machine.migration.starts_postcopy = False
        self._saver.cleanup()
        self._sum_up()
        sending = self._elapsed() - self.statistics.setup_time
        self.meter.end(self.statistics.transferred * 8 / sending / 1000 if sending else 0.0)
        self._set_status(Status.COMPLETED)
        self._machine.set_run_state(RunState.POSTMIGRATE)

    # -- when it fails ---------------------------------------------------------------------------------------------

    def _yank(self) -> None:
        for channel in (self._channel, *self._beside):
            channel.yank()

    def _give_up(self, error: Exception) -> None:
        """The guest is taken back, unless the other side has it already."""
        self._yank()
        if self._urgent is not None:
            self._urgent.yank()
        self._join_back()
        self.statistics.error = "" if self._is_cancelled else said(error)
        self._at_owner(self._take_back)

    def _take_back(self) -> None:
        machine, gone = self._machine, False
        machine.migration.starts_postcopy = False
        with suppress(SnapmgrError):
            self._saver.cleanup()
        if self._handed_over:
            lost = "a part of its RAM was given up" if self._with_ram else "some dirty bitmaps may have been lost"
            self.statistics.error = f"the guest runs at the other side, and {lost} here"
            self._set_status(Status.FAILING)
            machine.set_run_state(RunState.POSTMIGRATE)
            self._set_status(Status.FAILED)
            return
        if self._stands:
            gone = not self._handover.take(Side.SOURCE) or not self._got_disks()
        if gone:  # the message that it was loaded was lost, and nothing else
            with suppress(SnapmgrError):
                machine.inactivate_disks()  # under COLO they were to stay here
            self.statistics.error = ""
            self._set_status(Status.COMPLETED)
            machine.set_run_state(RunState.POSTMIGRATE)
            return
        cancelled = self._is_cancelled  # only now that the guest is ours: what QEMU calls so may run on both sides
        self._set_status(Status.CANCELLING if cancelled else Status.FAILING)
        try:
            if self._stands and self._ran:
                machine.start()
            elif self._stands:
                machine.set_run_state(RunState.PAUSED)
        finally:
            self._set_status(Status.CANCELLED if cancelled else Status.FAILED)

    @property
    def _is_cancelled(self) -> bool:
        """Whether somebody did not want it any more, before the other side was about to have the guest."""
        return self._cancelled.is_set() and not self.statistics.status.is_postcopy and not self._packaged
