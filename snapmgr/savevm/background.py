"""Saving a machine whose guest goes on: devices at one moment, RAM afterwards (migration.c: bg_migration_thread).

The devices are put into memory while the guest stands still, and go out behind RAM, so that the stream has the usual
order.  As in QEMU's there is no END section: nothing is left for one.
"""

from __future__ import annotations

from snapmgr.errors import Cancelled, SnapmgrError
from snapmgr.savevm.handlers import Host
from snapmgr.savevm.output import Drain, Output
from snapmgr.savevm.save import check_idle, not_written
from snapmgr.savevm.saver import Saver
from snapmgr.savevm.status import MigrationState, MigrationStatus


class BackgroundSave:
    """``stop_here`` while the guest stands still, then ``put`` in any thread; ``cleanup`` in any case.

    RAM's entry must see to it that it is sent as it was at ``stop_here``.
    """

    def __init__(self, host: Host, migration: MigrationState) -> None:
        """Raises SaveError where the machine is being migrated already."""
        check_idle(host, migration)
        self._migration = migration
        self._out = Output()
        self._saver = Saver(host, self._out)
        self._devices = b""
        migration.status = MigrationStatus.SETUP

    @property
    def output(self) -> Output:
        """Where the stream is put."""
        return self._out

    def stop_here(self) -> None:
        """Header, START sections and devices, as they are now.  Raises SaveError."""
        try:
            self._saver.header()
            self._saver.setup()
            self._devices = self._saver.devices_apart()
        except Cancelled:
            raise
        except (SnapmgrError, OSError) as failure:
            raise not_written(failure) from failure
        self._migration.status = MigrationStatus.ACTIVE

    def put(self, drain: Drain) -> int:
        """The whole stream, once; returns its length in bytes.  Raises SaveError, what ``drain`` raises."""
        try:
            self._out.hand_to(drain)
            while not self._saver.iterate():
                pass
            self._out.put(self._devices)
            self._out.flush()
        except Cancelled:
            raise
        except (SnapmgrError, OSError) as failure:
            raise not_written(failure) from failure
        return self._out.offset

    def cleanup(self, *, done: bool) -> None:
        """The entries' hooks; ``done`` says how it ended.  More than once is harmless."""
        if self._migration.status.is_running:
            self._saver.cleanup()
            self._migration.status = MigrationStatus.COMPLETED if done else MigrationStatus.FAILED
