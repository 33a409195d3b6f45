"""What savevm needs of the demo machine (savevm.handlers.Host)."""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from snapmgr.errors import SnapmgrError
from snapmgr.machine.board import Board
from snapmgr.machine.build import build_board, build_ram
from snapmgr.machine.disks import Disk, activate_all, inactivate_all
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.registration import check_migratable, register_board
from snapmgr.machine.runstate import RunState
from snapmgr.ram import dirty_bitmap
from snapmgr.ram.dirty_bitmap import DirtyBitmaps
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.helped import Helped
from snapmgr.savevm.blockers import MigrationBlockers
from snapmgr.savevm.failures import errno_of
from snapmgr.savevm.global_state import register_global_state
from snapmgr.savevm.handlers import HandlerFailed
from snapmgr.savevm.registry import Registry
from snapmgr.savevm.status import MigrationState
from snapmgr.trace.bus import Trace

MOST_REPORTS = 1000

COPYING = min(4, len(os.sched_getaffinity(0)))
"""Threads that pack what goes out, and put in place what comes in."""


@dataclass(frozen=True, slots=True)
class Report:
    """A line that QEMU would print; ``warning`` where it goes on all the same."""

    text: str
    warning: bool = False


class MachineHost:
    """The board, and its registry, RAM, disks and migration, as savevm sees them."""

    def __init__(self, options: MachineOptions, disks: Sequence[Disk], trace: Trace) -> None:
        self.machine_options = options
        self.options = options.stream_options()
        self.trace = trace
        self.ram = build_ram(options)
        self.board: Board = build_board(options, self.ram, disks)
        check_migratable(self.board, options.machine_type, only_migratable=options.only_migratable)
        # its thread ends with the last reference to it, as the machine's RAM does
        self.postcopy_advised = False
        """Whether the migration that comes in may go on as postcopy."""
        self.colo = False
        """Whether it is one of two that run the same guest."""
        own = weakref.proxy(self)
        self.ram_entry = RamEntry(
            self.ram,
            self.options,
            executor=Helped(COPYING, "ram-copies"),
            in_postcopy=lambda: own.in_postcopy() and "postcopy-ram" in own.options.capabilities,
            postcopy_advised=lambda: own.postcopy_advised,
        )
        self.migration = MigrationState()
        self.incoming = MigrationState()
        """Of the migration that brought, or brings, this machine."""
        self.blockers = MigrationBlockers()
        self.reports: deque[Report] = deque(maxlen=MOST_REPORTS)
        self.precopy_listeners: list[Callable[[str], None]] = []
        self.postcopy_listeners: list[Callable[[str], None]] = []
        self._registry = Registry()
        register_board(self._registry, self.board, self.ram_entry, options.machine_type)
        self.dirty_bitmaps = DirtyBitmaps(nodes=frozenset(f"disk{index}" for index in range(len(disks))))
        if "dirty-bitmaps" in self.options.capabilities:
            self._keep_bitmaps()
        # a proxy, so that a machine that is dropped gives its RAM back at once
        self.global_state, _ = register_global_state(own, [state.value for state in RunState])

    def _keep_bitmaps(self) -> None:
        """Of each disk that is not to come from another machine, with all that is written from now on."""
        handlers, version = self.dirty_bitmaps.handlers, dirty_bitmap.VERSION
        self._registry.register_live(
            dirty_bitmap.IDSTR, handlers, version_id=version, instance_id=0, target=self.dirty_bitmaps
        )
        for index, disk in enumerate(self.board.disks):
            disk.wrote = partial(self.dirty_bitmaps.note, f"disk{index}")
            if disk.active:
                self.dirty_bitmaps.create(f"disk{index}", "bitmap0", disk.device.size)

    @property
    def registry(self) -> Registry:
        return self._registry

    def error_report(self, text: str) -> None:
        self.reports.append(Report(text))

    def warn_report(self, text: str) -> None:
        self.reports.append(Report(text, warning=True))

    def cpu_synchronize_all_states(self) -> None:
        for cpu in self.board.cpus:
            cpu.synchronize()

    def cpu_synchronize_all_pre_loadvm(self) -> None:
        for cpu in self.board.cpus:
            cpu.pre_loadvm()

    def cpu_synchronize_all_post_init(self) -> None:
        for cpu in self.board.cpus:
            cpu.post_init()

    def inactivate_disks(self) -> None:
        try:
            inactivate_all(self.board.disks)
        except (SnapmgrError, OSError) as error:
            raise HandlerFailed(errno_of(error), f"a disk cannot be given away: {error}") from error

    def activate_disks(self) -> None:
        try:
            activate_all(self.board.disks)
        except (SnapmgrError, OSError) as error:
            raise HandlerFailed(errno_of(error), f"a disk cannot be taken over: {error}") from error

    def precopy_notify(self, event: str) -> None:
        for listener in self.precopy_listeners:
            listener(event)

    def postcopy_notify(self, event: str) -> None:
        for listener in self.postcopy_listeners:
            listener(event)
        if event == "inbound-advise":
            self.postcopy_advised = True

    def ram_pagesize_summary(self) -> int:
        return self.ram.pagesize_summary(ignore_shared="x-ignore-shared" in self.options.capabilities)

    def discard_ram(self, idstr: str, start: int, length: int) -> None:
        self.ram_entry.loader.discard(idstr, start, length)

    def received_pages(self, idstr: str) -> bytes | None:
        missing = self.ram_entry.loader.missing
        return missing.bitmap(idstr) if missing is not None else None

    def in_postcopy(self) -> bool:
        return self.migration.in_postcopy

    def in_colo(self) -> bool:
        return self.colo
