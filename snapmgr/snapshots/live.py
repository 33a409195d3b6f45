"""A snapshot of a machine whose guest goes on running while it is saved (DESIGN §8; QEMU stops it for ``savevm``).

Devices, RAM and disks are those of one moment, between two ticks.  RAM is written by the caller's thread while the
thread that owns the machine goes on ticking it; the images are switched together at the end, or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from snapmgr.machine.live import LiveSave
from snapmgr.machine.machine import Machine
from snapmgr.savevm.output import Buffer
from snapmgr.snapshots.machine import Asked, Saved, change_disks, check_save
from snapmgr.snapshots.phase import Phase
from snapmgr.snapshots.plans import Put, VmState
from snapmgr.snapshots.screens import keep_screen
from snapmgr.work import CancelToken, Progress, Stage, no_progress, no_stage

Begun = tuple[Asked, LiveSave, npt.NDArray[np.uint8]]
Order = Callable[[Callable[[], Begun]], Begun]
"""``order(action)`` has something done by the thread that owns the machine, between two ticks, and waits for it."""


def save_snapshot_live(
    machine: Machine,
    name: str | None = None,
    *,
    order: Order,
    overwrite: bool = False,
    vmstate: str | None = None,
    devices: Sequence[str] | None = None,
    now: Callable[[], int] = time.time_ns,
    progress: Progress = no_progress,
    stage: Stage = no_stage,
    cancel: CancelToken | None = None,
) -> Saved:
    """Keep machine and disks as they are when ``order`` is carried out; the guest goes on meanwhile.

    For another thread than the one that owns the machine.  Arguments and errors are those of ``save_snapshot``.  The
    result's ``stood`` is how long the guest stood still, ``waited`` how long it had to wait later on.
    """

    def begin() -> Begun:
        asked = check_save(machine, name, overwrite=overwrite, vmstate=vmstate, devices=devices, now=now)
        return asked, LiveSave(machine), machine.state().screen

    asked, live, screen = order(begin)
    written, done = 0, False

    def content(put: Put) -> None:
        def drain(buffers: Sequence[Buffer]) -> None:
            nonlocal written
            for buffer in buffers:
                put(buffer)
                written += len(buffer)
            progress(written, written + live.remaining)

        stage(Phase.SAVING, 0)
        live.put(drain)
        stage(Phase.DISKS, 0)

    try:
        state = VmState(content, live.now, position=asked.position)
        plan = asked.plan(state, overwrite=overwrite, progress=progress)
        changed = change_disks(asked.disks, plan, cancel=cancel)
        done = True
    finally:
        waited = live.waited
        live.end(done=done)
    keep_screen(changed[asked.position], screen)
    return Saved(asked.name, asked.now, written, live.stood, tuple(changed), waited)
