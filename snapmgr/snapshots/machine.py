"""Snapshots of a machine that runs: its disks and itself (savevm.c: save_snapshot, load_snapshot, delete_snapshot).

Where savevm.c changes one disk and then fails at the next, all disks are prepared here and switched together; where it
finds out after the disks went back that the state cannot be loaded, the state is tried on a machine of its own before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from snapmgr.block.qcow2.disk import Qcow2Disk
from snapmgr.block.qcow2.entry import check_name
from snapmgr.block.qcow2.image import Qcow2Image
from snapmgr.block.qcow2.shadow import Shadow
from snapmgr.block.qcow2.snapshots import SnapshotEntry
from snapmgr.block.qcow2.texts import DISK_ONLY
from snapmgr.containers.pieces import read_ahead
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.gathered import Gathered
from snapmgr.machine import saving
from snapmgr.machine.machine import Machine
from snapmgr.names import quoted
from snapmgr.savevm.blockers import Blocked
from snapmgr.savevm.output import Buffer
from snapmgr.savevm.save import check_idle
from snapmgr.snapshots import plans
from snapmgr.snapshots.beside import beside_of_machine
from snapmgr.snapshots.join import joined
from snapmgr.snapshots.list import disk_snapshot
from snapmgr.snapshots.lost import refuse_lost
from snapmgr.snapshots.model import DeviceInfo, SnapshotRow, Snapshots
from snapmgr.snapshots.phase import Phase
from snapmgr.snapshots.plans import Put, Tags, VmState
from snapmgr.snapshots.room import check_room
from snapmgr.snapshots.screens import keep_screen
from snapmgr.snapshots.transaction import Changed, Plan, change_all
from snapmgr.snapshots.trial import try_state
from snapmgr.work import CancelToken, Progress, Stage, no_progress, no_stage

_RECORD_REPLAY = "Record/replay does not allow making snapshot right now. Try once more later."


@dataclass(frozen=True, slots=True)
class Saved:
    """``name`` and date (ns since 1970) of a snapshot that was made, the bytes of its VM state, and how long the guest
    stood still, in ns; ``waited`` is how long it waited afterwards, where it wrote faster than it was saved."""

    name: str
    now: int
    vm_state_size: int
    stood: int
    devices: tuple[Changed, ...]
    waited: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A snapshot that may be made: its name, its date in ns, its id, its disks, which of them takes the VM state."""

    name: str
    now: int
    id: bytes
    disks: tuple[Qcow2Disk, ...]
    position: int

    def plan(self, state: VmState, *, overwrite: bool, progress: Progress) -> Plan:
        """How it is made on each of its disks."""
        return plans.creating(self.name, self.now, state, new_id=self.id, overwrite=overwrite, progress=progress)


def save_snapshot(
    machine: Machine,
    name: str | None = None,
    *,
    overwrite: bool = False,
    vmstate: str | None = None,
    devices: Sequence[str] | None = None,
    now: Callable[[], int] = time.time_ns,
    progress: Progress = no_progress,
    stage: Stage = no_stage,
    cancel: CancelToken | None = None,
) -> Saved:
    """Keep machine and disks; the guest stands still meanwhile, and runs again afterwards if it ran, whatever fails.

    Without a ``name`` it gets ``vm-YYYYMMDDHHMMSS`` in local time, made unique.  ``devices`` are the names of the disks
    that are kept, None for all; ``vmstate`` that of those which the VM state goes to, else the first.  With
    ``overwrite`` it takes the place of one of that name, once it is complete.
    ``progress`` is told bytes of the VM state, then of tables, ``stage`` the Phase; ``cancel`` counts until the first
    disk is switched.  Raises Blocked, SnapmgrError ``no-snapshots`` (a disk that can hold none), ``snapshot-exists``,
    ``no-space``, UsageError ``no-device``, ``vmstate-device``, ``snapshot-name``, SaveError, Cancelled, and what the
    images raise; nothing is kept then.
    """
    asked = check_save(machine, name, overwrite=overwrite, vmstate=vmstate, devices=devices, now=now)
    written = 0

    def content(put: Put) -> None:
        def drain(buffers: Sequence[Buffer | Gathered]) -> None:
            nonlocal written
            for buffer in buffers:
                put(buffer)
                written += len(buffer)
            progress(written, written + machine.ram_entry.counters.remaining)

        stage(Phase.SAVING, 0)
        saving.put_state(machine, drain, gather=lambda gathered: drain([gathered]))
        stage(Phase.DISKS, 0)

    begin = time.monotonic_ns()
    with saving.standing(machine):
        screen = machine.state().screen
        state = VmState(content, machine.board.clock.now, position=asked.position)
        plan = asked.plan(state, overwrite=overwrite, progress=progress)
        changed = change_disks(asked.disks, plan, cancel=cancel)
    stood = time.monotonic_ns() - begin
    keep_screen(changed[asked.position], screen)
    return Saved(asked.name, asked.now, written, stood, tuple(changed))


