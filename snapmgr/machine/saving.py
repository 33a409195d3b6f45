"""Saving a demo machine into a stream and loading one, as QEMU's monitor commands and incoming migrations do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.machine.announce import Announcer
from snapmgr.machine.machine import Machine
from snapmgr.machine.runstate import RunState
from snapmgr.savevm import device_state
from snapmgr.savevm.loader import load as load_stream
from snapmgr.savevm.output import Drain, Gather, Output
from snapmgr.savevm.save import refuse_in_colo, save_state
from snapmgr.trace.names import traced
from snapmgr.wire.window import Buffer


def save(machine: Machine, drain: Drain) -> int:
    """The whole stream, while the guest stands still; it goes on afterwards if it ran.  Returns its length in bytes.

    savevm.c: save_snapshot, as far as the stream goes.  Raises Blocked, SaveError, what ``drain`` raises.
    """
    machine.blockers.check(machine.registry)
    refuse_in_colo(machine)
    with standing(machine):
        return put_state(machine, drain)


@contextmanager
def standing(machine: Machine) -> Iterator[None]:
    """The guest stands still to be saved; it goes on afterwards if it ran, whatever failed."""
    machine.global_state.store(machine.run_state)
    running = machine.run_state is RunState.RUNNING
    machine.stop(RunState.SAVE_VM)
    try:
        yield
    finally:
        if running:
            machine.start()


def put_state(machine: Machine, drain: Drain, *, gather: Gather | None = None) -> int:
    """The stream of a machine that stands still; returns its length.  A ``gather`` is given RAM where it is, and the
    machine must stand until that is written.  Raises SaveError, what ``drain`` raises."""
    out = Output(drain, gather=gather)
    save_state(machine, out, machine.migration)
    out.flush()
    return out.offset


def load(machine: Machine, chunks: Iterable[Buffer], *, ready: Callable[[], None] | None = None) -> None:
    """Reset the machine and load a stream into it: what was absent from it has its reset value then.

    ``ready`` is called when it stands still, before anything of it changes; where that raises Cancelled, the machine
    goes on as if nothing had been asked of it.

    A machine that has not run yet becomes what the stream says: running or not (process_incoming_migration_bh).  One
    that runs, runs again afterwards (snapshot_load_job_bh).  Raises SaveError under COLO, Blocked, and
    LoadError, after which it is stopped.
    """
    refuse_in_colo(machine)
    take_in(machine, lambda: load_stream(machine, chunks), ready=ready)


def take_in(
    machine: Machine,
    read: Callable[[], object],
    *,
    ready: Callable[[], None] | None = None,
    settled: Callable[[], None] | None = None,
    autostart: bool = True,
) -> None:
    """As ``load``, where ``read`` loads the stream, and returns True where it has the machine going already.

    ``settled`` is called when all is loaded and the disks are taken over, before anything runs.  Without ``autostart``
    what ran is paused.
    """
    before = machine.run_state
    running = before is RunState.RUNNING
    incoming = machine.run_state in (RunState.PRELAUNCH, RunState.INMIGRATE)
    if incoming:
        machine.set_run_state(RunState.INMIGRATE)
    machine.stop(RunState.RESTORE_VM)
    if ready is not None:
        try:
            ready()
        except Cancelled:
            machine.set_run_state(before)
            raise
    machine.reset()
    if not incoming:  # those of the stream belong to the disks as they are from now on; QEMU refuses them
        machine.dirty_bitmaps.forget()
    machine.global_state.received = None
    machine.postcopy_advised = False
    try:
        if read() is True:
            return
        if not incoming or _takes_disks(machine, autostart=autostart):
            machine.activate_disks()
        if settled is not None:
            settled()
    except SnapmgrError:
        if incoming:
            machine.set_run_state(RunState.PAUSED)
        raise
    if incoming:
        _enter_loaded_state(machine, autostart=autostart)
    elif running:
        machine.start()


def _takes_disks(machine: Machine, *, autostart: bool) -> bool:
    """Disks are taken over now, or when somebody has the machine go on (capability late-block-activate)."""
    runs = autostart and (machine.global_state.received or RunState.RUNNING) == RunState.RUNNING
    return runs or "late-block-activate" not in machine.options.capabilities


def _enter_loaded_state(machine: Machine, *, autostart: bool) -> None:
    """As the source was when it was saved; running where it did not say."""
    state = RunState(machine.global_state.received or RunState.RUNNING)
    machine.set_run_state(RunState.PAUSED if state is RunState.RUNNING and not autostart else state)


def run_early(machine: Machine, *, autostart: bool = True) -> None:
    """Go on while RAM is still on its way (savevm.c: loadvm_postcopy_handle_run_bh).

    Disks that cannot be taken over are reported, and the machine is paused then: it is nobody else's any more.  What
    was paused at the source stays paused, which QEMU starts.
    """

    def reached(point: str) -> None:
        machine.trace.emit(traced("loadvm_postcopy_handle_run_bh", point))

    reached("enter")
    machine.cpu_synchronize_all_post_init()
    reached("after cpu sync")
    announce(machine)
    reached("after announce")
    try:
        machine.activate_disks()
    except SnapmgrError as error:
        machine.error_report(error.qemu or error.message)
        autostart = False
    reached("after invalidate cache")
    _enter_loaded_state(machine, autostart=autostart)
    reached("return")


def announce(machine: Machine) -> None:
    """Tell the network where the machine is now; ``machine.driver`` repeats it (qemu_announce_self)."""
    for announcer in announcers(machine, 0):
        announcer.due(0, machine.trace)
        machine.announcing.append(announcer)


def announcers(machine: Machine, now: int) -> list[Announcer]:
    """What is to be told to the network after a load, from ``now`` (ns of the caller's clock) on; once."""
    nic = machine.board.nic
    if not nic.announces:
        return []
    nic.announces = False
    return [Announcer("net0", nic.mac, now)]


def xen_save(machine: Machine, drain: Drain, *, live: bool = True) -> int:
    """Devices only, while the guest stands still (qmp_xen_save_devices_state).  Returns the bytes written.

    Raises as ``device_state.xen_save``.
    """
    running = machine.run_state is RunState.RUNNING
    machine.stop(RunState.SAVE_VM)
    machine.global_state.store_running()
    out = Output(drain)
    try:
        device_state.xen_save(machine, out, was_running=running, live=live)
    finally:
        if running:
            machine.start()
    return out.offset


def xen_load(machine: Machine, chunks: Iterable[Buffer]) -> None:
    """Devices of a machine that stands (qmp_xen_load_devices_state); its RAM is brought by somebody else.

    Raises as ``device_state.xen_load``.
    """
    device_state.xen_load(machine, chunks, running=machine.run_state is RunState.RUNNING)
    machine.activate_disks()
