"""The demo machine: ticks, stops, resets, and shows what it is like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType

import numpy as np
import numpy.typing as npt

from snapmgr.errors import SnapmgrError
from snapmgr.machine import guest, workloads
from snapmgr.machine.announce import Announcer
from snapmgr.machine.build import write_rom
from snapmgr.machine.devices.cpu import RESET_VECTOR
from snapmgr.machine.digest import digest, digests_of_disks
from snapmgr.machine.disks import Disk
from snapmgr.machine.host import MachineHost
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState, move
from snapmgr.machine.screen import Screen
from snapmgr.machine.written import FollowedDigest
from snapmgr.trace.bus import Trace
from snapmgr.trace.events import TraceEvent


@dataclass(frozen=True, slots=True)
class MachineView:
    """What the machine was like at one moment.  ``screen`` is (h, w, 3) uint8, ``now`` ns of virtual time."""

    machine: str
    run_state: RunState
    tick: int
    now: int
    screen: npt.NDArray[np.uint8]
    workload: str
    rate: int
    seed: int
    ram: int
    disks: tuple[str, ...]
    counters: dict[str, int]


class Machine(MachineHost):
    """Owns everything of one machine.  Not thread-safe: one worker ticks, saves and loads it.

    Raises UsageError, and Blocked for a device that ``only_migratable`` forbids.
    """

    def __init__(
        self, options: MachineOptions | None = None, disks: Sequence[Disk] = (), *, trace: Trace | None = None
    ) -> None:
        super().__init__(options or MachineOptions(), disks, trace or Trace())
        self.run_state = RunState.PRELAUNCH
        self.announcing: list[Announcer] = []
        """Who still has to tell the network that the machine is here, on a clock that begins at 0."""
        self._screen = Screen(self.board.memory)

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Flush and close the disks."""
        for disk in self.board.disks:
            disk.close()

    # -- running ---------------------------------------------------------------------------------------------------

    def set_run_state(self, state: RunState) -> None:
        """Raises IllegalRunState where QEMU would abort (runstate_set)."""
        numbers = list(RunState)
        old, new = numbers.index(self.run_state), numbers.index(state)
        here = ("current_state", old), ("current_state_str", self.run_state.value)
        there = ("new_state", new), ("new_state_str", state.value)
        self.trace.emit(TraceEvent("runstate_set", (*here, *there)))
        self.run_state = move(self.run_state, state)

    def start(self) -> None:
        """Let it run: disks that were given away are taken back first (vm_start, qmp_cont).  Raises HandlerFailed."""
        if self.run_state is not RunState.RUNNING:
            self.activate_disks()
            self.set_run_state(RunState.RUNNING)

    def stop(self, state: RunState = RunState.PAUSED, *, force: bool = False) -> None:
        """What is stopped already stays as it is (vm_stop), unless with ``force`` (vm_stop_force_state); disks are
        flushed."""
        if force or self.run_state is RunState.RUNNING:
            self.set_run_state(state)
        for disk in self.board.disks:
            if disk.active:
                disk.device.flush()

    def run(self, ticks: int) -> None:
        """Let time pass.  Raises SnapmgrError: ``not-running`` unless it runs, what a disk raises (io-error then)."""
        if self.run_state is not RunState.RUNNING:
            raise SnapmgrError("not-running", f"the machine does not run, it is {self.run_state}")
        try:
            for _ in range(ticks):
                guest.tick(self.board, self._screen, self.machine_options.boot)
        except SnapmgrError:
            self.set_run_state(RunState.IO_ERROR)
            raise

    def advance(self, ticks: int) -> None:
        """Run for so many ticks, then be as before: stopped, if it was."""
        stopped = self.run_state is not RunState.RUNNING
        if ticks:
            self.start()
            self.run(ticks)
            if stopped:
                self.stop()

    def reset(self) -> None:
        """Registers as after power on, the ROM as delivered (qemu_system_reset).  The guest boots at its next tick."""
        self.cpu_synchronize_all_states()
        self.board.reset()
        write_rom(self.ram)

    def choose_workload(self, name: str, rate: int | None = None) -> None:
        """From outside, as a key press would: the guest notes it in its RAM, or begins with it where it has not booted
        yet.  KeyError for an unknown name."""
        if not self._boots_next:
            guest.choose_workload(self.board, name, rate)
        else:
            boot = replace(
                self.machine_options.boot, workload=workloads.WORKLOADS[workloads.BY_NAME[name]].name, rate=rate
            )
            self.machine_options = replace(self.machine_options, boot=boot)

    @property
    def _boots_next(self) -> bool:
        """Whether the guest's next tick is its first one."""
        return not self.board.memory.booted or self.board.cpus[0].live.pc == RESET_VECTOR

    @property
    def unplug_pending(self) -> bool:
        """Whether a migration would have to wait for the guest (qemu_savevm_state_guest_unplug_pending)."""
        return self.board.unplug is not None and self.board.unplug.pending

    # -- looking ---------------------------------------------------------------------------------------------------

    @property
    def tick(self) -> int:
        return self.board.clock.tick

    def digest(self, disks: Sequence[bytes] | None = None) -> str:
        """SHA-256 in hex over RAM, registers and disks; ``disks`` as ``digests_of_disks`` gave them before they were
        given away."""
        self.cpu_synchronize_all_states()
        return digest(self.board, self.ram, disks)

    def digests_of_disks(self, followed: Sequence[FollowedDigest] = ()) -> list[bytes]:
        """As they are now, quickly where all are ``followed``.  Raises SnapmgrError ``disk-inactive``."""
        return digests_of_disks(self.board, followed)

    def state(self) -> MachineView:
        """A copy to show; costs some 0.2 ms."""
        memory = self.board.memory
        known = workloads.WORKLOADS[memory.get("workload") % len(workloads.WORKLOADS)].name
        return MachineView(
            machine=self.machine_options.machine,
            run_state=self.run_state,
            tick=self.tick,
            now=self.board.clock.now,
            screen=self.board.display.show(self._screen.frame),
            workload=self.machine_options.boot.workload if self._boots_next else known,
            rate=memory.get("rate"),
            seed=self.machine_options.boot.seed if self._boots_next else memory.get("seed"),
            ram=memory.ram.used_length,
            disks=tuple(disk.name for disk in self.board.disks),
            counters=self._counters(),
        )

    def _counters(self) -> dict[str, int]:
        board = self.board
        writers = board.memory.variables["writers"][: len(board.disks)]
        return {
            "pages-dirtied": board.memory.get("dirtied"),
            "records": int(writers["length"].sum()),
            "mismatches": int(writers["mismatches"].sum()),
            "in-flight": sum(len(controller.queue) for controller in board.controllers),
            "interrupts": sum(line.handled for line in board.irq.lines),
            "packets": board.nic.received,
        }
