"""The machine as its owner sees it: running, stopping, resetting, looking, being dropped."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest

from snapmgr.block.memory import MemoryDevice
from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.machine.clock import TICK_NS
from snapmgr.machine.disks import MemoryDisk
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import IllegalRunState, RunState
from snapmgr.machine.screen import CLOCK_ROW, HEIGHT, WIDTH, clock_text
from snapmgr.savevm.failures import LoadError
from snapmgr.savevm.loader import Loader
from snapmgr.wire.events import NeedData
from tests.machine.rig import contents, fingerprint, machine, registers, stream, twin


def test_time_passes_only_while_it_runs():
    source = machine()
    with pytest.raises(SnapmgrError) as caught:
        source.run(1)
    assert caught.value.code == "not-running"
    source.start()
    source.run(3)
    assert (source.tick, source.board.clock.now) == (3, 3 * TICK_NS)
    source.stop()
    assert source.run_state is RunState.PAUSED


def test_what_is_stopped_stays_in_its_state():
    source = machine()
    source.stop(RunState.SAVE_VM)
    assert source.run_state is RunState.PRELAUNCH
    with pytest.raises(IllegalRunState):
        source.set_run_state(RunState.SHUTDOWN)


def test_run_states_are_told_to_the_trace():
    source = machine()
    seen = source.trace.subscribe()
    source.start()
    events, _ = seen.drain()
    assert [str(event) for event in events] == [
        "runstate_set current_state=6 current_state_str=prelaunch new_state=9 new_state_str=running"
    ]


def test_after_a_reset_it_does_the_same_again():
    source, fresh = machine("burst"), machine("burst")
    source.advance(40)
    source.reset()
    assert source.tick == 0
    assert source.board.memory.booted  # RAM keeps what it held until the guest boots
    disk = contents(source)
    source.advance(20)
    fresh = machine("burst", disks=disk)
    fresh.advance(20)
    assert fingerprint(source) == fingerprint(fresh)


def test_the_guest_does_not_depend_on_the_order_of_two_machines():
    one, two = machine(seed=5), machine(seed=6)
    for _ in range(10):
        one.advance(1)
        two.advance(2)
    alone = machine(seed=5)
    alone.advance(10)
    assert fingerprint(one) == fingerprint(alone)
    assert fingerprint(one) != fingerprint(two)


@pytest.mark.parametrize("part", [0, 1], ids=["the record", "the head behind it"])
def test_what_a_disk_refuses_is_tried_again(part):
    class Refusing(MemoryDevice):
        writes = 0

        def pwrite(self, offset, buffers):
            self.writes += 1
            if self.writes == 9 + part:
                raise SnapmgrError("cannot-write", "no space left on device")
            super().pwrite(offset, buffers)

    with Machine(MachineOptions(ram=16 << 20), [MemoryDisk("disk", Refusing(bytes(1 << 16)))]) as source:
        source.start()
        with pytest.raises(SnapmgrError, match="no space left"):
            source.run(60)
        [controller] = source.board.controllers
        assert source.run_state is RunState.IO_ERROR and controller.completed == 4 and controller.queue
        source.start()
        source.run(60)
        assert controller.completed > 20
        assert controller.submitted == controller.completed + len(controller.queue), "no request is lost"
        assert source.state().counters["mismatches"] == 0


def test_the_view_is_a_copy_with_the_picture():
    source = machine("hotspot", seed=3)
    empty = source.state()
    assert empty.screen.shape == (HEIGHT, WIDTH, 3)
    assert empty.screen.dtype == np.uint8
    assert not empty.screen.any()
    source.advance(30)
    view = source.state()
    assert len(np.unique(view.screen.reshape(-1, 3), axis=0)) > 3
    assert (view.tick, view.workload, view.seed, view.run_state) == (30, "hotspot", 3, RunState.PAUSED)
    assert view.counters["records"] > 0
    assert view.counters["interrupts"] > 0
    before = view.screen.copy()
    source.advance(1)
    assert np.array_equal(view.screen, before)
    assert not np.array_equal(source.state().screen, before)


def test_the_clock_can_be_read_on_the_screen():
    from snapmgr.machine import font
    from snapmgr.machine.screen import Screen

    source = machine("idle", disks=())
    source.advance(77)
    frame = Screen(source.board.memory).frame
    table = np.frombuffer(font.image(), np.uint8).reshape(128, 8)
    line = font.pixels(table, clock_text(77))
    assert np.array_equal(frame[CLOCK_ROW : CLOCK_ROW + 8], line)
    assert clock_text(77).split() == [b"00:00:01.54", b"TICK", b"0000000077"]


def test_a_brightness_below_full_darkens_the_view():
    source = machine()
    source.advance(5)
    bright = source.state().screen
    source.board.display.brightness = 50
    assert np.array_equal(source.state().screen, (bright.astype(int) * 50 // 100).astype(np.uint8))


def test_an_idle_guest_dims_the_screen_where_the_machine_can():
    for kind, percent in (("demo-1.0", 100), ("demo-1.1", 60)):
        source = machine("idle", machine=kind)
        source.advance(2)
        assert source.board.display.brightness == percent
        assert (b"demo-display/brightness" in stream(source)) is (percent < 100)
        source.choose_workload("random")
        source.advance(1)
        assert source.board.display.brightness == 100


def test_registers_are_fetched_before_they_are_saved():
    source = machine("idle")
    source.advance(5)
    stale = source.board.cpus[0].state.pc
    source.cpu_synchronize_all_states()
    fresh = source.board.cpus[0].state.pc
    assert stale != fresh


def test_a_save_that_does_not_synchronise_saves_old_registers(monkeypatch):
    source = machine("idle")
    source.advance(5)
    source.digest()
    source.advance(5)
    monkeypatch.setattr(Machine, "cpu_synchronize_all_states", lambda machine: None)
    data = stream(source)
    monkeypatch.undo()
    loaded = twin(source, data)
    assert {path.split(".")[0] for path, value in registers(loaded) if value != dict(registers(source))[path]} == {
        "cpu0",
        "cpu1",
    }


def test_a_load_that_is_not_taken_over_leaves_the_cpu_as_it_was(monkeypatch):
    source = machine("idle")
    source.advance(5)
    monkeypatch.setattr(Machine, "cpu_synchronize_all_post_init", lambda machine: None)
    target = twin(source)
    assert target.board.cpus[0].synchronized
    monkeypatch.undo()
    assert not twin(source).board.cpus[0].synchronized


@pytest.mark.parametrize(
    "options",
    [
        {"ram": 8 << 20},
        {"ram": (8 << 30) + 4096},
        {"ram": (16 << 20) + 1},
        {"page_bits": 11},
        {"accel": "kvm"},
        {"uuid": b"short"},
        {"devices": ("piano",)},
        {"machine": "pc"},
    ],
)
def test_options_that_make_no_machine_are_refused(options):
    with pytest.raises(UsageError):
        MachineOptions(**options)


def resident() -> int:
    """Bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_large_machine_costs_nothing_until_it_is_used():
    before = resident()
    huge = Machine(MachineOptions(ram=8 << 30))
    huge.advance(2)
    assert resident() - before < 400 << 20
    assert huge.ram.find("demo.ram").used_length == 8 << 30


