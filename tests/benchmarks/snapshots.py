"""Snapshots in qcow2 beside QEMU's own tools and job, in turn and on the same tmpfs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from snapmgr.block.checking import check_file
from snapmgr.block.images import open_image
from snapmgr.containers.pieces import read_ahead
from snapmgr.machine.disks import open_disk
from snapmgr.machine.driver import Driver
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine as DemoMachine
from snapmgr.machine.options import MachineOptions
from snapmgr.ram.handlers import RamEntry
from snapmgr.savevm.output import Output
from snapmgr.snapshots.change import apply_snapshot, create_snapshot, delete_snapshot
from snapmgr.snapshots.list import list_snapshots
from snapmgr.snapshots.live import save_snapshot_live
from snapmgr.snapshots.plans import Put, VmState
from tests.benchmarks import save_load
from tests.qemu import Machine
from tests.ram.carry import load

T = TypeVar("T")

TURNS = 3
LISTED = 1000
DISK, ALLOCATED = "10G", "4G"


def tool(*words: str | Path) -> float:
    begin = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def taken(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def row(what: str, ours: list[float], theirs: list[float], budget: str, named: str) -> str:
    best, other = min(ours), min(theirs)
    return f"| {what} | {best:.3f} s, {named} {other:.3f} s | {budget} | {other / best:.1f} × |"


def new_image(path: Path, size: str, *options: str) -> None:
    path.unlink(missing_ok=True)
    tool("qemu-img", "create", "-q", "-f", "qcow2", *options, path, size)


def change_rows(folder: Path) -> list[str]:
    """create, apply, delete and check of a disk of 10 GiB of which 4 GiB are allocated."""
    image = folder / "change.qcow2"
    new_image(image, ALLOCATED, "-o", "preallocation=metadata")
    tool("qemu-img", "resize", "-q", image, DISK)
    ours: dict[str, list[float]] = {name: [] for name in ("create", "apply", "delete", "check")}
    theirs: dict[str, list[float]] = {name: [] for name in ours}
    letters = {"create": "-c", "apply": "-a", "delete": "-d"}
    changes = {"create": create_snapshot, "apply": apply_snapshot, "delete": delete_snapshot}
    for _ in range(TURNS):
        for name, letter in letters.items():
            theirs[name].append(tool("qemu-img", "snapshot", letter, "x", image))
        for name, change in changes.items():
            ours[name].append(taken(lambda change=change: change([image], "x")))
        theirs["check"].append(tool("qemu-img", "check", "-q", image))
        ours["check"].append(taken(lambda: check_file(image)))
    image.unlink()
    commands = {name: f"`qemu-img snapshot {letter}`" for name, letter in letters.items()}
    commands["check"] = "`qemu-img check`"
    return [
        row(f"{name}, 10 GiB, 4 GiB allocated", ours[name], theirs[name], "≥ 1 × qemu-img", command)
        for name, command in commands.items()
    ]


def list_row(folder: Path) -> str:
    image = folder / "list.qcow2"
    new_image(image, "64M")
    for number in range(LISTED):
        create_snapshot([image], f"snapshot {number}")
    ours, theirs = [], []
    for _ in range(TURNS):
        theirs.append(tool("qemu-img", "snapshot", "-l", image))
        ours.append(taken(lambda: list_snapshots([image])))
    image.unlink()
    return row(f"list of {LISTED} snapshots, in process", ours, theirs, "≥ 1 × qemu-img", "`qemu-img snapshot -l`")


def state_of(entry: RamEntry) -> VmState:
    def content(put: Put) -> None:
        save_load.save_into(entry, Output(lambda buffers: [put(buffer) for buffer in buffers] and None, gather=put))

    return VmState(content)


def load_state(entry: RamEntry, image: Path) -> None:
    opened = open_image(image)
    state = opened.vm_state(opened.snapshots[0])
    load(entry, read_ahead(state.read_into, 0, state.size, 0))
    opened.close()


def job(machine: Machine, command: str, tag: str) -> float:
    """Seconds of a job of QEMU's on the disk ``d0``."""
    machine.events.clear()
    begin = time.perf_counter()
    arguments = {"job-id": "j", "tag": tag, "vmstate": "d0", "devices": ["d0"]}
    machine.run(command, **arguments)
    machine.wait_for_job("j")
    seconds = time.perf_counter() - begin
    machine.run("job-dismiss", id="j")
    return seconds


