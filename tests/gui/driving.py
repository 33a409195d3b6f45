"""Waiting for the window in tests that do what a person does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ui.main_window import MainWindow

Drive = Callable[..., Any]


async def settle(window: MainWindow) -> None:
    for _ in range(5):
        await asyncio.sleep(0)
    await window.context.tasks.idle()
    for _ in range(5):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something is so (the test's time limit ends a wait in vain)."""
    while not condition():
        await asyncio.sleep(0.005)
