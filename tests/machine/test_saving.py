"""Saving and loading as QEMU's commands do them: run states, blockers, disks given away, Xen."""

from __future__ import annotations

import pytest

from snapmgr.block.memory import MemoryDevice
from snapmgr.errors import InUse, SnapmgrError
from snapmgr.machine.disks import Disk, MemoryDisk
from snapmgr.machine.machine import Machine
from snapmgr.machine.options import MachineOptions
from snapmgr.machine.runstate import RunState
from snapmgr.machine.saving import announcers, load, save, xen_load, xen_save
from snapmgr.savevm.blockers import Blocked
from snapmgr.savevm.failures import LoadError, SaveError
from snapmgr.savevm.handlers import HandlerFailed
from snapmgr.savevm.status import MigrationStatus
from tests.machine.rig import RAM, fingerprint, machine, registers, stream, twin
from tests.savevm.streams import ADVISE, command, discard


def xen_stream(source: Machine, **options: bool) -> bytes:
    parts: list[bytes] = []
    size = xen_save(source, lambda buffers: parts.extend(bytes(buffer) for buffer in buffers), **options)
    data = b"".join(parts)
    assert len(data) == size
    return data


def test_a_machine_that_runs_goes_on_after_a_save():
    source = machine()
    source.start()
    source.run(5)
    seen = source.trace.subscribe()
    data = stream(source)
    states = [event["new_state_str"] for event in seen.drain()[0] if event.name == "runstate_set"]
    assert states == ["save-vm", "running"]
    assert b"running\0" in data
    assert source.migration.status is MigrationStatus.COMPLETED


