"""RAM that we wrote, in the stream of a real machine: QEMU loads it and then has it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Severity
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.words import IDSTR, VERSION
from snapmgr.savevm.handlers import StreamOptions
from snapmgr.savevm.output import Output
from snapmgr.wire import writer
from snapmgr.wire.constants import RecordType
from snapmgr.wire.events import SectionBegin
from tests.qemu import MEMORY, PATIENCE, Machine, machine, needs_qemu

pytestmark = needs_qemu

PASSES = 4


PACKED = ("xbzrle", "compress")


def migrate(guest: Machine, path: Path) -> None:
    """Migrate to ``path`` with plain pages, through a pipe whose end says that the stream is whole."""
    out, into = os.pipe()

    def keep() -> None:
        with os.fdopen(out, "rb") as stream, path.open("wb") as file:
            shutil.copyfileobj(stream, file)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        guest.run("getfd", fdname="stream", descriptors=(into,))
    finally:
        os.close(into)
    enable(guest, set())
    guest.run("migrate", uri="fd:stream")
    guest.wait_for_migration()
    keeper.join(PATIENCE)
    assert not keeper.is_alive(), "QEMU keeps the stream open"


def known(guest: Machine) -> set[str]:
    """The capabilities of this QEMU; ``compress`` was taken away in 9.1."""
    return {state["capability"] for state in guest.run("query-migrate-capabilities")}


def enable(guest: Machine, capabilities: set[str]) -> None:
    states = {"events": True} | {name: name in capabilities for name in PACKED if name in known(guest)}
    wanted = [{"capability": name, "state": state} for name, state in states.items()]
    guest.run("migrate-set-capabilities", capabilities=wanted)


def indexed(path: Path) -> StreamIndex:
    index = index_stream(open_source(path))
    assert [problem for problem in index.problems if problem.severity is Severity.ERROR] == []
    return index


def same_blocks(index: StreamIndex, capabilities: set[str]) -> tuple[RamEntry, dict[str, RAMBlock]]:
    """Blocks as the stream lists them, with its contents."""
    ram, blocks = RamList(as_added=True), {}
    for listed in index.listed:
        block = ram.register(RAMBlock(listed.name, listed.used_length))
        for offset, data in index.ram.contents(listed.name):
            block.memory[offset : offset + len(data)] = data
        blocks[listed.name] = block
    return RamEntry(ram, StreamOptions("pc", capabilities=capabilities)), blocks


def scribble(block: RAMBlock, turn: int) -> None:
    """Give many pages other contents, some only a few other bytes, some none."""
    random = np.random.default_rng(turn)
    pages = random.integers(256, block.pages, 1500)
    rows = block.by_page
    rows[pages[:500]] = random.integers(0, 256, (500, 4096), dtype=np.uint8)
    rows[pages[500:600]] = 0
    rows[pages[600:], random.integers(0, 4096, 900)] = turn + 1
    block.dirty.mark(pages)


def replaced(path: Path, index: StreamIndex, entry: RamEntry, between: Callable[[int], None]) -> bytes:
    """The stream of ``path`` with RAM as ``entry`` sends it in several passes, everything else as it is."""
    stream, out, sections = path.read_bytes(), Output(), entry.handlers
    assert sections.save_setup and sections.save_live_iterate and sections.save_live_complete_precopy
    assert sections.save_live_pending
    ours = [record for record in index.records if record.idstr == IDSTR]
    section_id = ours[0].section_id
    assert section_id is not None

    def put(kind: RecordType, hook: Callable[[Output], bool | None]) -> bool:
        out.put(writer.section_begin(SectionBegin(0, 0, kind, section_id, IDSTR, 0, VERSION)))
        done = hook(out)
        out.put(writer.footer(section_id))
        return bool(done)

    out.put(stream[: ours[0].offset])
    put(RecordType.START, sections.save_setup)
    for turn in range(PASSES):
        while not put(RecordType.PART, sections.save_live_iterate):
            pass
        between(turn)
        sections.save_live_pending(1 << 60)
    put(RecordType.END, sections.save_live_complete_precopy)
    out.put(stream[ours[-1].offset + ours[-1].length :])
    return b"".join(out.take())


@pytest.mark.parametrize(
    "capabilities", [set(), {"xbzrle"}, {"compress"}, set(PACKED)], ids=lambda names: "+".join(sorted(names)) or "plain"
)
def test_qemu_loads_what_we_wrote(tmp_path: Path, capabilities: set[str]) -> None:
    theirs, ours, again = (tmp_path / name for name in ("theirs.mig", "ours.mig", "again.mig"))
    with machine(tmp_path) as guest:
        guest.boot()
        migrate(guest, theirs)
    index = indexed(theirs)
    entry, blocks = same_blocks(index, capabilities)
    ours.write_bytes(replaced(theirs, index, entry, lambda turn: scribble(blocks["pc.ram"], turn)))
    assert entry.counters.dirty_sync_count == PASSES + 2
    if "xbzrle" in capabilities:
        assert entry.counters.xbzrle.pages > 100
    if "compress" in capabilities:
        assert entry.counters.compression.pages > 100
    with machine(tmp_path, "-incoming", "defer") as target:
        if not capabilities <= known(target):
            assert capabilities - known(target) == {"compress"}
            return  # nobody is left to load it
        with target.ram.open("r+b") as memory:
            memory.write(b"\x5a" * MEMORY)
        enable(target, capabilities)
        target.run("migrate-incoming", uri=f"exec:cat {ours}")
        target.wait_for_migration()
        assert target.ram.read_bytes() == blocks["pc.ram"].memory.tobytes()
        migrate(target, again)
    saved_again = indexed(again)
    for name, block in blocks.items():
        assert saved_again.ram.read(name, 0, block.used_length) == block.memory.tobytes(), name