def state_rows(folder: Path) -> list[str]:
    """RAM of 2 GiB saved into and loaded from a qcow2 image, by us and by QEMU's job.

    Both load into RAM that holds the guest already: QEMU's job has no other.
    """
    block, entry = save_load.new_ram(save_load.STRETCH)
    theirs, image = folder / "theirs.mig", folder / "state.qcow2"
    save_load.qemu_stream(folder, block, theirs)
    turns: dict[str, list[float]] = {"save": [], "load": [], "qemu save": [], "qemu load": []}
    for _ in range(TURNS):
        new_image(image, "1G")
        turns["save"].append(taken(lambda: create_snapshot([image], "x", state_of(entry))))
        with ThreadPoolExecutor(save_load.THREADS) as pool:
            target, into = save_load.new_ram(executor=pool)
            load_state(into, image)
            turns["load"].append(taken(lambda into=into: load_state(into, image)))
        assert (target.memory == block.memory).all()
        del target, into
        new_image(image, "1G")
        disk = ("-blockdev", f"driver=qcow2,node-name=d0,file.driver=file,file.filename={image}")
        with save_load.qemu(folder / "log", f"memory-backend-ram,id={save_load.NAME}", *disk) as machine:
            save_load.qemu_load(machine, theirs)
            turns["qemu save"].append(job(machine, "snapshot-save", "x"))
            turns["qemu load"].append(job(machine, "snapshot-load", "x"))
    for path in (theirs, image):
        path.unlink()
    return [
        row(f"snapshot {what} of 2 GiB into qcow2", turns[what], turns[f"qemu {what}"], "≥ 2 × QEMU's job", "its job")
        for what in ("save", "load")
    ]


def ordered(driver: Driver, action: Callable[[], T]) -> T:
    return driver.order(lambda _: action()).result()


def live_rows(folder: Path) -> list[str]:
    """The demo machine with 1 GiB of RAM, all of it in use, saved while it runs; it is to tick 50 times a second."""
    image = folder / "live.qcow2"
    frozen, seconds, ran = [], [], []
    for _ in range(TURNS):
        new_image(image, "1G")
        options = MachineOptions(ram=1 << 30, boot=BootOptions("full", 1))
        with DemoMachine(options, [open_disk(image)]) as machine:
            machine.start()
            machine.run(3)  # every page holds something now
            machine.choose_workload("hotspot")
            driver = Driver(machine, time.monotonic)
            with ThreadPoolExecutor(1) as own:
                own.submit(driver.work)
                before = driver.order(lambda machine: machine.tick).result()
                begin = time.perf_counter()
                saved = save_snapshot_live(machine, "x", order=partial(ordered, driver))
                seconds.append(time.perf_counter() - begin)
                ran.append(driver.order(lambda machine: machine.tick).result() - before)
                driver.finish()
            frozen.append((saved.stood + saved.waited) / 1e6)
            assert saved.vm_state_size > 1 << 30
    image.unlink()
    best, most = min(seconds), max(frozen)
    return [
        f"| frozen while saving 1 GiB live | {most:.1f} ms of {best:.2f} s, {min(ran)} ticks made meanwhile "
        f"| ≤ 30 ms | {most / 30:.2f} of it |"
    ]


def snapshot_rows(folder: Path) -> list[str]:
    """Rows of docs/performance.md; what is noted beside the images stays in the folder too."""
    os.environ.update({f"XDG_{kind}_HOME": str(folder / kind) for kind in ("DATA", "STATE")})
    return [*state_rows(folder), *live_rows(folder), *change_rows(folder), list_row(folder)]


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        print("\n".join(snapshot_rows(Path(name))))
