"""What keeps a machine from being saved (savevm.c: qemu_savevm_state_blocked, qemu_savevm_non_migratable_list…)."""

from __future__ import annotations

import pytest

from snapmgr.savevm.blockers import Blocked, MigrationBlockers, check_only_migratable, check_state, non_migratable
from snapmgr.savevm.registry import Registry
from snapmgr.savevm.status import MigrationStatus
from snapmgr.vmstate.state import Priority, VMState

STUBBORN = VMState("stubborn", unmigratable=True)


def registry() -> Registry:
    made = Registry()
    made.register(VMState("good"), object())
    made.register(STUBBORN, object(), path="a")
    made.register(VMState("worse", unmigratable=True, priority=Priority.IOMMU), object())
    return made


def test_the_first_in_saving_order_blocks() -> None:
    with pytest.raises(Blocked) as blocked:
        check_state(registry())
    assert blocked.value.qemu == "State blocked by non-migratable device 'worse'"
    check_state(Registry())


def test_the_list_begins_with_the_last() -> None:
    assert non_migratable(registry()) == ["non-migratable device: a/stubborn", "non-migratable device: worse"]


def test_only_migratable_refuses_the_device_itself() -> None:
    with pytest.raises(Blocked) as blocked:
        check_only_migratable(STUBBORN, "demo-stubborn", only_migratable=True)
    assert blocked.value.qemu == "Device demo-stubborn is not migratable, but --only-migratable was specified"
    check_only_migratable(STUBBORN, "demo-stubborn", only_migratable=False)
    check_only_migratable(VMState("good"), "demo-good", only_migratable=True)
    check_only_migratable(None, "demo-good", only_migratable=True)


IDLE = {"status": MigrationStatus.NONE, "saving": False, "only_migratable": False}


def test_reasons_block_the_newest_first_and_are_listed_the_oldest_first() -> None:
    blockers = MigrationBlockers()
    blockers.check(Registry())
    for reason in ("first", "second"):
        blockers.add(reason, **IDLE)  # type: ignore[arg-type]
    with pytest.raises(Blocked) as blocked:
        blockers.check(Registry())
    assert blocked.value.qemu == "second"
    assert blockers.reasons(registry())[:3] == ["first", "second", "non-migratable device: a/stubborn"]
    with pytest.raises(Blocked, match="State blocked"):
        blockers.check(registry())
    blockers.remove("second")
    blockers.remove("second")
    assert blockers.reasons(Registry()) == ["first"]


@pytest.mark.parametrize(
    ("change", "begins"),
    [
        ({"only_migratable": True}, "disallowing migration blocker (--only-migratable) for: why"),
        ({"saving": True}, "disallowing migration blocker (migration/snapshot in progress) for: why"),
        ({"status": MigrationStatus.SETUP}, "disallowing migration blocker (migration/snapshot in progress) for: why"),
        ({"status": MigrationStatus.COLO}, "disallowing migration blocker (migration/snapshot in progress) for: why"),
    ],
)
def test_a_blocker_may_come_too_late(change: dict[str, object], begins: str) -> None:
    blockers = MigrationBlockers()
    with pytest.raises(Blocked) as blocked:
        blockers.add("why", **IDLE | change)  # type: ignore[arg-type]
    assert blocked.value.qemu == begins
    assert blockers.reasons(Registry()) == []


def test_which_states_of_a_migration_run_and_which_are_idle() -> None:
    idle = {"none", "cancelled", "completed", "failed"}
    assert {str(status) for status in MigrationStatus if status.is_idle} == idle
    assert {str(status) for status in MigrationStatus if not status.is_running} == idle | {"colo"}
