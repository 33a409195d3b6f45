"""Views in the smallest window with text of 150 %, and in the narrow one of 1024×700."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from ui import shots_changes, shots_demo, shots_inspector, shots_snapshots
from ui.shots import SHOTS, Stage
from ui.theme.tokens import SMALLEST

BODY = 20
NARROW = (1024, 700)


def tight(
    name: str, *, narrow: bool = False, **facts: Any
) -> Callable[[Callable[[Stage], Coroutine[Any, Any, None]]], object]:
    """A picture of the smallest window with large text; with ``narrow`` also one of the narrow window."""

    def declare(run: Callable[[Stage], Coroutine[Any, Any, None]]) -> object:
        async def with_large_text(stage: Stage) -> None:
            stage.context.settings.set("appearance.font_size", BODY)
            await stage.settled()
            await run(stage)

        for prefix, size in (("tight", SMALLEST), *([("narrow-text-150", NARROW)] if narrow else [])):
            SHOTS.add(f"{prefix}-{name}", size=size, **facts)(with_large_text)
        return run

    return declare


@tight("start", narrow=True)
async def start(stage: Stage) -> None:
    """First run."""


@tight("start-recents")
async def recents(stage: Stage) -> None:
    from ui.shots_shell import welcome_with_recents

    await welcome_with_recents(stage)


@tight("snapshots", narrow=True)
async def snapshots(stage: Stage) -> None:
    await _devbox(stage)


@tight("snapshots-table", narrow=True)
async def table(stage: Stage) -> None:
    await _devbox(stage)
    await stage.act("snapshot.view")


@tight("snapshots-details")
async def details(stage: Stage) -> None:
    await _devbox(stage)
    shots_snapshots.page(stage).show_details(True)


@tight("save-dialog")
async def save_dialog(stage: Stage) -> None:
    await _devbox(stage)
    await stage.act("snapshot.save")


@tight("load-confirm")
async def load_confirm(stage: Stage) -> None:
    stage.context.now = lambda: shots_snapshots.NOW
    await shots_changes.load_confirm(stage)


@tight("delete-several")
async def delete_several(stage: Stage) -> None:
    stage.context.now = lambda: shots_snapshots.NOW
    await shots_changes.delete_several(stage)


@tight("strip-running", narrow=True)
async def strip_running(stage: Stage) -> None:
    await _devbox(stage)
    shots_changes.strip_at(stage, 540)


@tight("strip-failed")
async def strip_failed(stage: Stage) -> None:
    stage.context.now = lambda: shots_snapshots.NOW
    await shots_changes.fail_one(stage)


@tight("pseudo-translated-load-confirm", pseudo=True)
async def pseudo_load_confirm(stage: Stage) -> None:
    stage.context.now = lambda: shots_snapshots.NOW
    await shots_changes.load_confirm(stage)


async def _devbox(stage: Stage) -> None:
    stage.context.now = lambda: shots_snapshots.NOW
    await shots_snapshots.open_devbox(stage)


@tight("inspector-problems", narrow=True)
async def problems(stage: Stage) -> None:
    """A stream that does not load."""
    await stage.open(await shots_inspector.stray_field(stage))


@tight("inspector-devices")
async def devices(stage: Stage) -> None:
    await stage.open(stage.demo)


@tight("inspector-records", narrow=True)
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


@tight("inspector-problems-open")
async def problems_open(stage: Stage) -> None:
    await stage.open(await shots_inspector.stray_field(stage))
    await stage.act("stream.problems")


@tight("inspector-go-to")
async def go_to(stage: Stage) -> None:
    await stage.open(stage.demo)
    await stage.act("stream.go_to")


@tight("inspector-bytes-alone")
async def bytes_alone(stage: Stage) -> None:
    await stage.open(stage.demo)
    await stage.act("stream.pane_structure")


@tight("inspector-empty")
async def inspector_empty(stage: Stage) -> None:
    await stage.act("view.inspector")


@tight("snapshots-empty")
async def snapshots_empty(stage: Stage) -> None:
    await stage.act("view.snapshots")


@tight("migration")
async def migration(stage: Stage) -> None:
    await stage.act("view.migration")


@tight("palette")
async def palette(stage: Stage) -> None:
    await stage.act("tools.palette")


@tight("demo-machine", narrow=True)
async def demo_machine(stage: Stage) -> None:
    await shots_demo.demo_at(stage, 400)


@tight("snapshots-10000", narrow=True)
async def ten_thousand(stage: Stage) -> None:
    stage.context.now = lambda: shots_snapshots.NOW
    await shots_snapshots.ten_thousand(stage)
    await stage.act("snapshot.view")


@tight("pseudo-translated-start", pseudo=True)
async def pseudo_start(stage: Stage) -> None:
    """Every text 60 % longer: the menus that have no room are behind a button."""


@tight("pseudo-translated-inspector", pseudo=True)
async def pseudo_inspector(stage: Stage) -> None:
    await stage.open(stage.demo)


@tight("pseudo-translated-snapshots", pseudo=True)
async def pseudo_snapshots(stage: Stage) -> None:
    await _devbox(stage)


@tight("right-to-left", right_to_left=True)
async def right_to_left(stage: Stage) -> None:
    await stage.open(await shots_inspector.stray_field(stage))
