"""One after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ui.shell.turns import Turns


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
