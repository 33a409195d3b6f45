"""Device state alone, for Xen's tools and for COLO (savevm.c: qemu_save_device_state, qmp_xen_save_devices_state…).

Files are opened by the caller, who also knows the run state: these take an output and give pieces to the loader.
"""

from __future__ import annotations

from collections.abc import Iterable

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.failures import SaveError
from snapmgr.savevm.handlers import HandlerFailed, Host
from snapmgr.savevm.loader import load
from snapmgr.savevm.output import Output
from snapmgr.savevm.saver import Saver
from snapmgr.wire.window import Buffer

IO_ERROR = "An IO error has occurred"
"""QERR_IO_ERROR (qapi/qmp/qerror.h)."""


def save_device_state(host: Host, out: Output) -> None:
    """FULL sections between the header (not in COLO) and EOF.  Raises SaveError, OSError."""
    Saver(host, out).device_state()
    out.flush()


def load_device_state(host: Host, pieces: Iterable[Buffer]) -> None:
    """Sections without a header.  Raises LoadError."""
    load(host, pieces, device_state=True)


def xen_save(host: Host, out: Output, *, was_running: bool, live: bool = True) -> None:
    """Save the devices of a guest that the caller has stopped, and whose global state says running.

    Where ``live`` and Xen's tools had stopped the guest before (not ``was_running``), the disks are given away.
    Raises SaveError.
    """
    try:
        save_device_state(host, out)
    except (SnapmgrError, OSError) as failure:
        raise SaveError.of(failure, qemu=IO_ERROR) from failure
    if live and not was_running:
        _inactivate_disks(host)


def xen_load(host: Host, pieces: Iterable[Buffer], *, running: bool) -> None:
    """Load the devices; RAM is there already.  Raises SnapmgrError for a ``running`` guest, and where loading fails."""
    if running:
        text = "Cannot update device state while vm is running"
        raise SnapmgrError("guest-running", text, qemu=text)
    try:
        load(host, pieces)
    except SnapmgrError as failure:
        raise _io_error(failure) from failure


def _io_error(failure: SnapmgrError) -> SnapmgrError:
    """The same error, in the words of the command."""
    error = failure.again()
    error.qemu = IO_ERROR
    return error


def _inactivate_disks(host: Host) -> None:
    try:
        host.inactivate_disks()
    except HandlerFailed as failure:
        text = f"qmp_xen_save_devices_state: bdrv_inactivate_all() failed ({-failure.errno})"
        raise SaveError.of(failure, qemu=text) from failure
