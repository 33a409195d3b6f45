"""The proof: N ticks, save, load, M ticks are N + M ticks, for every workload and in every byte."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from snapmgr.errors import SnapmgrError
from snapmgr.machine.saving import load
from snapmgr.machine.types import TYPES
from snapmgr.machine.workloads import BY_NAME
from tests.machine.rig import contents, fingerprint, machine, registers, stream, twin


@settings(max_examples=14, deadline=None)
@given(
    workload=st.sampled_from(sorted(BY_NAME)),
    kind=st.sampled_from(sorted(TYPES)),
    seed=st.integers(0, 2**64 - 1),
    rate=st.none() | st.integers(0, 300),
    before=st.integers(0, 60),
    after=st.integers(0, 40),
    disks=st.lists(st.sampled_from([0, 4096, 65536, 5000]), max_size=3),
)
@example(workload="random", kind="demo-1.1", seed=1, rate=None, before=0, after=5, disks=[65536])
@example(workload="full", kind="demo-1.0", seed=0, rate=0, before=51, after=9, disks=[])
def test_ticks_after_a_load_equal_ticks_without(workload, kind, seed, rate, before, after, disks):
    wanted = {"seed": seed, "rate": rate, "machine": kind, "disks": disks}
    straight = machine(workload, **wanted)
    straight.advance(before + after)
    saved = machine(workload, **wanted)
    saved.advance(before)
    # before the first tick nobody has told the guest yet what to do: that is an option of the machine, and not saved
    loaded = twin(saved) if before else saved
    assert fingerprint(loaded) == fingerprint(saved)
    loaded.advance(after)
    assert fingerprint(loaded) == fingerprint(straight)
    assert loaded.digest() == straight.digest()


@pytest.mark.parametrize("workload", sorted(BY_NAME))
def test_every_workload_survives_several_saves(workload):
    straight, hopping = machine(workload), machine(workload)
    straight.advance(70)
    for ticks in (1, 4, 20, 26, 19):
        hopping.advance(ticks)
        hopping = twin(hopping)
    assert fingerprint(hopping) == fingerprint(straight)


def test_saving_changes_nothing():
    source, other = machine(), machine()
    source.advance(21)
    before = fingerprint(source)
    assert stream(source) == stream(source)
    assert fingerprint(source) == before
    source.advance(9)
    other.advance(30)
    assert fingerprint(source) == fingerprint(other)


def test_the_digest_is_of_the_machine_and_not_of_the_stream():
    one, two = machine(machine="demo-1.0"), machine(machine="demo-1.0")
    one.advance(5)
    two.advance(5)
    assert one.digest() == two.digest()
    two.board.timer.cmos[77] ^= 1
    assert one.digest() != two.digest()


# -- any byte that differs before the load differs afterwards ---------------------------------------------------------

BEFORE, AFTER = 23, 27
ROLL = random.Random(4)
PLACES = {
    "demo.ram": [
        0,
        8,
        16,
        24,
        32,
        36,
        40,
        48,
        56,
        100,
        110,
        130,
        170,
        0x10000,
        0x17FFF,
        0x20000,
        1 << 20,
        (16 << 20) - 1,
    ],
    "demo.vram": [0, 36_000, 300 * 223, 320 * 225 + 20, 320 * 233 + 20, 76_800, (128 << 10) - 1],
    "demo.rom": [0, 0x100 + 8 * ord("4"), 65_535],
}
FLIPS = [(block, offset) for block, offsets in PLACES.items() for offset in offsets]
FLIPS += [("demo.ram", ROLL.randrange(16 << 20)) for _ in range(5)]
FLIPS += [("demo.ram", ROLL.randrange(4096)) for _ in range(10)]
FLIPS += [("demo.vram", ROLL.randrange(76_800)) for _ in range(5)]


@pytest.fixture(scope="module")
def reference() -> tuple[str, str]:
    """Fingerprint and digest of the machine that nobody touched."""
    straight = machine("hotspot", rate=8)
    straight.advance(BEFORE + AFTER)
    return fingerprint(straight), straight.digest()


def saved_machine():
    source = machine("hotspot", rate=8)
    source.advance(BEFORE)
    return source


def differs(source, reference) -> bool:
    """Whether what became of it differs, or it could not be saved or loaded at all."""
    try:
        loaded = twin(source)
    except SnapmgrError:
        return True
    loaded.advance(AFTER)
    return fingerprint(loaded) != reference[0] and loaded.digest() != reference[1]


def test_untouched_it_does_not_differ(reference):
    assert not differs(saved_machine(), reference)


@pytest.mark.parametrize(("block", "offset"), FLIPS)
def test_a_byte_of_ram_that_differs_stays_different(reference, block, offset):
    source = saved_machine()
    source.ram.find(block).memory[offset] ^= 1 << offset % 8
    assert differs(source, reference)


@pytest.mark.parametrize(
    "offset", [0, 1, 4095, 4096, 70_000, 131_072, (256 << 10) - 1] + [ROLL.randrange(256 << 10) for _ in range(4)]
)
def test_a_byte_of_the_disk_that_differs_stays_different(reference, offset):
    source = saved_machine()
    byte = bytearray(1)
    device = source.board.disks[0].device
    device.pread_into(offset, memoryview(byte))
    device.pwrite(offset, [memoryview(bytes([byte[0] ^ 0x10]))])
    assert differs(source, reference)


def change(source, path: str) -> None:
    """Another value for one register, as near to the old one as can be."""
    name, _, rest = path.partition(".")
    owner = dict(source.board.devices())[name]
    steps = rest.replace("[", ".[").split(".")
    for step in steps[:-1]:
        owner = owner[int(step[1:-1])] if step.startswith("[") else getattr(owner, step)
    last = steps[-1]
    if last.startswith("["):
        owner[int(last[1:-1])] = another(owner[int(last[1:-1])])
    else:
        setattr(owner, last, another(getattr(owner, last)))


def another(value):
    match value:
        case None:
            return 7
        case bool():
            return not value
        case float():
            return value + 0.5
        case bytes() | bytearray():
            changed = bytearray(value)
            changed[len(changed) // 2] ^= 1
            return type(value)(changed)
    return value ^ 1


PATHS = [
    path
    for path, value in registers(saved_machine())
    if (not path.endswith(".length") and value is not None) or path.endswith("break_at")
]
CHOSEN = [path for number, path in enumerate(PATHS) if "palette" not in path or number % 60 == 0]


@pytest.mark.parametrize("path", CHOSEN)
def test_a_register_that_differs_stays_different(reference, path):
    source = saved_machine()
    source.cpu_synchronize_all_states()
    change(source, path)
    assert differs(source, reference)


def test_a_disk_that_is_not_of_the_same_moment_is_noticed_by_the_guest():
    source = machine("idle")
    source.advance(20)
    data = stream(source)
    source.advance(20)
    late = machine("idle", disks=contents(source))
    load(late, [data])
    late.advance(20)
    assert late.state().counters["mismatches"] > 0
    assert source.state().counters["mismatches"] == 0
