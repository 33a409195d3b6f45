"""The states of a migration: which follow each other in QEMU, and that ours do what they may, all of it and no more."""

from __future__ import annotations

import itertools

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.link import Link
from snapmgr.migrate.model import Parameters
from snapmgr.migrate.source import Outgoing
from snapmgr.savevm.handlers import Handlers
from snapmgr.savevm.status import MigrationStatus as S
from snapmgr.trace.events import TraceEvent
from tests.migrate.colo_rig import ColoPair
from tests.migrate.moves import BEYOND, OURS, OURS_INCOMING, QEMU, SEEN, SEEN_INCOMING
from tests.migrate.rig import Pair

SLOW = 1 << 14
"""Bytes a second: it waits for what is asked of it next."""


@pytest.mark.parametrize("release", SEEN)
def test_what_qemus_did_is_in_the_table(release: str) -> None:
    for states in SEEN[release]:
        for move in itertools.pairwise(["none", *states.split()]):
            assert move in QEMU[release], move


def test_ours_do_nothing_that_qemu_may_not() -> None:
    assert OURS - QEMU["11.1"] == BEYOND


def test_the_enum_has_every_state_of_theirs() -> None:
    names = {state for moves in QEMU.values() for move in moves for state in move}
    assert names == {status.value for status in S}


@pytest.mark.parametrize("release", SEEN_INCOMING)
def test_what_qemus_destinations_did_ours_may(release: str) -> None:
    for states in SEEN_INCOMING[release]:
        went = [state for state in states.split() if state != "postcopy-device"]
        ours = {(old, new) for old, new in OURS_INCOMING if "postcopy-device" not in (old, new)}
        ours |= {("active", "postcopy-active")}
        assert set(itertools.pairwise(["none", *went])) <= ours


def test_a_destination_says_what_it_is_doing() -> None:
    """As QEMU's events MIGRATION do on that side."""

    def states(capabilities: str, **trouble: object) -> str:
        pair, heard = Pair("idle", capabilities=capabilities), Heard()
        pair.destination.trace.listen(heard)
        if trouble:
            pair.destination.options.machine = "demo-9"
        pair.move(Parameters(max_bandwidth=0, postcopy_after_passes=0))
        assert pair.destination.incoming.status.value == heard.states[-1]
        return " ".join(heard.states)

    assert states("") == "setup active completed"
    assert states("", refused=True) == "setup active failed"
    assert states("postcopy-ram") == "setup active postcopy-device postcopy-active completed"


@pytest.mark.parametrize("runs", [True, False])
def test_the_guest_stops_once(runs: bool) -> None:
    pair, heard = Pair("idle"), Heard()
    pair.source.trace.listen(heard)
    assert pair.move(Parameters(max_bandwidth=0), run=runs).status is S.COMPLETED
    assert heard.run_states[-2:] == ["finish-migrate", "postmigrate"] and heard.run_states.count("finish-migrate") == 1


class Heard:
    """The states that the events of one machine tell."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self.run_states: list[str] = []

    def put(self, event: TraceEvent) -> None:
        if event.name == "runstate_set":
            self.run_states.append(str(event["new_state_str"]))
        if event.name == "migrate_set_state":
            self.states.append(str(event["new_state"]))


def slow(downtime_limit: int = 0) -> Parameters:
    return Parameters(max_bandwidth=SLOW, max_postcopy_bandwidth=SLOW, downtime_limit=downtime_limit)


def in_postcopy(outgoing: Outgoing) -> None:
    outgoing.postcopy()
    outgoing.wait_for_run()


def refuses_to_be_cancelled(outgoing: Outgoing) -> None:
    status = outgoing.statistics.status
    with pytest.raises(SnapmgrError) as refused:
        outgoing.cancel()
    assert refused.value.qemu == "Postcopy migration in progress, cannot cancel."
    assert outgoing.statistics.status is status


def pause(outgoing: Outgoing) -> None:
    in_postcopy(outgoing)
    outgoing.pause()
    outgoing.wait_for(S.POSTCOPY_PAUSED)


def recovered_in_the_second_try(pair: Pair, outgoing: Outgoing) -> None:
    torn = Link()
    torn.cut()
    pauses = outgoing.statistics.pauses
    outgoing.recover(torn.source)
    assert outgoing.wait_until(lambda: outgoing.statistics.pauses > pauses, 30)
    assert outgoing.wait_for(S.POSTCOPY_PAUSED, timeout=30)
    outgoing.parameters.max_postcopy_bandwidth = 0
    pair.recover(outgoing)


def stopped_before(pair: Pair, outgoing: Outgoing, name: str) -> None:
    """It waits before the switchover: the guest stands still, and its disks are still the source's."""
    if "postcopy" in name:
        outgoing.postcopy()
    assert outgoing.wait_for(S.PRE_SWITCHOVER, timeout=30) and not pair.running
    assert pair.source.run_state is RunState.FINISH_MIGRATE and pair.source.board.disks[0].active
    if "cancelled" in name:
        outgoing.cancel()
    elif "cut" in name:
        pair.link.cut()
    elif "refused" in name:
        pair.destination.options.machine = "demo-9"
        pair.source.board.disks[0]._device.flush = refusing  # type: ignore[union-attr, method-assign]
        outgoing.migrate_continue()
    else:
        outgoing.migrate_continue()


