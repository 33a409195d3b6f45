"""Saving a machine while its guest runs: it stands still for the devices alone (QEMU: background-snapshot)."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from snapmgr.errors import SnapmgrError
from snapmgr.machine.machine import Machine
from snapmgr.machine.runstate import RunState
from snapmgr.ram.tracking import WriteTracking
from snapmgr.savevm.background import BackgroundSave
from snapmgr.savevm.output import Drain, Output


class LiveSave:
    """The machine at one moment.  Made by the thread that owns it, between two ticks; the rest in any other thread.

    Until ``end``, RAM that the guest is about to write is copied first, and its disks hold back what it writes: their
    storage is that of the moment.  ``stood`` are the nanoseconds that the guest stood still.
    """

    def __init__(self, machine: Machine, *, clock: Callable[[], int] = time.monotonic_ns) -> None:
        """Raises SaveError; the guest goes on and nothing is left then."""
        self._machine = machine
        self._save = BackgroundSave(machine, machine.migration)
        self._tracking: WriteTracking | None = None
        begin = clock()
        try:
            self._stop_here()
        except BaseException:
            self.end(done=False)
            raise
        self.stood = clock() - begin

    def _stop_here(self) -> None:
        """As ``saving.standing``, but nothing is flushed: what the disks still have to write is of the moment, too."""
        machine = self._machine
        machine.global_state.store(machine.run_state)
        running = machine.run_state is RunState.RUNNING
        if running:
            machine.set_run_state(RunState.SAVE_VM)
        try:
            self._save.stop_here()
            self.now = machine.board.clock.now
            for disk in machine.board.disks:
                disk.hold(reserving=True)
            self._tracking = machine.ram_entry.saver.track_writes()
        finally:
            if running:
                machine.set_run_state(RunState.RUNNING)

    @property
    def output(self) -> Output:
        """Where the stream is put."""
        return self._save.output

    @property
    def remaining(self) -> int:
        """Bytes of RAM that are not put yet."""
        return self._machine.ram_entry.counters.remaining

    @property
    def waited(self) -> int:
        """Nanoseconds that the guest waited because it wrote faster than RAM was put."""
        return self._tracking.waited if self._tracking is not None else 0

    def put(self, drain: Drain) -> int:
        """The stream, once; returns its length in bytes.  Raises SaveError, what ``drain`` raises."""
        return self._save.put(drain)

    def end(self, *, done: bool) -> None:
        """The guest is on its own again, whatever came of it.  More than once is harmless."""
        self._save.cleanup(done=done)
        for disk in self._machine.board.disks:
            with suppress(SnapmgrError):  # the guest gets to know when it writes next
                disk.let_go()