def check_save(
    machine: Machine,
    name: str | None,
    *,
    overwrite: bool,
    vmstate: str | None,
    devices: Sequence[str] | None,
    now: Callable[[], int],
) -> Asked:
    """What ``save_snapshot`` refuses before anything is done; it says there what is raised."""
    refuse_while_saved(machine)
    machine.blockers.check(machine.registry)
    if machine.machine_options.record_replay:
        raise Blocked(
            "record-replay", "what the machine does is being recorded: it allows no snapshots now", qemu=_RECORD_REPLAY
        )
    named = disks_of(machine, devices)
    disks = tuple(named.values())
    moment = now()
    called = _unused(disks, moment) if name is None else name
    check_name(called.encode(errors="surrogateescape"))
    position = _position(named, vmstate)
    if not overwrite:
        for disk in disks:
            plans.refuse_taken(disk.image, called)
    if not machine.options.capabilities & {"compress", "x-ignore-shared"}:
        check_room(disks[position].image, machine.ram.migratable())
    return Asked(called, moment, plans.common_id(_images(machine).values()), disks, position)


def refuse_while_saved(machine: Machine) -> None:
    """Raise SaveError ``migration-active`` while the machine is being saved live: its disks wait for that."""
    check_idle(machine, machine.migration)


def load_snapshot(
    machine: Machine,
    tags: Tags,
    *,
    vmstate: str | None = None,
    devices: Sequence[str] | None = None,
    progress: Progress = no_progress,
    stage: Stage = no_stage,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Make machine and disks what they were; the guest runs afterwards if it ran before.

    ``devices`` are the names of the disks that go back, None for all; the others stay what they are.
    ``progress`` is told bytes of the VM state, which is read twice, and of tables in between; ``stage`` the Phase.
    ``cancel`` counts until the first disk is switched.  Raises SnapmgrError ``no-snapshots``, ``disk-only``, NotFound
    where a disk does not have it, Blocked, Cancelled, LoadError where this machine could not load that state, and
    ``disk-order`` where the disks had another order when it was saved: all before anything changes.  Whatever fails
    later leaves the machine stopped.
    """
    refuse_while_saved(machine)
    named = disks_of(machine, devices)
    disks = list(named.values())
    entries = [plans.to_load(disk.image, tags) for disk in disks]
    position = _state_position(named, entries, vmstate)
    disk, entry = disks[position], entries[position]
    if not entry.vm_state_size:
        raise SnapmgrError(
            "disk-only",
            f"snapshot {quoted(entry.name_text)} has no VM state: the disks alone were kept",
            path=disk.image.path,
            hint="Apply it while the machine does not run: snapctl snapshot apply.",
            qemu=DISK_ONLY,
        )
    stage(Phase.TRYING, entry.vm_state_size)
    then = {name: disk.image.at(entry) for (name, disk), entry in zip(named.items(), entries, strict=True)}
    try_state(machine, _chunks(disk, entry, progress), then)
    changed: list[Changed] = []

    def ready() -> None:
        stage(Phase.DISKS, entry.vm_state_size)
        changed.extend(change_disks(disks, plans.applying(tags, progress), cancel=cancel))
        stage(Phase.LOADING, 0)

    saving.load(machine, _chunks(disk, entry, progress), ready=ready)
    return changed


def delete_snapshot(
    machine: Machine,
    tags: Tags,
    *,
    devices: Sequence[str] | None = None,
    trim: bool = False,
    progress: Progress = no_progress,
    stage: Stage = no_stage,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """Delete it from every disk that has it, or of those named in ``devices``, while the guest may run; several in one
    go where ``tags`` names them disk by disk.

    ``trim`` gives back whatever is free in the files; without it ``upkeep.bring_back`` undoes it until somebody writes
    to them.  ``progress`` is told bytes of tables.  Raises NotFound where none has it, UsageError ``no-device``,
    Cancelled.
    """
    refuse_while_saved(machine)
    disks = list(disks_of(machine, devices).values())
    stage(Phase.DISKS, 0)
    plan = plans.deleting(tags, progress)
    return change_disks(disks, plan, skip_missing=True, trim=trim, undoable=True, cancel=cancel)


def snapshots_of(machine: Machine) -> tuple[SnapshotRow, ...]:
    """What there is on its qcow2 disks, in the order of the first one's table."""
    return _rows(_images(machine))


def list_of(machine: Machine) -> Snapshots:
    """The same with the disks that can hold any, and with what is known beside the images."""
    images = _images(machine)
    rows = _rows(images)
    devices = tuple(DeviceInfo(name, "qcow2", image.size, image.cluster_size) for name, image in images.items())
    return Snapshots(devices, rows, beside_of_machine(rows, images), owned=True)


def _images(machine: Machine) -> dict[str, Qcow2Image]:
    devices = {disk.name: disk.storage for disk in machine.board.disks if disk.active}
    return {name: device.image for name, device in devices.items() if isinstance(device, Qcow2Disk)}


def _rows(images: Mapping[str, Qcow2Image]) -> tuple[SnapshotRow, ...]:
    return joined({name: [disk_snapshot(entry) for entry in image.snapshots] for name, image in images.items()})


def disks_of(machine: Machine, devices: Sequence[str] | None) -> dict[str, Qcow2Disk]:
    """Those that are meant, by name, in the machine's order (block/snapshot.c: bdrv_all_get_snapshot_devices).

    Raises UsageError ``no-device`` for a name that no disk has or where none is named, SnapmgrError ``no-snapshots``
    for a disk that is written to and can hold none (bdrv_all_can_snapshot), ``image-lost`` for one whose file is gone.
    """
    board = machine.board.disks
    names = [disk.name for disk in board]
    if devices is not None and not devices:
        text = "At least one device is required for snapshot"
        raise UsageError("no-device", "no disk is named for the snapshot", hint=_there_are(names), qemu=text)
    for name in devices or ():
        if name not in names:
            text = f"No block device node '{name}'"
            raise UsageError("no-device", f"the machine has no disk {quoted(name)}", hint=_there_are(names), qemu=text)
    found = {}
    for disk in board:
        if devices is not None and disk.name not in devices:
            continue
        if not isinstance(disk.storage, Qcow2Disk):
            raise SnapmgrError(
                "no-snapshots",
                f"{disk.name} is a raw disk: it can hold no snapshots",
                path=disk.name,
                hint="Convert it with qemu-img convert -O qcow2.",
                qemu=f"Device '{disk.name}' is writable but does not support snapshots",
            )
        found[disk.name] = disk.storage
    if not found:
        text = "no block device can store vmstate for snapshot"
        raise SnapmgrError("no-disk", "the machine has no disk that a snapshot could be kept on", qemu=text)
    refuse_lost(disk.image for disk in found.values())
    return found


def _there_are(names: Iterable[str]) -> str:
    return f"There are: {', '.join(names)}"


def _position(disks: Mapping[str, Qcow2Disk], vmstate: str | None) -> int:
    """Which of them takes the VM state (bdrv_all_find_vmstate_bs)."""
    if vmstate is None:
        return 0
    if vmstate not in disks:
        text = f"vmstate block device '{vmstate}' does not exist"
        said = f"no disk {quoted(vmstate)} is among those of the snapshot"
        raise UsageError("vmstate-device", said, hint=_there_are(disks), qemu=text)
    return list(disks).index(vmstate)


def _state_position(disks: Mapping[str, Qcow2Disk], entries: Sequence[SnapshotEntry], vmstate: str | None) -> int:
    """The disk that was named, else the first one that holds a VM state."""
    if vmstate is not None:
        return _position(disks, vmstate)
    return next((place for place, entry in enumerate(entries) if entry.vm_state_size), 0)


def _unused(disks: Sequence[Qcow2Disk], moment: int) -> str:
    """The automatic name, with a number behind it where it is taken."""
    taken = {entry.name_text for disk in disks for entry in disk.image.snapshots}
    name = time.strftime("vm-%Y%m%d%H%M%S", time.localtime(moment // 1_000_000_000))
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)


def change_disks(
    disks: Sequence[Qcow2Disk],
    plan: Plan,
    *,
    skip_missing: bool = False,
    trim: bool = False,
    undoable: bool = False,
    cancel: CancelToken | None = None,
) -> list[Changed]:
    """All disks or none; they go on with what they are then."""
    how = {"skip_missing": skip_missing, "trim": trim, "undoable": undoable}
    with renewed(disks):
        return change_all([disk.image for disk in disks], Shadow, plan, cancel=cancel, **how)


@contextmanager
def renewed(disks: Sequence[Qcow2Disk]) -> Iterator[None]:
    """The files of these disks are changed meanwhile, by the thread that owns the machine."""
    for disk in disks:
        disk.flush()
    try:
        yield
    finally:
        for disk in disks:
            disk.reload()


def _chunks(disk: Qcow2Disk, entry: SnapshotEntry, progress: Progress) -> Iterator[memoryview]:
    """The VM state piece by piece, as far as it is mapped: QEMU reads on until the stream ends."""
    state = disk.image.vm_state(entry)
    total = max(state.size, state.readable)
    done = 0
    for piece in read_ahead(state.read_into, 0, total, 0):
        done += len(piece)
        progress(done, total)
        yield piece
