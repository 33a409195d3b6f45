"""Saving a whole machine in one go, for snapshots (savevm.c: qemu_savevm_state)."""

from __future__ import annotations

import os

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.savevm.failures import SaveError, errno_of
from snapmgr.savevm.handlers import Host
from snapmgr.savevm.output import Output
from snapmgr.savevm.saver import Saver
from snapmgr.savevm.status import MigrationState, MigrationStatus

MIGRATION_ACTIVE = "There's a migration process in progress"
"""QERR_MIGRATION_ACTIVE (qapi/qmp/qerror.h)."""


def save_state(host: Host, out: Output, migration: MigrationState) -> None:
    """Put the stopped machine's whole stream into ``out``, whose rate limit does not count here.

    ``migration`` ends as completed or failed.  Raises SaveError: a migration runs, block migration is on, a device
    refused, or the output could not be written; Cancelled where ``out`` does.  The entries are cleaned up in any
    case but the first two.
    """
    check_idle(host, migration)
    migration.status = MigrationStatus.SETUP
    saver = Saver(host, out)
    limit, out.limit = out.limit, 0
    try:
        _save(saver)
    except Cancelled:
        raise
    except (SnapmgrError, OSError) as failure:
        raise not_written(failure) from failure
    else:
        migration.status = MigrationStatus.COMPLETED
    finally:
        out.limit = limit
        saver.cleanup()
        if migration.status is MigrationStatus.SETUP:
            migration.status = MigrationStatus.FAILED


def _save(saver: Saver) -> None:
    saver.header()
    saver.setup()
    while not saver.iterate():
        pass
    saver.complete_precopy()


def check_idle(host: Host, migration: MigrationState) -> None:
    """Raise SaveError where the machine is being migrated, runs under COLO, or would migrate its disks too."""
    if migration.status.is_running:
        raise _refused("migration-active", MIGRATION_ACTIVE)
    refuse_in_colo(host)
    if "block" in host.options.capabilities:
        raise _refused("block-migration", "Block migration and snapshots are incompatible")


def refuse_in_colo(host: Host) -> None:
    """Raise SaveError where the machine is one of two that run the same guest.  QEMU lets it pass, and saves a guest
    whose output and writes still wait for a checkpoint."""
    if host.in_colo():
        raise SaveError("colo", "the guest runs on two machines (COLO): one of them must go on alone first")


def not_written(failure: SnapmgrError | OSError) -> SaveError:
    """The same, as QEMU says it of a snapshot's VM state."""
    return SaveError.of(failure, qemu=f"Error while writing VM state: {os.strerror(errno_of(failure))}")


def _refused(code: str, text: str) -> SaveError:
    return SaveError(code, text, qemu=text)
