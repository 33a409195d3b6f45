"""The driver in a time of the test's own."""

from __future__ import annotations

import threading

import pytest

from snapmgr.errors import SnapmgrError
from snapmgr.machine.driver import MOST_BEHIND, Driver
from snapmgr.machine.runstate import RunState
from tests.machine.rig import machine


class Time:
    """A clock that moves when somebody waits, or is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def wait(self, event: threading.Event, seconds: float | None) -> None:
        if seconds is not None and not event.is_set():
            self.now += seconds


def start(**options):
    time, views = Time(), []
    source = machine("idle", disks=())
    driver = Driver(source, time, show=views.append, wait=time.wait, **options)
    driver.order(lambda machine: machine.start())
    return source, time, views, driver


def test_it_ticks_at_the_rate_that_was_asked_for():
    source, time, _, driver = start(rate=20)
    while time.now < 102.0:
        time.wait(threading.Event(), driver.step())
    assert source.tick in (40, 41)


def test_views_come_thirty_times_a_second_at_most():
    _, time, views, driver = start(rate=100)
    while time.now < 101.0:
        time.wait(threading.Event(), driver.step())
    assert 20 <= len(views) <= 31
    assert views[-1].run_state is RunState.RUNNING


def test_a_machine_that_stands_waits_for_orders():
    source, _, views, driver = start()
    driver.order(lambda machine: machine.stop())
    assert driver.step() is None
    assert source.run_state is RunState.PAUSED
    assert [view.run_state for view in views] == [RunState.PAUSED]


def test_what_a_slow_machine_missed_for_long_is_let_go():
    source, time, _, driver = start(rate=50)
    driver.step()
    before = source.tick
    time.now += 60
    driver.step()
    assert source.tick - before <= MOST_BEHIND * 50 + 1


def test_the_rate_can_be_changed():
    source, time, _, driver = start(rate=1)
    driver.step()
    driver.set_rate(10)
    before, until = source.tick, time.now + 1
    while time.now < until:
        time.wait(threading.Event(), driver.step())
    assert source.tick - before in (10, 11)


def test_an_order_that_fails_says_so_and_the_rest_goes_on():
    source, _, _, driver = start()
    failed = driver.order(lambda machine: machine.choose_workload("none of these"))
    done = driver.order(lambda machine: machine.tick)
    driver.step()
    with pytest.raises(KeyError):
        failed.result(0)
    assert done.result(0) == 0
    assert source.tick == 1


def test_it_works_in_a_thread_until_it_is_finished():
    source = machine("random")
    reached = threading.Event()
    time = Time()
    driver = Driver(source, time, rate=1000, show=lambda view: view.tick > 20 and reached.set(), wait=time.wait)
    worker = threading.Thread(target=driver.work)
    worker.start()
    driver.order(lambda machine: machine.start()).result(20)
    assert reached.wait(20)
    digest = driver.order(lambda machine: machine.digest()).result(20)
    driver.finish()
    worker.join(20)
    assert not worker.is_alive()
    assert len(digest) == 64


def test_a_disk_that_refuses_stops_the_machine_and_not_the_driver():
    source = machine()
    time, views = Time(), []
    driver = Driver(source, time, show=views.append, wait=time.wait)
    source.board.disks[0].device._read_only = True
    driver.order(lambda machine: machine.start())
    while driver.step() is not None:
        time.now += 0.02
    assert views[-1].run_state is RunState.IO_ERROR
    assert source.reports[-1].text == "this memory is for reading only"


def test_who_orders_too_late_is_told():
    _, _, _, driver = start()
    worker = threading.Thread(target=driver.work)
    driver.finish()
    worker.start()
    worker.join()
    with pytest.raises(SnapmgrError, match="the machine has ended"):
        driver.order(lambda machine: machine.tick).result(0)


def test_a_worker_that_breaks_leaves_nobody_waiting():
    def broken(view):
        driver.order(lambda machine: late.append(machine.tick))
        raise RuntimeError("the view is gone")

    late = []
    driver = Driver(machine("idle", disks=()), Time(), show=broken)
    first = driver.order(lambda machine: machine.start())
    with pytest.raises(RuntimeError, match="the view is gone"):
        driver.work()
    assert first.done() and late == [] and not driver._orders
    with pytest.raises(SnapmgrError, match="the machine has ended"):
        driver.order(lambda machine: machine.tick).result(0)


def test_what_was_missed_is_let_go_sooner_where_that_is_asked_for_and_looked_at_between_two_ticks():
    source, time, views, driver = start(rate=50, most_behind=0.11)
    driver.step()
    before, seen, run = source.tick, len(views), source.run

    def long(ticks: int) -> None:
        run(ticks)
        time.now += 0.5

    source.run = long
    time.now += 60
    driver.step()
    assert source.tick - before == 6
    assert [view.tick for view in views[seen:]] == list(range(before + 1, before + 7))
