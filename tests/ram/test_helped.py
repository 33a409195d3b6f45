"""Threads that help one that does not keep up."""

from __future__ import annotations

import threading

import pytest

from snapmgr.ram.helped import BEHIND, Helped


@pytest.mark.timeout(60)
def test_another_thread_helps_once_much_waits() -> None:
    executor, entered, go = Helped(2, "copies"), threading.Semaphore(0), threading.Event()

    def hold() -> str:
        entered.release()
        assert go.wait(30)
        return threading.current_thread().name

    first = executor.submit(hold)
    assert entered.acquire(timeout=30)
    waiting = [executor.submit(hold) for _ in range(BEHIND)]
    assert not entered.acquire(timeout=0)  # one thread alone, and it is held
    waiting.append(executor.submit(hold))
    assert entered.acquire(timeout=30)  # which only another one can have begun
    go.set()
    names = {one.result(30) for one in (first, *waiting)}
    assert len(names) == 2
    executor.shutdown()


def test_all_is_carried_out_in_its_order_and_what_it_raises_is_told() -> None:
    executor, done = Helped(1, "copies"), list[int]()
    with executor:
        failed = executor.submit(lambda: 1 // 0)
        assert list(executor.map(lambda number: number * 2, range(20))) == list(range(0, 40, 2))
        for number in range(20):
            executor.submit(done.append, number)
    assert done == list(range(20))
    with pytest.raises(ZeroDivisionError):
        failed.result()
