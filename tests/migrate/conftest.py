"""No migration of any test here goes from a state to one that may not follow it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from snapmgr.machine.machine import Machine
from snapmgr.migrate import arriving, destination, incoming
from snapmgr.migrate.steps import Steps
from snapmgr.savevm.status import MigrationStatus
from tests.migrate.moves import OURS, OURS_INCOMING


@pytest.fixture(autouse=True)
def moves(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[str, str]]]:
    """Those of the sources until now."""
    sources: set[tuple[str, str]] = set()
    destinations: set[tuple[str, str]] = set()
    go, tell = Steps._set_status, incoming.set_incoming

    def went(self: Steps, status: MigrationStatus) -> None:
        sources.add((self.statistics.status.value, status.value))
        go(self, status)

    def told(machine: Machine, status: MigrationStatus) -> None:
        destinations.add((machine.incoming.status.value, status.value))
        tell(machine, status)

    monkeypatch.setattr(Steps, "_set_status", went)
    monkeypatch.setattr(destination, "set_incoming", told)
    monkeypatch.setattr(arriving, "set_incoming", told)
    yield sources
    assert sources <= OURS, f"no source of ours goes {sources - OURS}"
    assert destinations <= OURS_INCOMING, f"no destination of ours goes {destinations - OURS_INCOMING}"
