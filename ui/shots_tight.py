"""Views in the smallest window with text of 150 %."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from ui import shots_inspector, shots_snapshots
from ui.shots import SHOTS, Stage
from ui.theme.tokens import SMALLEST

BODY = 20


def tight(name: str) -> Callable[[Callable[[Stage], Coroutine[Any, Any, None]]], object]:
    """A picture of the smallest window with large text."""

    def declare(run: Callable[[Stage], Coroutine[Any, Any, None]]) -> object:
        async def with_large_text(stage: Stage) -> None:
            stage.context.settings.set("appearance.font_size", BODY)
            await stage.settled()
            await run(stage)

        SHOTS.add(f"tight-{name}", size=SMALLEST)(with_large_text)
        return run

    return declare


@tight("start")
async def start(stage: Stage) -> None:
    """First run."""


@tight("start-recents")
async def recents(stage: Stage) -> None:
    from ui.shots_shell import welcome_with_recents

    await welcome_with_recents(stage)


@tight("snapshots")
async def snapshots(stage: Stage) -> None:
    await _devbox(stage)


@tight("snapshots-table")
async def table(stage: Stage) -> None:
    await _devbox(stage)
    await stage.act("snapshot.view")


@tight("snapshots-details")
async def details(stage: Stage) -> None:
    await _devbox(stage)
    shots_snapshots.page(stage).show_details(True)


async def _devbox(stage: Stage) -> None:
    stage.context.now = lambda: shots_snapshots.NOW
    await shots_snapshots.open_devbox(stage)


@tight("inspector-problems")
async def problems(stage: Stage) -> None:
    """A stream that does not load."""
    await stage.open(await shots_inspector.stray_field(stage))


@tight("inspector-devices")
async def devices(stage: Stage) -> None:
    await stage.open(stage.demo)


@tight("inspector-records")
async def records(stage: Stage) -> None:
    await stage.open(stage.demo)
    await stage.act("stream.records")


@tight("inspector-ram")
async def ram(stage: Stage) -> None:
    await stage.open(stage.demo)
    await stage.act("stream.ram")


@tight("preferences")
async def preferences(stage: Stage) -> None:
    stage.context.settings.set("files.allow_roots", ("/var/lib/libvirt/images",))
    await stage.act("app.settings")