def test_it_goes_on_after_a_save_that_failed():
    source = machine()
    source.start()

    def full(buffers: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(SnapmgrError):
        save(source, full)
    assert source.run_state is RunState.RUNNING
    assert source.migration.status is MigrationStatus.FAILED
    assert stream(source)


@pytest.mark.parametrize("running", [True, False])
def test_a_loaded_machine_does_what_the_saved_one_did(running):
    source = machine()
    source.advance(5)
    if running:
        source.start()
    assert twin(source).run_state is source.run_state


def test_a_machine_at_work_can_load_another_state_and_runs_on():
    source = machine()
    source.advance(10)
    data = stream(source)
    source.start()
    source.run(10)
    load(source, [data])
    assert source.run_state is RunState.RUNNING
    assert source.tick == 10


def test_a_load_that_fails_leaves_the_machine_standing():
    source = machine()
    source.start()
    source.run(5)
    data = stream(source)
    with pytest.raises(LoadError):
        load(source, [data[:-8000]])
    assert source.run_state is RunState.RESTORE_VM
    fresh = machine()
    with pytest.raises(LoadError):
        load(fresh, [data[:-8000]])
    assert fresh.run_state is RunState.PAUSED


def test_a_state_in_pieces_of_any_size_loads_the_same():
    source = machine()
    source.advance(12)
    data = stream(source)
    target = machine("idle")
    pieces = [data[start : start + 77_777] for start in range(0, len(data) - 9000, 77_777)]
    rest = data[sum(map(len, pieces)) :]
    load(target, [*pieces, *(rest[start : start + 1] for start in range(len(rest)))])
    target.board.disks[0].device.pwrite(0, [memoryview(source.board.disks[0].device.content)])
    assert fingerprint(target) == fingerprint(source)


# -- what keeps it from being saved ------------------------------------------------------------------------------------


def test_a_stubborn_device_blocks_saving_and_loading():
    source = machine(devices=("stubborn",))
    text = "State blocked by non-migratable device 'demo-stubborn'"
    with pytest.raises(Blocked) as caught:
        stream(source)
    assert caught.value.qemu == text
    with pytest.raises(Blocked) as caught:
        load(machine(devices=("stubborn",)), [stream(machine())])
    assert caught.value.qemu == text
    assert source.blockers.reasons(source.registry) == ["non-migratable device: demo-stubborn"]


def test_a_stubborn_device_may_not_be_in_a_machine_that_must_stay_migratable():
    with pytest.raises(Blocked) as caught:
        machine(devices=("stubborn",), only_migratable=True)
    assert caught.value.qemu == "Device demo-stubborn is not migratable, but --only-migratable was specified"
    assert machine(only_migratable=True).blockers.reasons(machine().registry) == []


def test_an_unplug_is_pending_until_the_guest_has_let_go():
    source = machine(devices=("unplug",))
    source.advance(99)
    assert source.unplug_pending
    assert twin(source).unplug_pending
    source.advance(1)
    assert not source.unplug_pending
    assert not source.board.unplug.present
    assert not machine().unplug_pending


# -- disks -------------------------------------------------------------------------------------------------------------


def test_a_disk_that_was_given_away_is_not_touched_until_the_machine_starts_again():
    source = machine()
    source.advance(5)
    source.inactivate_disks()
    with pytest.raises(SnapmgrError) as caught:
        source.digest()
    assert caught.value.code == "disk-inactive"
    source.advance(1)
    assert source.board.disks[0].active


def test_a_disk_that_somebody_else_has_keeps_the_machine_from_starting():
    taken = False

    def opener() -> MemoryDevice:
        if taken:
            raise InUse("in-use", "somebody has it")
        return MemoryDevice(bytes(65536))

    other = MemoryDisk("other", MemoryDevice(bytes(65536)))
    source = Machine(MachineOptions(ram=RAM), [other, Disk("mine", opener)])
    source.inactivate_disks()
    taken = True
    with pytest.raises(HandlerFailed):
        source.start()
    assert source.run_state is RunState.PRELAUNCH
    assert not other.active  # all or none


def test_an_io_error_stops_the_machine():
    source = machine()
    source.advance(2)
    source.board.disks[0].device._read_only = True
    source.start()
    with pytest.raises(SnapmgrError):
        source.run(20)
    assert source.run_state is RunState.IO_ERROR
    source.board.disks[0].device._read_only = False
    source.advance(1)


# -- Xen ---------------------------------------------------------------------------------------------------------------


def test_xen_saves_devices_and_nothing_else():
    source = machine(accel="xen")
    source.advance(20)
    data = xen_stream(source)
    assert data[:8].hex() == "5145564d00000003"
    assert data[8] == 4  # a FULL section follows at once: no configuration
    assert data[-1] == 0
    assert b"\x03ram" not in data
    assert b"globalstate" not in data  # the tools have it sent as running, and that goes without saying
    assert b"vmsd_name" not in data


def test_xen_loads_devices_into_a_machine_whose_ram_is_somebody_elses_business():
    source = machine(accel="xen")
    source.advance(20)
    before = dict(registers(source))
    data = xen_stream(source, live=False)
    target = machine(accel="xen", machine="demo-1.1")
    xen_load(target, [data])
    assert dict(registers(target)) == before
    assert not target.board.memory.booted
    target.ram.find("demo.ram").memory[:] = source.ram.find("demo.ram").memory
    target.ram.find("demo.vram").memory[:] = source.ram.find("demo.vram").memory
    target.board.disks[0].device.pwrite(0, [memoryview(source.board.disks[0].device.content)])
    assert fingerprint(target) == fingerprint(source)


@pytest.mark.parametrize(
    ("running", "live", "active"), [(False, True, False), (False, False, True), (True, True, True)]
)
def test_xen_gives_the_disks_of_a_standing_machine_away_unless_told_not_to(running, live, active):
    source = machine(accel="xen")
    source.advance(3)
    if running:
        source.start()
    xen_stream(source, live=live)
    assert source.board.disks[0].active is active
    assert (source.run_state is RunState.RUNNING) is running


def test_xen_does_not_load_into_a_machine_that_runs():
    source = machine(accel="xen")
    source.start()
    with pytest.raises(SnapmgrError) as caught:
        xen_load(source, [b""])
    assert caught.value.qemu == "Cannot update device state while vm is running"


def test_xen_refuses_ram():
    source = machine(accel="xen")
    data = stream(source)
    with pytest.raises(LoadError) as caught:
        load(machine(accel="xen"), [data])
    assert caught.value.qemu == "loadvm: ram RAM loading not allowed on Xen"


# -- the network learns of it ------------------------------------------------------------------------------------------


def test_the_card_announces_itself_after_a_load_and_the_guest_does_not_know():
    source = machine()
    source.advance(3)
    assert announcers(source, 0) == []
    target = twin(source)
    (announcer,) = announcers(target, 0)
    assert announcers(target, 0) == []
    seen = target.trace.subscribe()
    now, sent = 0, []
    while announcer.left:
        frame = announcer.due(now, target.trace)
        if frame is not None:
            sent.append((now // 1_000_000, frame))
        now += 1_000_000
    assert [when for when, _ in sent] == [0, 50, 200, 450, 800]
    assert {frame.hex() for _, frame in sent} == {
        "ffffffffffff" + "525400123456" + "8035" + "0001080006040003" + "52540012345600000000" * 2 + "00" * 18
    }
    assert [event.name for event in seen.drain()[0]] == ["qemu_announce_self_iter"] * 5
    assert fingerprint(target) == fingerprint(source)


def test_xen_says_which_device_refused_and_calls_it_an_io_error():
    data = bytearray(xen_stream(machine(accel="xen"), live=False))
    target = machine(accel="xen")
    with pytest.raises(LoadError) as caught:
        xen_load(target, [data[:60]])
    assert (caught.value.qemu, caught.value.code) == ("An IO error has occurred", "truncated")
    assert caught.value.device is not None


def test_a_disk_that_xen_cannot_give_away_fails_the_command(monkeypatch):
    def refuse(machine: Machine) -> None:
        raise HandlerFailed(16, "held")

    monkeypatch.setattr(Machine, "inactivate_disks", refuse)
    with pytest.raises(SaveError) as caught:
        xen_stream(machine(accel="xen"))
    assert caught.value.qemu == "qmp_xen_save_devices_state: bdrv_inactivate_all() failed (-16)"


def test_a_stream_that_wants_a_way_back_is_refused():
    data = stream(machine())
    at = data.index(b"\x01\0\0\0")  # the first section
    wanting = data[:at] + bytes.fromhex("08 0001 0000") + data[at:]
    with pytest.raises(LoadError) as caught:
        load(machine(), [wanting])
    assert caught.value.qemu == "CMD_OPEN_RETURN_PATH failed"


def advised(data: bytes, *commands: bytes) -> bytes:
    """A stream of a machine with postcopy-ram, with an advise and more before its first section."""
    at = data.index(b"\3ram") - 5
    return data[:at] + command(3, ADVISE) + b"".join(commands) + data[at:]


def test_a_postcopy_that_was_advised_and_never_begun():
    source = machine(capabilities=frozenset({"postcopy-ram"}))
    source.advance(5)
    data, target, heard = advised(stream(source)), machine(capabilities=frozenset({"postcopy-ram"})), list[str]()
    target.postcopy_listeners.append(heard.append)
    load(target, [data])
    assert heard == ["inbound-advise"] and target.postcopy_advised and target.tick == source.tick
    loaded = fingerprint(target)
    load(target, [stream(source)])
    assert fingerprint(target) == loaded
    assert not target.postcopy_advised, "that of the last load only"

    def refuse(event: str) -> None:
        raise SnapmgrError("no", "not with me", qemu="vhost-user does not want postcopy")

    target.postcopy_listeners.append(refuse)
    with pytest.raises(LoadError) as refused:
        load(target, [data])
    assert refused.value.qemu == "vhost-user does not want postcopy"


def test_what_is_discarded_in_ram_is_thrown_away():
    source = machine(capabilities=frozenset({"postcopy-ram"}))
    target = machine(capabilities=frozenset({"postcopy-ram"}))
    load(target, [advised(stream(source), command(6, discard(b"demo.ram", (0, 4096))))])
    with pytest.raises(LoadError) as refused:
        load(target, [advised(stream(source), command(6, discard(b"none", (0, 4096))))])
    assert refused.value.qemu == "ram_discard_range: Failed to find block 'none'"
