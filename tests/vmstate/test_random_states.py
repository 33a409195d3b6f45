"""What holds for every declaration: saving and loading agree, whatever the chunking, the cut or the damage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapmgr.vmstate.describe import describe
from snapmgr.vmstate.dump import dump, dump_text
from snapmgr.vmstate.dumpfile import parse_dump
from snapmgr.vmstate.failure import VMStateError
from snapmgr.vmstate.from_description import from_description
from snapmgr.vmstate.load import StateReader, load_bytes
from snapmgr.vmstate.repeated import as_object, json_text
from snapmgr.vmstate.save import save_state
from snapmgr.vmstate.tree import FieldKind, FieldValue
from snapmgr.vmstate.vmdesc import parse_state
from snapmgr.vmstate.walk import decode
from tests.strategies import CHUNK_SIZES, chunked
from tests.vmstate.random_states import Made, states
from tests.vmstate.states import Thing, fed, saved

SLOW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def same(one: Any, other: Any) -> bool:
    """Values that would be saved alike, numpy or not."""
    if isinstance(one, Thing):
        return all(same(value, getattr(other, name)) for name, value in vars(one).items())
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.tolist() == other.tolist()
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@SLOW
@given(states())
def test_what_was_saved_loads_and_saves_again(made: Made) -> None:
    data = saved(made.state, made.target)
    thing = made.blank()
    assert load_bytes(made.state, thing, data) == len(data)
    assert saved(made.state, thing) == data
    for entry in (field for field in made.state.fields if field.path):
        assert same(entry.get(made.target), entry.get(thing)), entry.name


@SLOW
@given(states(), CHUNK_SIZES)
def test_chunking_does_not_matter(made: Made, sizes: list[int]) -> None:
    data = saved(made.state, made.target)
    thing = made.blank()
    stream = data + b"\x7e\0\0\0\0"
    done = fed(StateReader(made.state, thing, made.state.version), chunked(stream, sizes), offset=77)
    assert done.event is not None and (done.event.offset, done.event.length) == (77, len(data))
    assert saved(made.state, thing) == data


@SLOW
@given(states())
def test_every_cut_is_a_typed_error_or_leaves_bytes(made: Made) -> None:
    """Bytes that a load does not take are of a subsection's name that is not whole.

    QEMU looks for a subsection without taking its bytes, so what follows it in the description (the next element of an
    array) takes them as its own: vmstate_subsection_load() of migration/vmstate.c.
    """
    data = saved(made.state, made.target)
    for end in {0, 1, len(data) // 3, len(data) // 2, len(data) - 1} - {len(data)}:
        if not 0 <= end < len(data):
            continue
        try:
            taken = load_bytes(made.state, made.blank(), data[:end])
        except VMStateError as error:
            assert error.offset is not None and 0 <= error.offset <= end and error.version is not None
            continue
        assert taken == end or any(
            data[at] == 5 and at < end < at + 2 + data[at + 1] for at in range(max(0, end - 257), taken + 1)
        )


@SLOW
@given(states(), st.data())
def test_damage_is_a_typed_error_or_other_values(made: Made, data: st.DataObject) -> None:
    damaged = bytearray(saved(made.state, made.target))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    thing = made.blank()
    try:
        taken = load_bytes(made.state, thing, bytes(damaged))
    except VMStateError as error:
        assert error.code and error.offset is not None and error.offset <= len(damaged)
        assert isinstance(error.field, str) and all(isinstance(line, str) for line in error.reports)
    else:
        assert taken <= len(damaged)
        with suppress(VMStateError):  # a blank object may not be one that can be saved
            save_state(made.state, thing, bytearray())


@SLOW
@given(states())
def test_the_description_decodes_to_what_the_registry_says(made: Made) -> None:
    """Every named value of the tree is found under the same name, and covers the bytes that saving it alone gives."""
    section = describe(made.state, made.target)
    assert not section.faults and section.end_offset == len(section.payload)
    top = {child.name: child for child in section.children if child.kind is not FieldKind.SUBSECTION}
    assert list(top) == [field.name for field in made.state.fields]
    for field in made.state.fields:
        alone = type(made.state)("alone", made.state.version, fields=(field,))
        assert section.raw(top[field.name]) == saved(alone, made.target), field.name
    assert same_numbers(section.children, section, made.target)


def same_numbers(children: Any, section: Any, target: Any) -> bool:
    """Single whole numbers, as read from the bytes by the description."""
    for child in children:
        value = getattr(target, child.name, None)
        if isinstance(value, int) and not isinstance(value, bool) and child.type.startswith(("uint", "int", "timer")):
            signed = not child.type.startswith("u")
            assert int.from_bytes(section.raw(child), signed=signed) == value, child.name
        elif isinstance(value, Thing) and child.kind is FieldKind.STRUCT:
            assert same_numbers(child.children, section, value)
    return True


def leaves(children: Any) -> Iterator[FieldValue]:
    for child in children:
        below = child.children
        if below:
            yield from leaves(below)
        else:
            yield child


@SLOW
@given(states())
def test_leaves_of_the_tree_cover_every_byte_once(made: Made) -> None:
    section = describe(made.state, made.target)
    at = 0
    for leaf in leaves(section.children):
        assert leaf.offset >= at
        at = leaf.offset + leaf.length
    assert at <= len(section.payload)


@SLOW
@given(states())
def test_a_state_made_from_the_description_is_as_good(made: Made) -> None:
    out = bytearray()
    description = save_state(made.state, made.target, out)
    text = json_text(description)
    assert json.loads(text, object_pairs_hook=as_object) == description
    again = from_description(parse_state(json.loads(text, object_pairs_hook=as_object)))
    values = again.make()
    assert load_bytes(again.state, values, bytes(out)) == len(out)
    copy = bytearray()
    assert json_text(save_state(again.state, values, copy)) == text
    assert copy == out


@SLOW
@given(states())
def test_layout_by_the_description_ends_where_the_bytes_do(made: Made) -> None:
    out = bytearray()
    described = parse_state(save_state(made.state, made.target, out))
    if not any(field.kind.type == "capability" for field in made.state.fields):
        assert described.length == len(out)
    assert decode(described, bytes(out)).end_offset == len(out)


@SLOW
@given(states())
def test_any_declaration_can_be_dumped(made: Made) -> None:
    value = dump("m", {"d": made.state}, counts=True)
    assert parse_dump(dump_text(value)) == value


@pytest.mark.parametrize("size", [1 << 16, 1 << 20])
def test_large_arrays_take_no_step_per_element(size: int) -> None:
    """A Python step per element would show as that many calls."""
    import sys

    from snapmgr.vmstate import fields as f
    from snapmgr.vmstate.state import VMState

    declared = VMState("big", fields=(f.array(f.u32("a"), size),))
    calls = 0

    def count(*_: Any) -> None:
        nonlocal calls
        calls += 1

    thing = Thing(a=np.arange(size, dtype="u4"))
    sys.setprofile(count)
    try:
        data = saved(declared, thing)
        load_bytes(declared, thing, data)
    finally:
        sys.setprofile(None)
    assert len(data) == 4 * size and calls < 2000
