"""Save and load of 2 GiB of RAM, by the engine and by QEMU itself, in turn and through the same tmpfs.

The engine writes to a file and loads from one; QEMU 7.2 knows no ``file:``, so it does the same through
``exec:cat``, its bandwidth set free.  QEMU gets the engine's contents of RAM through a file behind its memory.
Beside them stands what nobody can undercut on the machine: the file written from memory that is there already, and
read into memory that is not.
"""

from __future__ import annotations

import gc
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from snapmgr.containers.file import FileSource, open_descriptor
from snapmgr.containers.sink import FileSink
from snapmgr.ram.block import U8, RAMBlock
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.ramlist import RamList
from snapmgr.savevm.handlers import StreamOptions
from snapmgr.savevm.output import Output
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import SectionBegin
from tests.qemu import QEMU, Machine
from tests.ram.carry import load

SIZE = 2 << 30
STRETCH = 64
"""Pages of one kind that stand together."""

TURNS = 3
BUDGET = 3
THREADS = 1
"""Beside the one that reads or writes the stream; one file takes the writes of one thread at a time."""
NAME = "pc.ram"
WHAT = {
    "save": "save",
    "load": "load into new RAM",
    "load again": "load into RAM that is there (QEMU: `prealloc=on`)",
}


def fill(block: RAMBlock, stretch: int) -> None:
    """About 60 % random pages, in stretches of one kind; single pages take turns.  The rest was never touched."""
    random = np.random.default_rng(1)
    contents = random.integers(0, 256, (256, 4096), dtype=np.uint8)
    single = np.arange(block.pages) % 2 == 0
    normal = single if stretch == 1 else np.repeat(random.random(block.pages // stretch) < 0.6, stretch)
    rows = block.by_page
    for first in range(0, block.pages, 256):
        which = normal[first : first + 256]
        rows[first : first + 256][which] = contents[which]


def new_ram(stretch: int = 0, executor: Executor | None = None) -> tuple[RAMBlock, RamEntry]:
    """One block of 2 GiB, filled or empty."""
    ram = RamList()
    block = ram.register(RAMBlock(NAME, SIZE))
    if stretch:
        fill(block, stretch)
    return block, RamEntry(ram, StreamOptions("pc"), executor=executor)


def save(entry: RamEntry, path: Path) -> float:
    """Seconds to write all of RAM to a new file, as savevm frames it."""
    begin = time.perf_counter()
    with path.open("wb", buffering=0) as file, ThreadPoolExecutor(THREADS) as pool:
        sink = FileSink(file.fileno(), pool)
        save_into(entry, Output(sink))
        sink.flush()
    return time.perf_counter() - begin


def save_into(entry: RamEntry, output: Output) -> None:
    """All of RAM, as savevm frames it."""
    hooks = entry.handlers
    assert hooks.save_setup and hooks.save_live_iterate and hooks.save_live_complete_precopy
    output.put(writer.header())
    _section(output, RecordType.START, hooks.save_setup)
    while not _section(output, RecordType.PART, hooks.save_live_iterate):
        pass
    _section(output, RecordType.END, hooks.save_live_complete_precopy)
    output.put(bytes([RecordType.EOF]))
    output.flush()


def _section(output: Output, kind: RecordType, hook: Callable[[Output], bool | None]) -> bool:
    output.put(writer.section_begin(SectionBegin(0, 0, kind, 2, "ram", 0, 4)))
    done = hook(output)
    output.put(writer.footer(2))
    return bool(done)


def load_file(entry: RamEntry, path: Path) -> float:
    """Seconds to load all of RAM from a file."""
    gc.collect()
    begin = time.perf_counter()
    source = FileSource(open_descriptor(path), path.name, path, "raw")
    load(entry, source.chunks())
    source.close()
    return time.perf_counter() - begin


@contextmanager
def qemu(log: Path, backend: str, *more: str) -> Iterator[Machine]:
    """A paused QEMU with 2 GiB behind ``backend``, or one that waits for a stream."""
    assert QEMU is not None
    ours, theirs = socket.socketpair()
    with ours, theirs, log.open("wb") as said:
        command = [
            *(QEMU, "-S", "-accel", "tcg", "-display", "none", "-nodefaults", "-no-user-config"),
            *("-machine", f"pc,memory-backend={NAME}", "-m", str(SIZE >> 20), "-object", f"{backend},size={SIZE}"),
            *("-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon", "chardev=qmp,mode=control"),
            *more,
        ]
        if "file" not in backend:
            command += ["-incoming", "defer"]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stderr=said)
        theirs.close()
        try:
            machine = Machine(ours, process.pid, log)
            machine.run("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
            yield machine
        finally:
            process.kill()
            process.wait()


def qemu_save(machine: Machine, path: Path) -> float:
    machine.events.clear()
    machine.run("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
    begin = time.perf_counter()
    machine.run("migrate", uri=f"exec:cat > {path}")
    machine.wait_for_migration()
    return time.perf_counter() - begin


def qemu_load(machine: Machine, path: Path) -> float:
    begin = time.perf_counter()
    machine.run("migrate-incoming", uri=f"exec:cat {path}")
    machine.wait_for_migration()
    return time.perf_counter() - begin


def qemu_stream(folder: Path, block: RAMBlock, path: Path) -> None:
    """A stream of QEMU's whose RAM has the block's contents."""
    behind = folder / "pc.ram"
    with behind.open("wb") as file:
        file.truncate(SIZE)
        for first in range(0, SIZE, 1 << 20):
            piece = block.memory[first : first + (1 << 20)]
            if piece.any():
                file.seek(first)
                file.write(piece.data)
    with qemu(folder / "log", f"memory-backend-file,id={NAME},share=on,mem-path={behind}") as machine:
        qemu_save(machine, path)
    behind.unlink()


def bare_write(path: Path, size: int) -> float:
    """Seconds to write a new file of ``size`` bytes out of one warm buffer."""
    piece = memoryview(b"\x01" * (4 << 20))
    begin = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for at in range(0, size, len(piece)):
            file.write(piece[: size - at])
    return time.perf_counter() - begin


def bare_read(path: Path, memory: U8 | None = None) -> float:
    """Seconds to read a whole file, into memory as fresh as that of a new machine where none is given."""
    size = path.stat().st_size
    begin = time.perf_counter()
    memory = RAMBlock(NAME, size).memory if memory is None else memory
    with path.open("rb", buffering=0) as file:
        for at in range(0, size, 4 << 20):
            file.readinto(memory[at : min(at + (4 << 20), size)].data)
    return time.perf_counter() - begin


def measure(folder: Path, stretch: int = STRETCH) -> dict[str, float]:
    """Best seconds of save and load, the engine's, QEMU's and those of the file alone, taken in turn."""
    block, entry = new_ram(stretch)
    ours, theirs, again = folder / "ours.mig", folder / "theirs.mig", folder / "again.mig"
    qemu_stream(folder, block, theirs)
    turns: dict[str, list[float]] = {f"{who}{what}": [] for who in ("", "qemu ", "bare ") for what in WHAT}
    for _ in range(TURNS):
        turns["save"].append(save(entry, ours))
        with ThreadPoolExecutor(THREADS) as pool:
            target, into = new_ram(executor=pool)
            turns["load"].append(load_file(into, ours))
            turns["load again"].append(load_file(into, ours))
        assert (target.memory == block.memory).all()
        del into
        turns["bare load"].append(bare_read(ours))
        turns["bare load again"].append(bare_read(ours, target.memory))
        del target
        ours.unlink()
        turns["bare save"].append(bare_write(again, theirs.stat().st_size))
        again.unlink()
        with qemu(folder / "log", f"memory-backend-ram,id={NAME},prealloc=on") as machine:
            turns["qemu load again"].append(qemu_load(machine, theirs))
        with qemu(folder / "log", f"memory-backend-ram,id={NAME}") as machine:
            turns["qemu load"].append(qemu_load(machine, theirs))
            turns["qemu save"].append(qemu_save(machine, again))
        again.unlink()
    return {name: min(seconds) for name, seconds in turns.items() if seconds}


def save_load_rows(folder: Path) -> list[str]:
    """Rows of docs/performance.md."""
    rows = []
    for title, stretch in (("usual mix", STRETCH), ("every run one page long", 1)):
        best = measure(folder, stretch)
        for what, said in WHAT.items():
            ours, theirs, bare = best[what], best[f"qemu {what}"], best[f"bare {what}"]
            rows.append(
                f"| {said}, {title} | {ours:.2f} s, QEMU `exec:cat` {theirs:.2f} s, the file alone {bare:.2f} s "
                f"| ≥ {BUDGET} × QEMU | {theirs / ours:.1f} × |"
            )
    return rows


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        print("\n".join(save_load_rows(Path(name))))
