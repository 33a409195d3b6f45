"""Every way to move a guest with every other thing that may be asked for or happen: nothing is lost, one side has it.

CI takes cells that cover every pair; ``SNAPMGR_LONG=1`` all of them.
"""

from __future__ import annotations

import os
import random
import zlib
from pathlib import Path

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.machine.guest import BootOptions
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.migrate.both import Both
from snapmgr.migrate.colo.both import Replicated
from snapmgr.migrate.handover import Side
from snapmgr.migrate.link import Link
from snapmgr.migrate.model import Parameters
from snapmgr.migrate.shared_ram import SharedRam
from snapmgr.migrate.source import Outgoing
from snapmgr.migrate.through_file import ThroughFile
from snapmgr.migrate.together import KNOWN, RULES, broken, check
from snapmgr.migrate.trouble import Fault
from snapmgr.savevm.status import MigrationStatus
from tests.migrate.background import take
from tests.migrate.matrix import Cell, Chopped, every, pairwise
from tests.migrate.rig import OnlyOne
from tests.migrate.twice import connect_twice

CELLS = every() if "SNAPMGR_LONG" in os.environ else pairwise()
RATE = 100.0


def both_for(cell: Cell, disk: Path) -> Both:
    options = MachineOptions(ram=16 << 20, boot=BootOptions(cell.workload, 1), capabilities=cell.capabilities)
    if cell.mode == "colo":
        return Replicated(options, [], checkpoints=2, rate=RATE)
    if cell.mode == "ignore-shared":
        return SharedRam(options, [], rate=RATE)
    if cell.mode == "mapped-ram":
        return ThroughFile(options, [], rate=RATE)
    disk.write_bytes(bytes(1 << 20))
    return Both(options, [disk] if cell.mode == "bitmaps" else [], rate=RATE)


def faults_of(cell: Cell, pick: random.Random) -> list[Fault]:
    match cell.trouble:
        case "pauses":
            return [Fault("delay", pick.randrange(1 << 20), milliseconds=5) for _ in range(3)]
        case "cut":
            return [Fault("cut", pick.randrange(1 << 20), recover=True)]
        case "cut-back":
            return [Fault("cut", pick.randrange(60), back=True, recover=True)]
        case "twice" if is_cut(cell):
            return [Fault("cut", pick.randrange(100), percent=True, recover=True)]
    return []


def is_cut(cell: Cell) -> bool:
    """Whether the channel breaks; connections that come twice are of interest again in a recovery."""
    return "cut" in cell.trouble or (cell.trouble == "twice" and cell.mode in ("postcopy", "preempt"))


def be_late(links: list[Link], *, alike: bool) -> None:
    for number, link in enumerate(links):
        for wire in (link.forward, link.back):
            wire.latency = 0.001 if alike else 0.004 * (number % 2)
            wire.jitter = 0.002


def chop(both: Both | Link, cell: Cell, pick: random.Random) -> None:
    """Both ends of its link, where the cell is about the size of pieces."""
    link = both.link if isinstance(both, Both) else both
    if cell.trouble in ("tiny", "huge"):
        for side in ("source", "destination"):
            setattr(link, side, Chopped(getattr(link, side), pick, tiny=cell.trouble == "tiny"))


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.mode == "background"], ids=str)
def test_a_background_snapshot_is_of_one_moment_and_the_guest_goes_on(cell: Cell) -> None:
    pick, link = random.Random(zlib.crc32(str(cell).encode())), Link()
    options = MachineOptions(ram=16 << 20, boot=BootOptions(cell.workload, 1), capabilities=cell.capabilities)
    chop(link, cell, pick)
    if cell.trouble == "late":
        be_late([link], alike=True)
    taken = take(options, (link.source, link.destination), faults_of(cell, pick), rate=RATE, ticks=8)
    assert taken.guest[0] == taken.guest[1]
    if taken.copy is None:
        assert cell.trouble == "cut" and taken.status is MigrationStatus.FAILED
    else:
        assert taken.copy[0] == taken.copy[1] and taken.status is MigrationStatus.COMPLETED


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.mode != "background"], ids=str)
def test_nothing_is_lost(cell: Cell, tmp_path: Path) -> None:
    pick = random.Random(zlib.crc32(str(cell).encode()))
    parameters = Parameters(
        max_bandwidth=0,
        downtime_limit=60_000,  # nobody has to converge
        postcopy_after_passes=pick.randrange(2) if cell.mode in ("postcopy", "preempt", "bitmaps") else None,
        multifd_compression=cell.encoding if "multifd" in cell.capabilities else "none",
        x_checkpoint_delay=10,
    )
    with both_for(cell, tmp_path / "disk") as both:
        ears = OnlyOne(both.source, both.destination), OnlyOne(both.destination, both.source)
        chop(both, cell, pick)
        if cell.trouble == "twice":
            connect_twice(both, pick)
        both.prepare(parameters, faults=faults_of(cell, pick))
        if cell.trouble in ("late", "reordered"):
            be_late(both.links, alike=cell.trouble == "late")
        moved = both.move(8, 4, recoveries=9)
        status, owner = moved.statistics.status, both.owner
    assert moved.proof.agrees, moved
    assert cell.mode == "colo" or not any(ear.broken for ear in ears)  # under COLO both run, and one is heard
    if not is_cut(cell):
        assert status is MigrationStatus.COMPLETED and owner is Side.DESTINATION, moved
    elif owner is Side.SOURCE:
        assert status is MigrationStatus.FAILED or cell.mode == "colo", moved
    else:  # without its last bitmaps it is no success, and the guest has all of its RAM
        assert status is MigrationStatus.COMPLETED or cell.mode == "bitmaps", moved


