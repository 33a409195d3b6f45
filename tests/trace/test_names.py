"""Events of savevm.c by name."""

from __future__ import annotations

import pytest

from snapmgr.trace.events import TraceEvent
from snapmgr.trace.names import traced


def test_arguments_have_qemus_names_in_qemus_order() -> None:
    event = traced("savevm_section_end", "ram", 2, -5, offset=100)
    assert event == TraceEvent("savevm_section_end", (("id", "ram"), ("section_id", 2), ("ret", -5)), 100)
    assert traced("savevm_state_setup") == TraceEvent("savevm_state_setup")


def test_a_name_or_a_number_of_arguments_that_qemu_does_not_have_is_refused() -> None:
    with pytest.raises(KeyError):
        traced("savevm_section_stop", "ram", 2)
    with pytest.raises(ValueError):
        traced("savevm_section_start", "ram")
