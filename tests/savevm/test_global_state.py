"""The run state that travels (migration/global_state.c)."""

from __future__ import annotations

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.savevm.global_state import GlobalState, register_global_state
from tests.savevm.host import TestHost, load_all, saved
from tests.savevm.streams import EOF

STATES = ("running", "paused", "prelaunch")


def machine(**options: object) -> tuple[TestHost, GlobalState]:
    host = TestHost(**{"suppress_vmdesc": True} | options)
    state, entry = register_global_state(host, STATES)
    assert (entry.idstr, entry.instance_id) == ("globalstate", 0)
    return host, state


def test_the_run_state_travels() -> None:
    host, state = machine()
    state.store("prelaunch")
    stream = saved(host)
    section = bytes.fromhex("04 00000000 0b") + b"globalstate" + bytes.fromhex("00000000 00000001 0000000a")
    assert stream[17:] == section + b"prelaunch".ljust(100, b"\0") + bytes.fromhex("7e 00000000") + EOF
    assert "migrate_global_state_pre_save state=prelaunch" in host.traced()
    other, received = machine()
    assert received.received is None
    load_all(other, stream)
    assert received.received == "prelaunch"
    assert "migrate_global_state_post_load state=prelaunch" in other.traced()


def test_an_unknown_run_state_is_refused() -> None:
    host, state = machine()
    state.store("dancing")
    other, _ = machine()
    with pytest.raises(SnapmgrError):
        load_all(other, saved(host))
    assert other.errors == [
        "invalid parameter value: dancing",
        "error while loading state for instance 0x0 of device 'globalstate'",
    ]


@pytest.mark.parametrize(
    ("run_state", "optional", "mandatory"),
    [("running", False, True), ("paused", False, True), ("prelaunch", True, True), ("", True, True)],
)
def test_what_goes_without_saying_is_left_out_where_it_is_optional(
    run_state: str, optional: bool, mandatory: bool
) -> None:
    for store, needed in ((False, optional), (True, mandatory)):
        host, state = machine(store_global_state=store)
        state.store(run_state)
        assert (b"globalstate" in saved(host)) is needed


def test_a_name_without_room_is_refused_and_the_old_one_stays() -> None:
    host, state = machine()
    state.store("paused")
    state.store("x" * 99)
    with pytest.raises(SnapmgrError):
        state.store("y" * 100)
    assert host.errors == [f"runstate name too big: {'x' * 99}"]
    assert host.traced() == ["migrate_state_too_big"]
    assert state.name == "x" * 99


def test_a_name_that_fills_its_room_is_read_without_its_last_byte() -> None:
    _, state = machine()
    state.runstate = b"z" * 100
    assert state.name == "z" * 99


def test_xens_tools_have_stopped_a_guest_that_runs() -> None:
    _, state = machine()
    state.store_running()
    assert state.name == "running"
