"""The table of run states, over the whole product."""

from __future__ import annotations

import itertools

import pytest

from snapmgr.machine.runstate import TRANSITIONS, IllegalRunState, RunState, move, needs_reset

# written out as in softmmu/runstate.c: state, then every state that may follow
ALLOWED = {
    "debug": "running finish-migrate prelaunch suspended",
    "inmigrate": "internal-error io-error paused running shutdown suspended watchdog guest-panicked finish-migrate "
    "prelaunch postmigrate colo",
    "internal-error": "paused finish-migrate prelaunch",
    "io-error": "running finish-migrate prelaunch",
    "paused": "running finish-migrate postmigrate prelaunch colo",
    "postmigrate": "running finish-migrate prelaunch",
    "prelaunch": "running finish-migrate inmigrate",
    "finish-migrate": "running paused postmigrate prelaunch colo",
    "restore-vm": "running prelaunch",
    "colo": "running prelaunch shutdown",
    "running": "debug internal-error io-error paused finish-migrate restore-vm save-vm shutdown watchdog "
    "guest-panicked colo suspended",
    "save-vm": "running",
    "shutdown": "paused finish-migrate prelaunch colo",
    "suspended": "running finish-migrate prelaunch colo",
    "watchdog": "running finish-migrate prelaunch colo",
    "guest-panicked": "running finish-migrate prelaunch",
}


def test_every_state_is_in_the_table():
    assert {state.value for state in RunState} == set(ALLOWED)


@pytest.mark.parametrize(("start", "end"), list(itertools.product(RunState, RunState)))
def test_a_move_is_allowed_exactly_where_qemu_allows_it(start, end):
    if start is end or end.value in ALLOWED[start.value].split():
        assert move(start, end) is end
        return
    with pytest.raises(IllegalRunState) as caught:
        move(start, end)
    assert caught.value.qemu == f"invalid runstate transition: '{start.value}' -> '{end.value}'"


def test_the_table_leads_where_it_says():
    assert all(result is end for (_, end), result in TRANSITIONS.items())


def test_only_a_dead_guest_needs_a_reset():
    assert {state.value for state in RunState if needs_reset(state)} == {"internal-error", "shutdown"}
