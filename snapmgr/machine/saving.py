"""Saving a demo machine into a stream and loading one, as QEMU's monitor commands and incoming migrations do."""

from __future__ import annotations

from collections.abc import Iterable

from snapmgr.errors import SnapmgrError
from snapmgr.machine.announce import Announcer
from snapmgr.machine.machine import Machine
from snapmgr.machine.runstate import RunState
from snapmgr.savevm.effects import OpenReturnPath
from snapmgr.savevm.loader import Loader
from snapmgr.savevm.output import Drain, Output
from snapmgr.savevm.save import save_state
from snapmgr.savevm.saver import Saver
from snapmgr.wire.events import NeedData
from snapmgr.wire.window import Buffer

IO_ERROR = "An IO error has occurred"
"""QERR_IO_ERROR (qapi/qmp/qerror.h)."""
XEN_RUNNING = "Cannot update device state while vm is running"


def save(machine: Machine, drain: Drain) -> int:
    """The whole stream, while the guest stands still; it goes on afterwards if it ran.  Returns its length in bytes.

    savevm.c: save_snapshot, as far as the stream goes.  Raises Blocked, SaveError, what ``drain`` raises.
    """
    machine.blockers.check(machine.registry)
    machine.global_state.store(machine.run_state)
    running = machine.run_state is RunState.RUNNING
    machine.stop(RunState.SAVE_VM)
    out = Output(drain)
    try:
        save_state(machine, out, machine.migration)
        out.flush()
    finally:
        if running:
            machine.start()
    return out.offset


def load(machine: Machine, chunks: Iterable[Buffer]) -> None:
    """Reset the machine and load a stream into it: what was absent from it has its reset value then.

    A machine that has not run yet becomes what the stream says: running or not (process_incoming_migration_bh).  One
    that runs, runs again afterwards (snapshot_load_job_bh).  Raises Blocked and LoadError, after which it is stopped.
    """
    running = machine.run_state is RunState.RUNNING
    incoming = machine.run_state in (RunState.PRELAUNCH, RunState.INMIGRATE)
    if incoming:
        machine.set_run_state(RunState.INMIGRATE)
    machine.stop(RunState.RESTORE_VM)
    machine.reset()
    machine.global_state.received = None
    try:
        pump(Loader(machine), chunks)
        machine.activate_disks()
    except SnapmgrError:
        if incoming:
            machine.set_run_state(RunState.PAUSED)
        raise
    if incoming:
        _enter_loaded_state(machine)
    elif running:
        machine.start()


def _enter_loaded_state(machine: Machine) -> None:
    """As the source was when it was saved; running where it did not say."""
    machine.set_run_state(RunState(machine.global_state.received or RunState.RUNNING))


def announcers(machine: Machine, now: int) -> list[Announcer]:
    """What is to be told to the network after a load, from ``now`` (ns of the caller's clock) on; once."""
    nic = machine.board.nic
    if not nic.announces:
        return []
    nic.announces = False
    return [Announcer("net0", nic.mac, now)]


def pump(loader: Loader, chunks: Iterable[Buffer]) -> None:
    """Feed the loader until all is loaded.  There is no way back from here: a stream that wants one is refused."""
    source = iter(chunks)
    while (effect := loader.next_effect()) is not None:
        if isinstance(effect, NeedData):
            loader.feed(next(source, b""))
        elif isinstance(effect, OpenReturnPath):
            loader.return_path_failed()


def xen_save(machine: Machine, drain: Drain, *, live: bool = True) -> int:
    """Devices only (qmp_xen_save_devices_state).  Returns the bytes written.

    With ``live`` the disks of a machine that stood already are given away, so that the other side may take them.
    Raises what a device or ``drain`` raises, and HandlerFailed where a disk cannot be given away.
    """
    running = machine.run_state is RunState.RUNNING
    machine.stop(RunState.SAVE_VM)
    machine.global_state.store_running()
    out = Output(drain)
    try:
        _xen_write(machine, out)
        if live and not running:
            machine.inactivate_disks()
    finally:
        if running:
            machine.start()
    return out.offset


def _xen_write(machine: Machine, out: Output) -> None:
    try:
        Saver(machine, out).device_state()
        out.flush()
    except SnapmgrError as error:
        error.qemu = IO_ERROR
        raise


def xen_load(machine: Machine, chunks: Iterable[Buffer]) -> None:
    """Devices of a machine that stands (qmp_xen_load_devices_state); its RAM is brought by somebody else.

    Raises SnapmgrError ``running``, LoadError.
    """
    if machine.run_state is RunState.RUNNING:
        raise SnapmgrError("running", "the machine runs: pause it first", qemu=XEN_RUNNING)
    pump(Loader(machine), chunks)
    machine.activate_disks()
