"""Streams that somebody damaged: refused with a typed error, or loaded into a machine that goes on as any other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.errors import SnapmgrError
from snapmgr.machine.saving import load
from tests.machine.rig import contents, machine, registers, stream

SOURCE = machine("idle")
SOURCE.advance(31)
DATA = stream(SOURCE)
DEVICES = range(DATA.index(b"demo-iommu") - 10, DATA.index(b"globalstate"))
VARIABLES = range(100, 4096)
"""Near the start of the stream lie the guest's variables."""

MUTATION = st.tuples(st.sampled_from(DEVICES) | st.sampled_from(VARIABLES), st.integers(0, 255))


@settings(max_examples=60, deadline=None)
@given(st.lists(MUTATION, min_size=1, max_size=4))
def test_damage_is_a_typed_error_or_a_machine_that_works(mutations):
    data = bytearray(DATA)
    for offset, value in mutations:
        data[offset] = value
    target = machine("idle", disks=contents(SOURCE))
    try:
        load(target, [bytes(data)])
        target.advance(6)
        stream(target)
    except SnapmgrError as error:
        assert error.code
    target.state()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("clock.now", -20_000_000),
        ("irq.pending", 1 << 16),
        ("irq.in_service", 16),
        ("timer.period", -1),
        ("uart.head", 64),
        ("uart.count", 65),
        ("display.brightness", 101),
        ("nic.head", 8),
    ],
)
def test_registers_that_make_no_sense_are_refused(path, value):
    source = machine("idle")
    source.advance(5)
    name, attribute = path.split(".")
    setattr(dict(source.board.devices())[name], attribute, value)
    with pytest.raises(SnapmgrError):
        stream(source)
    assert dict(registers(source))[path] == value
