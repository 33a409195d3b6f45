"""Who sees to a postcopy that has paused is there whenever it does."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from snapmgr.migrate.tending import tend
from snapmgr.savevm.status import MigrationStatus as Status


class Pausing:
    """A migration that pauses once; whoever waits is woken before its status says so, as anybody may wake them."""

    def __init__(self) -> None:
        self.statistics = SimpleNamespace(status=Status.POSTCOPY_ACTIVE, pauses=0)

    def wait_until(self, reached: Callable[[], bool]) -> None:
        if self.statistics.pauses:
            self.statistics.status = Status.COMPLETED
            return
        self.statistics.pauses = 1
        if not reached():
            self.statistics.status = Status.POSTCOPY_PAUSED
            assert reached()


def test_whoever_is_woken_too_early_waits_on() -> None:
    outgoing, recovered = Pausing(), []

    def recover() -> None:
        recovered.append(outgoing.statistics.status)
        outgoing.statistics.status = Status.POSTCOPY_RECOVER

    tend(outgoing, recover, 1)  # type: ignore[arg-type]
    assert recovered == [Status.POSTCOPY_PAUSED]
