"""One after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ui.shell.turns import Turns, TurnsOf


def test_nobody_begins_before_the_one_before_is_done(drive: Callable[..., Any]) -> None:
    turns, seen = Turns(), []

    async def work(name: str) -> None:
        async with turns:
            seen.append(f"{name} in")
            await asyncio.sleep(0)
            seen.append(f"{name} out")

    async def scene() -> None:
        tasks = [asyncio.ensure_future(work(name)) for name in "abcd"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.wait(tasks)

    drive(scene())
    assert seen == [f"{name} {what}" for name in "acd" for what in ("in", "out")]


def test_turns_of_several_things_wait_only_for_what_they_share() -> None:
    async def test() -> None:
        turns, order, free = TurnsOf(), [], asyncio.Event()

        async def take(name: str, things: list[str], until: asyncio.Event | None = None) -> None:
            async with turns.all_of(things):
                order.append(name)
                if until is not None:
                    await until.wait()

        first = asyncio.ensure_future(take("a b", ["a", "b"], free))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(take("b a", ["b", "a", "b"]))
        await take("c", ["c"])
        await asyncio.sleep(0)
        assert order == ["a b", "c"] and not second.done()
        free.set()
        await asyncio.gather(first, second)
        assert order == ["a b", "c", "b a"]

    asyncio.run(test())