def refusing() -> None:
    raise SnapmgrError("disk", "the disk does not take it")


def moved(name: str) -> S:
    """Where one ends to which ``name`` happens."""
    postcopy = "postcopy" in name
    if name == "colo":
        return ColoPair().run(lambda pair: pair.outgoing and pair.outgoing.x_colo_lost_heartbeat()).status
    capabilities = "pause-before-switchover " * ("before" in name) + "postcopy-ram" * postcopy
    pair = Pair("idle", capabilities=capabilities,
                devices=("unplug",) if "unplug" in name else ())  # fmt: skip
    more = {"stopped": lambda: outgoing.cancel()} if name == "postcopy cancelled at once" else {}
    outgoing = pair.prepare(
        Parameters(max_bandwidth=0) if name in ("", "refused", "unplug") or "before" in name else slow(), **more
    )
    match name:
        case "unplug" | "unplug cancelled":
            pair.source.board.unplug.request(0, 1 << 60)
        case "refused":
            pair.destination.options.machine = "demo-9"
        case "postcopy refused":  # the destination does not know one of the devices in the package
            pair.source.registry.register_live("lonely", Handlers(save_state=lambda output: None), version_id=1)
        case "cut in setup":
            pair.link.cut()
        case "cancelled in setup":
            outgoing.cancel()

    def during(outgoing: Outgoing) -> None:
        if name in ("refused", "cut in setup", "cancelled in setup", ""):
            return
        if "before" in name:
            stopped_before(pair, outgoing, name)
            return
        outgoing.wait_for(S.WAIT_UNPLUG if "unplug" in name else S.ACTIVE)
        match name:
            case "unplug":
                pair.driver.order(lambda machine: machine.board.unplug.request(0, 0)).result(30)
            case "cancelled" | "unplug cancelled":
                outgoing.cancel()
            case "postcopy":
                outgoing.parameters.max_postcopy_bandwidth = 0
                in_postcopy(outgoing)
            case "postcopy cancelled at once" | "postcopy refused":
                outgoing.postcopy()
            case "postcopy given up":
                in_postcopy(outgoing)
                refuses_to_be_cancelled(outgoing)
                outgoing.abandon()
            case _:
                pause(outgoing)
                refuses_to_be_cancelled(outgoing)

    if name == "postcopy recovered":
        return pair.move(during=during, recover=lambda outgoing: recovered_in_the_second_try(pair, outgoing)).status
    status = pair.move(during=during).status
    if "before" in name:
        assert pair.running == ["destination" if status is S.COMPLETED else "source"], name
        with pytest.raises(SnapmgrError) as late:
            outgoing.migrate_continue()
        assert late.value.qemu == f"Migration not in expected state: {status.value}"
    return status


ENDS = {
    "": S.COMPLETED,
    "refused": S.FAILED,
    "cut in setup": S.FAILED,
    "cancelled in setup": S.CANCELLED,
    "cancelled": S.CANCELLED,
    "unplug": S.COMPLETED,
    "unplug cancelled": S.CANCELLED,
    "before, continued": S.COMPLETED,
    "before, postcopy": S.COMPLETED,
    "before, cancelled": S.CANCELLED,
    "before, cut": S.FAILED,
    "before, refused": S.FAILED,
    "colo": S.COMPLETED,
    "postcopy": S.COMPLETED,
    "postcopy cancelled at once": S.CANCELLED,
    "postcopy refused": S.FAILED,
    "postcopy given up": S.FAILED,
    "postcopy paused": S.FAILED,
    "postcopy recovered": S.COMPLETED,
}


def test_ours_make_every_move_that_is_theirs(moves: set[tuple[str, str]]) -> None:
    """What is in the table and never comes is not theirs; what is not in it and comes, fails any test here."""
    for name, end in ENDS.items():
        assert moved(name) is end, name
    assert moves == OURS, f"never seen: {OURS - moves}"
