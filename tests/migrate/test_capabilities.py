"""Capabilities that change when a migration goes on, or what it needs; refusals are in the words of QEMU 11.1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from snapmgr.errors import SnapmgrError, UsageError
from snapmgr.machine.runstate import RunState
from snapmgr.migrate.model import Parameters, Statistics
from snapmgr.migrate.together import ZERO_COPY, check, check_zero_copy
from snapmgr.savevm.status import MigrationStatus as S
from snapmgr.trace.events import TraceEvent
from tests.migrate.rig import Pair

ACK = "return-path switchover-ack"
FAST = Parameters(max_bandwidth=0)


class Names:
    def __init__(self) -> None:
        self.told: list[str] = []

    def put(self, event: TraceEvent) -> None:
        self.told.append(str(event))


def test_the_switchover_waits_for_the_destination() -> None:
    pair, heard = Pair("idle", capabilities=ACK), Names()
    pair.source.trace.listen(heard)
    assert pair.move(FAST).status is S.COMPLETED and pair.running == ["destination"]
    acked = heard.told.index("source_return_path_thread_switchover_acked")
    assert acked < heard.told.index("migrate_set_state new_state=device")


@pytest.mark.parametrize("runs", [True, False])
def test_without_its_word_the_guest_goes_on_here(runs: bool) -> None:
    """A destination that does not know the capability says nothing; one that stands still need not wait for it."""
    pair, looks = Pair("idle", capabilities=ACK), 0
    pair.destination.options.capabilities = {"return-path"}

    def show(statistics: Statistics) -> None:
        nonlocal looks
        looks += not outgoing.remaining and statistics.status is S.ACTIVE
        if looks == 3 and outgoing.statistics.status is S.ACTIVE:
            outgoing.cancel()

    outgoing = pair.prepare(FAST, show=show)
    assert pair.move(run=runs).status is (S.CANCELLED if runs else S.COMPLETED)
    assert pair.running == (["source"] if runs else [])


def test_a_link_that_breaks_meanwhile_is_noticed() -> None:
    pair = Pair("idle", capabilities=ACK)
    pair.destination.options.capabilities = {"return-path"}

    def show(statistics: Statistics) -> None:
        if statistics.status is S.ACTIVE and not outgoing.remaining:
            pair.link.cut()

    outgoing = pair.prepare(FAST, show=show)
    assert pair.move().status is S.FAILED and pair.running == ["source"]


@pytest.mark.parametrize("late", [True, False])
def test_disks_are_taken_over_by_whoever_has_it_go_on(late: bool) -> None:
    """Where the guest does not run by itself."""
    pair = Pair("idle", capabilities="late-block-activate" * late)
    pair.receiving = {"autostart": False}
    assert pair.move(FAST).status is S.COMPLETED and pair.destination.run_state is RunState.PAUSED
    disk = pair.destination.board.disks[0]
    assert disk.active is not late
    pair.destination.start()
    assert disk.active
    running = Pair("idle", capabilities="late-block-activate")
    assert running.move(FAST).status is S.COMPLETED and running.destination.board.disks[0].active


def test_zero_copy_is_for_pages_as_they_are() -> None:
    names = {"multifd", "zero-copy-send"}
    check_zero_copy(names)
    check_zero_copy({"multifd"}, compression="zlib", tls=True)
    for more in ({"tls": True}, {"compression": "zstd"}):
        with pytest.raises(SnapmgrError) as refused:
            check_zero_copy(names, **more)  # type: ignore[arg-type]
        assert refused.value.qemu == ZERO_COPY
    pair = Pair("idle", capabilities="multifd zero-copy-send")
    for parameters in (replace(FAST, tls_creds="/pki"), replace(FAST, multifd_compression="zlib")):
        outgoing = pair.prepare(parameters, beside=[pair.second.source])
        with pytest.raises(SnapmgrError, match="zero-copy-send"):
            outgoing.run()
        assert outgoing.statistics.status is S.NONE


@pytest.mark.parametrize("name", ["release-ram", "block"])
def test_what_we_do_not_do_is_not_taken(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is not offered"):
        check({name})
