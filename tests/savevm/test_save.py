"""Saving a whole machine (savevm.c: qemu_savevm_state)."""

from __future__ import annotations

import pytest

from snapmgr.errors import Cancelled
from snapmgr.savevm.failures import SaveError
from snapmgr.savevm.handlers import Handlers
from snapmgr.savevm.output import Buffer, Output
from snapmgr.savevm.save import save_state
from snapmgr.savevm.status import MigrationState, MigrationStatus
from tests.savevm.host import DEVICE, Device, Live, TestHost, taken
from tests.savevm.streams import EOF, HEADER


def machine(live: Live) -> TestHost:
    host = TestHost(suppress_vmdesc=True)
    host.registry.register_live("live", live.handlers(), version_id=4)
    host.registry.register(DEVICE, Device())
    return host


def test_a_whole_stream_in_order() -> None:
    live, migration, out = Live(), MigrationState(), Output()
    host = machine(live)
    save_state(host, out, migration)
    written = taken(out)
    assert written.startswith(HEADER)
    assert written.endswith(EOF)
    assert live.ran == ["s", "i", "c", "save_cleanup"]
    assert migration.status is MigrationStatus.COMPLETED
    assert host.asked == [
        "precopy_notify setup",
        "precopy_notify complete",
        "cpu_synchronize_all_states",
        "precopy_notify cleanup",
    ]
    assert "inactivate_disks" not in host.asked


def test_it_goes_on_until_all_is_done_whatever_the_rate_limit() -> None:
    live, passes = Live(), []

    def iterate(out: Output) -> bool:
        passes.append(out.offset)
        out.put(bytes(100))
        return len(passes) == 5

    host = machine(live)
    host.registry.register_live("slow", Handlers(save_live_iterate=iterate), version_id=1)
    save_state(host, Output(limit=10), MigrationState())
    assert len(passes) == 5


@pytest.mark.parametrize("hook", ["s", "i", "c"])
def test_whoever_fails_all_are_cleaned_up(hook: str) -> None:
    live, migration = Live(fails={hook: 28}), MigrationState()
    host = machine(live)
    with pytest.raises(SaveError) as failed:
        save_state(host, Output(), migration)
    assert failed.value.qemu == "Error while writing VM state: No space left on device"
    assert (failed.value.device, failed.value.section_id, failed.value.errno) == ("live", 0, 28)
    assert live.ran[-1] == "save_cleanup"
    assert migration.status is MigrationStatus.FAILED


@pytest.mark.parametrize(("error", "raised"), [(OSError(28, "full"), SaveError), (Cancelled(), Cancelled)])
def test_an_output_that_cannot_be_written_fails_the_save(error: Exception, raised: type[Exception]) -> None:
    def drain(pieces: object) -> None:
        raise error

    live, migration, out = Live(), MigrationState(), Output(drain)
    with pytest.raises(raised):
        save_state(machine(live), out, migration)
    assert live.ran[-1] == "save_cleanup"
    assert migration.status is MigrationStatus.FAILED
    assert isinstance(error, Cancelled) or out.error is error


@pytest.mark.parametrize("status", [status for status in MigrationStatus if status.is_running])
def test_a_running_migration_is_in_the_way(status: MigrationStatus) -> None:
    live, migration = Live(), MigrationState(status)
    with pytest.raises(SaveError, match="There's a migration process in progress"):
        save_state(machine(live), Output(), migration)
    assert (live.ran, migration.status) == ([], status)


def test_block_migration_is_in_the_way() -> None:
    host, migration = machine(live := Live()), MigrationState()
    host.options.capabilities.add("block")
    with pytest.raises(SaveError, match="Block migration and snapshots are incompatible"):
        save_state(host, Output(), migration)
    assert (live.ran, migration.status) == ([], MigrationStatus.NONE)


def test_an_output_hands_on_in_pieces() -> None:
    pieces: list[Buffer] = []
    out = Output(pieces.extend)
    out.put(b"small")
    assert (pieces, out.offset) == ([], 5)
    out.put(bytes(1 << 20))
    assert [len(piece) for piece in pieces] == [5, 1 << 20]
    out.put_be32(1)
    out.put_be64(2)
    out.flush()
    assert b"".join(pieces[2:]) == bytes.fromhex("00000001 0000000000000002")
    assert out.take() == []


def test_a_cancel_in_the_middle_of_a_device_is_no_failure_of_the_device() -> None:
    def drain(pieces: object) -> None:
        if any(device.written):
            raise Cancelled

    class Large:
        written: list[bool] = []

    device = Large()
    live, host, migration = Live(), TestHost(), MigrationState()
    host.registry.register_live("live", live.handlers(), version_id=4)

    def put(out: Output) -> None:
        device.written.append(True)
        out.put(bytes(2 << 20))

    host.registry.register_live("large", Handlers(save_state=put), version_id=1)
    with pytest.raises(Cancelled):
        save_state(host, Output(drain), migration)
    assert host.errors == [] and migration.status is MigrationStatus.FAILED