def watched(source: Machine) -> list[weakref.ref]:
    things = [source, source.board, source.registry, *source.ram, *source.board.controllers]
    return [weakref.ref(thing) for thing in things]


@pytest.fixture
def no_collection():
    """Only what nothing refers to any more goes away."""
    gc.disable()
    yield
    gc.enable()


def kept(seen: list[weakref.ref]) -> list[object]:
    return [reference() for reference in seen if reference() is not None]


@pytest.mark.usefixtures("no_collection")
def test_a_machine_that_is_dropped_is_gone_at_once():
    source = machine()
    source.advance(3)
    stream(source)
    seen = watched(source)
    del source
    assert kept(seen) == []


@pytest.mark.usefixtures("no_collection")
def test_nothing_keeps_a_machine_that_loaded_a_stream():
    source = machine()
    target = twin(source)
    seen = watched(target)
    del target
    assert kept(seen) == []


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize("end", [3, 40, -20000])
def test_nothing_keeps_a_machine_that_loaded_a_part_of_a_stream(end):
    """Neither a loader that waits for more, nor one that failed and says so again."""
    source = machine()
    data = stream(source)
    seen = watched(source)
    loader = Loader(source)
    loader.feed(data[:end])
    while not isinstance(loader.next_effect(), NeedData):
        pass
    loader.feed(b"")
    for _ in range(2):
        with pytest.raises(LoadError):
            loader.next_effect()
    del source, loader
    assert kept(seen) == []
