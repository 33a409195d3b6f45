"""What can be done with the demo machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.models.source_list import DEMO
from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.shell.question import ask
from ui.snapshots.actions import VIEW, page_of
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.snapshots.demo import Demo

ACTIONS = Actions()


def demo_of(context: WindowContext) -> Demo | None:
    """The demo machine where it is on show."""
    page = page_of(context)
    return page.demo if page is not None and page.on_show == DEMO else None


def on_show(context: WindowContext) -> str:
    demo = demo_of(context)
    return "" if demo is not None and demo.machine.exists else tr("The demo machine is not on show")


@ACTIONS.add("demo.start", later("Demo machine"), icon="desktop-tower", menu=Menu.TOOLS, group=1)
def start(context: WindowContext) -> None:
    """Start the built-in machine, or go to it; no QEMU is needed."""
    context.show_view(VIEW)
    page = page_of(context)
    if page is not None:
        page.show_demo()


@ACTIONS.add("demo.run", later("Run or pause"), keys="F9", icon="play", menu=Menu.TOOLS, group=1, view=VIEW,
             enabled=on_show)  # fmt: skip
async def run_or_pause(context: WindowContext) -> None:
    """Let the demo machine run, or have it stand still."""
    demo = demo_of(context)
    if demo is not None:
        await (demo.machine.pause() if demo.machine.is_running else demo.machine.run_on())


@ACTIONS.add("demo.step", later("Step"), keys="Shift+F9", icon="skip-forward", menu=Menu.TOOLS, group=1, view=VIEW,
             enabled=on_show)  # fmt: skip
async def step(context: WindowContext) -> None:
    """Let one tick pass; the machine stands still afterwards."""
    demo = demo_of(context)
    if demo is not None:
        await demo.machine.step()


@ACTIONS.add("demo.inspect", later("Inspect stream"), icon="tree-structure", menu=Menu.TOOLS, group=1, view=VIEW,
             enabled=on_show)  # fmt: skip
async def inspect(context: WindowContext) -> None:
    """Open the demo machine's state, as it is now, in the Inspector."""
    demo = demo_of(context)
    if demo is not None:
        await demo.inspect()


@ACTIONS.add("demo.reset", later("Reset…"), icon="arrow-counter-clockwise", menu=Menu.TOOLS, group=1, view=VIEW,
             enabled=on_show)  # fmt: skip
def reset(context: WindowContext) -> None:
    """Begin anew, as after power on; asks first."""
    demo = demo_of(context)
    if demo is None:
        return
    said = tr("Its guest begins anew, and what is in its RAM now is lost. Its disks stay as they are.")
    title, keep, do = tr("Reset the demo machine?"), tr("Keep it as it is"), tr("Reset machine")
    ask(context, title, said, keep=keep, do=do, then=demo.machine.reset)


@ACTIONS.add("demo.end", later("End demo machine…"), icon="power", menu=Menu.TOOLS, group=1, view=VIEW,
             enabled=on_show)  # fmt: skip
def end(context: WindowContext) -> None:
    """Take the demo machine away; asks first."""
    demo = demo_of(context)
    if demo is None:
        return
    said = tr("What is in its RAM is lost. The next one begins anew.")
    title, keep, do = tr("End the demo machine?"), tr("Keep machine"), tr("End machine")
    ask(context, title, said, keep=keep, do=do, then=demo.end)
