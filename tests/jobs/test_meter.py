"""Progress of a job: over all phases, with a rate and the time that is left."""

from __future__ import annotations

from snapmgr.jobs.meter import JobMeter


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_phases_add_up_and_what_comes_later_counts() -> None:
    meter = JobMeter(Clock())
    meter.begin("trying", 1000)
    assert (meter.progress.current, meter.progress.total) == (0, 1000)
    meter.report(400, 1000)
    assert (meter.progress.current, meter.progress.total) == (400, 2000)
    meter.report(1000, 1000)
    meter.begin("disks", 1000)
    meter.report(64, 128)
    assert (meter.progress.current, meter.progress.total) == (1064, 2128)
    meter.begin("loading", 0)
    meter.report(500, 1000)
    assert (meter.progress.phase, meter.progress.current, meter.progress.total) == ("loading", 1564, 2064)
    meter.finish()
    assert (meter.progress.current, meter.progress.total, meter.progress.remaining) == (1564, 1564, 0.0)


def test_the_next_piece_of_a_phase_begins_at_a_smaller_number() -> None:
    meter = JobMeter(Clock())
    meter.begin("disks", 0)
    for done, total, current, whole in (
        (50, 100, 50, 100),
        (100, 100, 100, 100),
        (10, 80, 110, 180),
        (80, 80, 180, 180),
    ):
        meter.report(done, total)
        assert (meter.progress.current, meter.progress.total) == (current, whole)


def test_a_total_that_is_not_known_is_what_was_done() -> None:
    meter = JobMeter(Clock())
    meter.begin("x", 0)
    meter.report(70, 0)
    assert (meter.progress.current, meter.progress.total) == (70, 70)


def test_the_rate_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    meter = JobMeter(clock)
    meter.begin("x", 0)
    assert meter.progress.rate is None and meter.progress.remaining is None
    for second in range(1, 11):
        clock.now += 1
        meter.report(second * 100, 10_000)
    assert meter.progress.rate == 100 and meter.progress.remaining == 90
    for second in range(1, 11):
        clock.now += 1
        meter.report(1000 + second * 500, 10_000)
    assert meter.progress.rate == 500 and meter.progress.remaining == 8