ZERO_COPY = "Zero copy only available for non-compressed non-TLS multifd migration"
REFUSED = [
    ("postcopy-ram multifd", "Postcopy is not yet compatible with multifd", "10.0"),
    ("postcopy-ram compress", None, ""),
    ("postcopy-ram postcopy-preempt compress", "Postcopy preempt not compatible with compress", "7.2"),
    ("postcopy-ram x-ignore-shared", "Postcopy is not compatible with ignore-shared", "7.2 10.0 11.1"),
    ("postcopy-ram x-colo", None, ""),
    ("pause-before-switchover x-colo", None, ""),
    ("zero-copy-send", ZERO_COPY, "7.2 10.0 11.1"),
    ("zero-copy-send multifd xbzrle", ZERO_COPY, "7.2 10.0 11.1"),
    ("zero-copy-send multifd compress", ZERO_COPY, "7.2"),
    ("switchover-ack", "Capability 'switchover-ack' requires capability 'return-path'", "10.0 11.1"),
    ("dirty-limit auto-converge", "dirty-limit conflicts with auto-converge either of then available currently",
     "10.0 11.1"),
    ("postcopy-preempt", "Postcopy preempt requires postcopy-ram", "7.2 10.0 11.1"),
    ("multifd xbzrle", "Multifd is not compatible with xbzrle", "10.0 11.1"),
    ("multifd compress", "Multifd is not compatible with compress", "7.2"),
    ("multifd x-colo", None, ""),
    ("mapped-ram xbzrle", "Mapped-ram migration is incompatible with xbzrle", "10.0 11.1"),
    ("mapped-ram compress", None, ""),
    ("mapped-ram postcopy-ram", "Mapped-ram migration is incompatible with postcopy", "10.0 11.1"),
    ("mapped-ram multifd", None, ""),
    *(
        (f"background-snapshot {name}", f"Background-snapshot is not compatible with {name}", "7.2 10.0 11.1")
        for name in (
            "postcopy-ram", "dirty-bitmaps", "postcopy-blocktime", "late-block-activate", "return-path", "multifd",
            "pause-before-switchover", "auto-converge", "release-ram", "rdma-pin-all", "xbzrle", "x-colo",
            "validate-uuid",
        )
    ),
    ("background-snapshot compress", "Background-snapshot is not compatible with compress", "7.2"),
]  # fmt: skip
"""What 7.2, 10.0 and 11.1 say to migrate-set-capabilities, and which of them do; None where those that know both take
them.  That 11.1 wants return-path with x-colo, which is always on here, stands in the way of no combination."""


@pytest.mark.parametrize(("names", "says", "refused_by"), REFUSED)
def test_what_qemu_refuses_is_refused_with_its_text(names: str, says: str | None, refused_by: str) -> None:
    rule = broken(names.split())
    assert rule is not None
    say_so = [version for version, known in KNOWN.items() if set(names.split()) <= known]
    assert [version for version in say_so if version in rule.refused_by and rule.qemu] == refused_by.split()
    assert set(rule.taken_by) == set(say_so) - set(refused_by.split())
    with pytest.raises(SnapmgrError) as refused:
        check(names.split())
    assert refused.value.qemu == says
    assert ("would take them" in str(refused.value.hint)) is bool(rule.taken_by)
    if "multifd" not in names:
        with Machine(MachineOptions(ram=16 << 20, capabilities=frozenset(names.split()))) as machine:
            link = Link()
            with pytest.raises(SnapmgrError):
                Outgoing(machine, link.source, lambda action: action()).run()
            assert not link.forward.passed and machine.migration.status is MigrationStatus.NONE


def test_everything_that_a_qemu_refuses_is_in_the_table() -> None:
    listed = {(frozenset(names.split()), says) for names, says, _ in REFUSED if says}
    for rule in RULES:
        assert not rule.qemu or (rule.capabilities, rule.qemu) in listed, rule
