"""demo-1.0 and demo-1.1: who loads what of whom, and what is said where it is refused."""

from __future__ import annotations

import dataclasses

import pytest

from snapmgr.errors import UsageError
from snapmgr.machine.saving import load
from snapmgr.machine.types import TYPES, machine_type
from snapmgr.savevm.failures import LoadError
from snapmgr.vmstate.fields import u64
from snapmgr.vmstate.state import VMState
from tests.machine.rig import machine, registers, stream, twin

OLD, NEW = "demo-1.0", "demo-1.1"


def saved(kind: str, **options):
    source = machine("hotspot", machine=kind, **options)
    source.advance(24)
    return source


def texts(target) -> list[str]:
    return [report.text for report in target.reports]


@pytest.mark.parametrize(("source", "target"), [(OLD, NEW), (NEW, OLD)])
def test_another_type_is_refused_by_name(source, target):
    data = stream(saved(source))
    other = machine(machine=target)
    with pytest.raises(LoadError) as caught:
        load(other, [data])
    assert caught.value.qemu == f"Machine type received is '{source}' and local is '{target}'"
    assert texts(other) == [caught.value.qemu]


def test_the_newer_loads_what_the_older_saved_where_no_configuration_forbids_it():
    source = saved(OLD, send_configuration=False)
    target = twin(source, machine=NEW)
    assert texts(target) == ["Expected vmdescription section, but got 0"]
    before, after = dict(registers(source)), dict(registers(target))
    older = {path for path in before if before[path] != after[path]}
    assert older == set()
    target.advance(10)
    assert target.state().counters["mismatches"] == 0


def test_the_older_refuses_what_the_newer_saved():
    data = stream(saved(NEW, send_configuration=False))
    other = machine(machine=OLD, send_configuration=False)
    with pytest.raises(LoadError) as caught:
        load(other, [data])
    assert caught.value.qemu == "savevm: unsupported version 2 for 'demo-legacy' v1"


def test_the_newer_finds_older_devices_by_compat_id_and_alias():
    registry = machine(machine=NEW).registry
    found = {entry.idstr: entry for entry in registry}
    assert found["demo/serial0/demo-uart"].compat == ("demo-uart", 0)
    assert found["demo/net0/demo-nic"].compat == ("demo-nic", 0)
    assert (found["demo-irq"].instance_id, found["demo-irq"].alias_id) == (0, 0x20)
    assert {(entry.idstr, entry.instance_id) for entry in machine(machine=OLD).registry} >= {
        ("demo-uart", 0),
        ("demo-nic", 0),
        ("demo-irq", 0x20),
    }


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_the_iommu_comes_first_of_the_devices(kind):
    names = [entry.idstr for entry in machine(machine=kind).registry]
    assert names[0] == "demo-iommu"


def test_a_subsection_that_the_older_does_not_know_is_refused_by_it():
    source = saved(NEW)
    source.board.display.brightness = 40
    data = stream(source)
    assert b"demo-display/brightness" in data
    states = {**TYPES[NEW].states, "display": TYPES[OLD].states["display"]}
    older = dataclasses.replace(TYPES[NEW], states=states)
    TYPES["demo-test"] = dataclasses.replace(older, name=NEW)
    try:
        other = machine(machine="demo-test")
        other.options.machine = NEW
        with pytest.raises(LoadError):
            load(other, [data])
    finally:
        del TYPES["demo-test"]


def test_a_field_whose_subsection_is_absent_has_its_reset_value_after_a_load():
    source, target = saved(NEW), saved(NEW)
    target.board.display.brightness = 40
    target.board.uart.break_at = 1
    source.board.uart.set_break(False, source.board)
    data = stream(source)
    assert b"demo-display/brightness" not in data
    assert b"demo-uart/break" not in data
    load(target, [data])
    assert target.board.display.brightness == 100
    assert target.board.uart.break_at is None


def test_only_the_older_leaves_the_description_out():
    assert b'"devices"' not in stream(saved(OLD))
    assert b'"devices"' in stream(saved(NEW))


def test_an_unknown_type_is_refused_with_those_there_are():
    with pytest.raises(UsageError) as caught:
        machine_type("pc")
    assert caught.value.hint == "There is demo-1.0, demo-1.1."


KINDS = {
    *("uint8", "uint16", "uint32", "uint64", "int32", "int64", "bool", "float64", "timer", "buffer", "bitmap"),
    *("struct", "qtailq", "unused_buffer", "uint32 equal"),
}


def test_together_the_devices_show_every_kind_of_field():
    found: set[str] = set()

    def walk(state: VMState) -> None:
        for field in state.fields:
            found.add(field.kind.type)
            if hasattr(field.kind, "state"):
                walk(field.kind.state)
        for sub in state.subsections:
            walk(sub)

    states = TYPES[NEW].states.values()
    for state in states:
        walk(state)
    assert found >= KINDS
    fields = [field for state in states for field in state.fields]
    assert any(field.nullable for field in fields)
    assert any(field.must_exist for field in fields)
    assert any(field.exists and not field.must_exist for field in fields)
    assert any(field.since for field in fields)
    assert any(state.unmigratable for state in states)
    assert any(state.dev_unplug_pending for state in states)
    for hook in ("pre_load", "post_load", "pre_save", "post_save"):
        assert any(getattr(state, hook) for state in states), hook
    assert len({state.priority for state in states}) > 1
    assert any(entry.handlers is not None and entry.handlers.save_state for entry in machine().registry)
    assert u64("now").kind.type in found
