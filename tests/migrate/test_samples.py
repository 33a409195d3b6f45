"""What is made of the numbers that are measured of a migration."""

from __future__ import annotations

from snapmgr.migrate.samples import COLUMNS, Samples, waits


def test_nobody_waits_for_a_page_while_none_comes_or_when_all_have() -> None:
    samples = Samples()
    for time, waited, requests in ((0.0, 0, 0), (0.1, 2, 1), (0.2, 2, 3), (0.3, 2, 3), (0.4, 9, 3), (0.5, 7, 3)):
        samples.add(**{**dict.fromkeys(COLUMNS, 0.0), "time": time, "waited": waited, "requests": requests})
    assert waits(samples, 0.45).tolist() == [0, 2, 2, 0, 9, 0] and waits(samples, None)[-1] == 7
