"""No migration of any test here goes from a state to one that may not follow it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from snapmgr.migrate.arriving import Arriving
from snapmgr.migrate.steps import Steps
from snapmgr.savevm.status import MigrationStatus
from tests.migrate.moves import OURS, OURS_INCOMING


@pytest.fixture(autouse=True)
def moves(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[str, str]]]:
    """Those of the sources until now."""
    sources: set[tuple[str, str]] = set()
    destinations: set[tuple[str, str]] = set()
    go, tell = Steps._set_status, Arriving._tell

    def went(self: Steps, status: MigrationStatus) -> None:
        sources.add((self.statistics.status.value, status.value))
        go(self, status)

    def told(self: Arriving, status: MigrationStatus) -> None:
        if self._status is not status:
            destinations.add((self._status.value, status.value))
        tell(self, status)

    monkeypatch.setattr(Steps, "_set_status", went)
    monkeypatch.setattr(Arriving, "_tell", told)
    yield sources
    assert sources <= OURS, f"no source of ours goes {sources - OURS}"
    assert destinations <= OURS_INCOMING, f"no destination of ours goes {destinations - OURS_INCOMING}"
