"""The registry (savevm.c: register_savevm_live, vmstate_register_with_alias_id, unregister…, find_se)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from snapmgr.savevm.handlers import Handlers
from snapmgr.savevm.loaded import LoadedSections
from snapmgr.savevm.registry import ANY, Registry, RegistryError
from snapmgr.vmstate.state import Priority, VMState

DEV = VMState("dev", version=3, minimum=2)
OLD = Handlers(save_state=lambda out: None)


def idstrs(registry: Registry) -> list[str]:
    return [entry.idstr for entry in registry]


# -- savevm_state_handler_insert, savevm_state_handler_remove


def test_handlers_of_equal_priority_stay_in_the_order_of_their_registration() -> None:
    registry = Registry()
    for name in ("a", "b", "c"):
        registry.register(VMState(name), object())
    assert idstrs(registry) == ["a", "b", "c"]


def test_handlers_of_higher_priority_come_first_each_behind_its_equals() -> None:
    registry = Registry()
    for name, priority in (
        ("d1", Priority.DEFAULT),
        ("g1", Priority.GICV3),
        ("i1", Priority.IOMMU),
        ("p1", Priority.PCI_BUS),
        ("g2", Priority.GICV3),
        ("d2", Priority.DEFAULT),
        ("i2", Priority.IOMMU),
    ):
        registry.register(VMState(name, priority=priority), object())
    registry.register_live("d3", OLD, version_id=1)
    assert idstrs(registry) == ["g1", "g2", "p1", "i1", "i2", "d1", "d2", "d3"]
    assert [entry.section_id for entry in registry] == [1, 4, 3, 2, 6, 0, 5, 7]
    assert [int(entry.priority) for entry in registry] == [5, 5, 2, 1, 1, 0, 0, 0]


def test_the_first_of_a_priority_may_go_and_the_order_stands() -> None:
    registry, states = Registry(), [VMState(name, priority=Priority.IOMMU) for name in "abc"]
    target = object()
    registry.register(VMState("low"), target)
    for state in states:
        registry.register(state, target)
    registry.unregister(states[0], target)
    registry.register(states[0], target)
    assert idstrs(registry) == ["b", "c", "a", "low"]


def test_iterating_sees_the_registry_as_it_was_when_a_hook_changes_it() -> None:
    registry = Registry()
    registry.register(DEV, registry)
    for _ in registry:
        registry.unregister(DEV, registry)
    assert len(registry) == 0


# -- register_savevm_live, vmstate_register_with_alias_id


def test_any_instance_id_is_one_above_the_highest_of_that_idstr() -> None:
    registry = Registry()
    registry.register(DEV, object(), instance_id=7)
    other = registry.register(VMState("other"), object())
    assert registry.register(DEV, object()).instance_id == 8
    assert other.instance_id == 0
    assert registry.register_live("dev", OLD, version_id=1).instance_id == 9


def test_ids_of_a_highest_entry_that_went_are_given_again() -> None:
    registry, target = Registry(), object()
    registry.register(DEV, object())
    registry.register(DEV, target)
    registry.unregister(DEV, target)
    assert registry.register(DEV, object()).instance_id == 1


def test_with_a_path_the_older_names_are_kept_beside_the_own() -> None:
    registry = Registry()
    first = registry.register(DEV, object(), path="0000:00:03.0")
    second = registry.register(DEV, object(), path="0000:00:04.0")
    third = registry.register(DEV, object(), path="0000:00:05.0", instance_id=77)
    fourth = registry.register(DEV, object(), path="0000:00:06.0")
    assert [entry.idstr for entry in (first, second)] == ["0000:00:03.0/dev", "0000:00:04.0/dev"]
    assert {entry.instance_id for entry in registry} == {0}
    assert [entry.compat for entry in registry] == [("dev", 0), ("dev", 1), ("dev", 77), ("dev", 78)]
    assert fourth.compat == ("dev", 78)
    assert third.section_id == 2


def test_live_entries_have_the_alias_0_and_know_whether_they_are_ram() -> None:
    registry = Registry()
    live = registry.register_live("ram", Handlers(save_setup=lambda out: None), version_id=4, instance_id=5)
    old = registry.register_live("old", OLD, version_id=1)
    assert (live.alias_id, live.is_ram, live.is_full) == (0, True, False)
    assert (old.is_ram, old.is_full, old.state_name) == (False, True, "(old)")


@pytest.mark.parametrize(
    ("path", "code"), [("p" * 255, "path-too-long"), ("é" * 127 + "pp", "path-too-long"), ("p" * 252, "idstr-length")]
)
def test_a_section_id_is_spent_even_where_a_path_is_too_long(path: str, code: str) -> None:
    registry = Registry()
    with pytest.raises(RegistryError) as refused:
        registry.register(DEV, object(), path=path)
    assert refused.value.code == code
    assert len(registry) == 0
    assert registry.register(DEV, object(), path="p" * 251).section_id == 1


def test_the_same_path_and_name_twice_is_refused() -> None:
    registry = Registry()
    registry.register(DEV, object(), path="a")
    with pytest.raises(RegistryError) as refused:
        registry.register(DEV, object(), path="a")
    assert refused.value.code == "path-twice"
    assert registry.next_section_id == 2


@pytest.mark.parametrize("idstr", ["", "x" * 256])
def test_an_idstr_has_1_to_255_bytes(idstr: str) -> None:
    with pytest.raises(RegistryError):
        Registry().register_live(idstr, OLD, version_id=1)


def test_an_alias_needs_a_version_that_is_still_loaded() -> None:
    with pytest.raises(RegistryError) as refused:
        Registry().register(DEV, object(), alias_id=1, required_for_version=1)
    assert refused.value.code == "alias-not-needed"
    Registry().register(DEV, object(), alias_id=1, required_for_version=2)


def test_section_ids_may_be_passed_over_but_not_given_twice() -> None:
    registry = Registry()
    registry.spend_section_ids(4)
    assert registry.register(DEV, object()).section_id == 4
    with pytest.raises(RegistryError):
        registry.spend_section_ids(4)


# -- unregister_savevm, vmstate_unregister


def test_unregistering_takes_every_match_and_leaves_other_targets_and_ids_alone() -> None:
    registry, target, other = Registry(), object(), object()
    registry.register(DEV, target)
    registry.register(DEV, other)
    registry.register(DEV, target)
    registry.register(VMState("dev2"), target)
    registry.unregister(DEV, target)
    assert [(entry.idstr, entry.section_id) for entry in registry] == [("dev", 1), ("dev2", 3)]
    assert registry.register(DEV, target).section_id == 4


def test_a_device_is_unplugged_and_plugged_in_again() -> None:
    registry, target = Registry(), object()
    registry.register(DEV, target, path="slot1")
    registry.unregister(DEV, target)
    assert registry.find("slot1/dev", 0) is None
    assert registry.find("dev", 0) is None
    again = registry.register(DEV, target, path="slot1")
    assert (again.section_id, again.instance_id, again.compat) == (1, 0, ("dev", 0))


def test_live_entries_are_unregistered_by_idstr_and_target() -> None:
    registry, target = Registry(), object()
    registry.register_live("old", OLD, version_id=1, target=target)
    registry.register_live("old", OLD, version_id=1, target=target)
    registry.register_live("old", OLD, version_id=1)
    registry.register_live("bus/old", OLD, version_id=1, target=target)
    registry.unregister_live("old", target)
    assert [entry.section_id for entry in registry] == [2, 3]
    registry.unregister_live("old", target, path="bus")
    registry.unregister_live("nobody", target)
    assert [entry.section_id for entry in registry] == [2]


# -- find_se


def find(registry: Registry, idstr: str, instance_id: int) -> int | None:
    entry = registry.find(idstr, instance_id)
    return None if entry is None else entry.section_id


def test_found_by_idstr_and_instance() -> None:
    registry = Registry()
    registry.register(DEV, object())
    registry.register(DEV, object())
    assert [find(registry, "dev", instance) for instance in (0, 1, 2)] == [0, 1, None]
    assert find(registry, "other", 0) is None


def test_found_by_alias() -> None:
    registry = Registry()
    registry.register(DEV, object(), instance_id=5, alias_id=2, required_for_version=3)
    assert [find(registry, "dev", instance) for instance in (5, 2, 0)] == [0, 0, None]


def test_found_by_the_alias_0_of_a_live_entry() -> None:
    registry = Registry()
    registry.register_live("live", OLD, version_id=1, instance_id=3)
    assert [find(registry, "live", instance) for instance in (3, 0, 1)] == [0, 0, None]


def test_found_by_the_compat_id_and_its_alias() -> None:
    registry = Registry()
    registry.register(DEV, object(), path="a", instance_id=4, alias_id=9, required_for_version=2)
    assert [find(registry, "dev", instance) for instance in (4, 9, 0)] == [0, 0, None]
    assert [find(registry, "a/dev", instance) for instance in (0, 9, 4)] == [0, 0, None]


def test_no_alias_is_the_instance_of_all_ones() -> None:
    registry = Registry()
    registry.register(DEV, object())
    registry.register(VMState("dev"), object(), instance_id=1)
    assert find(registry, "dev", ANY) == 0


def test_the_first_in_saving_order_wins() -> None:
    registry = Registry()
    registry.register(VMState("dev"), object(), instance_id=0)
    registry.register(VMState("dev", priority=Priority.IOMMU), object(), path="a")
    registry.register(VMState("dev"), object(), instance_id=0)
    assert find(registry, "dev", 0) == 1


# -- load_section_id


def test_a_section_id_of_the_stream_belongs_to_the_first_entry_that_has_it_now() -> None:
    registry = Registry()
    first, second = registry.register(DEV, object()), registry.register(DEV, object())
    loaded = LoadedSections(registry)
    loaded.begin(second, 9, 2)
    assert loaded.find(9) is second
    loaded.begin(first, 9, 3)
    assert loaded.find(9) is first
    loaded.begin(first, 4, 3)
    loaded.begin(first, 9, 1)
    assert (loaded.find(9), loaded.find(4), loaded.version(first)) == (first, None, 1)


def test_id_0_belongs_to_the_first_entry_that_was_not_begun() -> None:
    registry = Registry()
    entries = [registry.register(DEV, object()) for _ in range(3)]
    loaded = LoadedSections(registry)
    assert loaded.find(0) is entries[0]
    assert loaded.version(entries[0]) == 0
    loaded.begin(entries[0], 5, 3)
    assert loaded.find(0) is entries[1]
    loaded.begin(entries[0], 0, 3)
    assert loaded.find(0) is entries[0]
    for entry in entries:
        loaded.begin(entry, 7, 3)
    assert loaded.find(0) is None


def lines_run(act: Callable[[], object]) -> int:
    """Lines of the engine that run in ``act``: a measure of work that is always the same."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace if "snapmgr" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        act()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("path", [False, True])
def test_work_for_an_entry_does_not_grow_with_their_number(path: bool) -> None:
    def come_and_go(count: int) -> None:
        registry, targets = Registry(), [object() for _ in range(count)]
        for number, target in enumerate(targets):
            registry.register(DEV, target, path=f"slot{number}" if path else None)
        for number in range(count):
            assert find(registry, "dev", number) == number
        for target in targets:
            registry.unregister(DEV, target)
        assert len(registry) == 0

    few, many = lines_run(lambda: come_and_go(100)), lines_run(lambda: come_and_go(1000))
    assert many < 11 * few
    come_and_go(10_000)
