"""Pictures of the demo machine in the Snapshots view."""

from __future__ import annotations

from ui.shots import NOW, SHOTS, Stage
from ui.shots_snapshots import page, select

HOUR = 3600


async def demo_at(stage: Stage, tick: int) -> None:
    """The demo machine on show, standing at a tick, however fast this computer is."""
    await stage.act("demo.start")
    machine = page(stage).demo.machine
    await machine.pause()
    await machine.reset()
    await machine.choose_workload("hotspot")
    await machine.order(lambda own: own.advance(tick - own.tick) if own.tick < tick else None)
    await stage.until(lambda: machine.view is not None and machine.view.tick >= tick)
    await stage.settled()


async def saved(stage: Stage, name: str, ago: float, ticks: int, *, note: str = "", disks: int = 2) -> None:
    """A snapshot as the dialog saves it, so many seconds ago; the machine goes on for some ticks."""
    from ui.snapshots.save_dialog import SaveDialog

    machine, now = page(stage).demo.machine, stage.context.now
    stage.context.now = lambda: NOW - ago
    await stage.act("snapshot.save")
    dialog = stage.window.findChild(SaveDialog)
    assert dialog is not None
    dialog.name.edit.setText(name)
    dialog.note.setPlainText(note)
    for box in list(dialog.disks.values())[disks:]:
        box.setChecked(False)
    dialog.accept()
    await stage.settled()
    stage.context.now = now
    await machine.step(ticks)
    await stage.settled()


async def family(stage: Stage) -> None:
    """It went back to its first snapshot and was saved again: a branch, and the line from Now."""
    await demo_at(stage, 200)
    await saved(stage, "fresh", 51 * HOUR, 150, note="as it came up")
    await saved(stage, "before the update", 26 * HOUR, 150)
    await saved(stage, "with the update", 25 * HOUR, 100, note="half of the packets are lost")
    await saved(stage, "root alone", 20 * HOUR, 10, disks=1)
    await select(stage, "before the update")
    await load(stage)
    await page(stage).demo.machine.step(120)
    await saved(stage, "another day", 2 * HOUR, 90)
    page(stage).jobs.dismiss_finished()
    await page(stage).reload()
    await stage.settled()


async def load(stage: Stage) -> None:
    """The selected one, without keeping what there is."""
    from ui.snapshots.load_dialog import LoadDialog

    await stage.act("snapshot.load")
    dialog = stage.window.findChild(LoadDialog)
    assert dialog is not None
    dialog.first.setChecked(False)
    dialog.accept()
    await stage.settled()


@SHOTS.add("demo-machine")
async def alone(stage: Stage) -> None:
    """The built-in machine, standing at tick 400; nothing is saved."""
    await demo_at(stage, 400)


@SHOTS.add("demo-machine-snapshots")
async def snapshots(stage: Stage) -> None:
    """With snapshots, one of them selected."""
    await family(stage)
    await select(stage, "with the update")


@SHOTS.add("demo-machine-part")
async def part(stage: Stage) -> None:
    """One that is on one disk alone, and what has just been done."""
    await family(stage)
    await saved(stage, "last", 60, 5)
    await select(stage, "root alone")


@SHOTS.add("demo-machine-table")
async def table(stage: Stage) -> None:
    """All values."""
    await family(stage)
    await stage.act("snapshot.view")


@SHOTS.add("demo-machine-narrow", size=(1024, 700))
async def narrow(stage: Stage) -> None:
    """1024×700."""
    await family(stage)
    await select(stage, "before the update")


@SHOTS.add("demo-machine-smallest", size=(800, 560))
async def smallest(stage: Stage) -> None:
    """800×560."""
    await family(stage)


@SHOTS.add("demo-machine-save")
async def save(stage: Stage) -> None:
    """What Save snapshot… asks."""
    await family(stage)
    await page(stage).demo.machine.run_on()
    await stage.until(lambda: page(stage).demo.runs)
    await stage.act("snapshot.save")


@SHOTS.add("demo-machine-load")
async def loading(stage: Stage) -> None:
    """What Load… asks, of one that is on one disk alone."""
    await family(stage)
    await select(stage, "root alone")
    await stage.act("snapshot.load")


@SHOTS.add("demo-machine-delete")
async def delete(stage: Stage) -> None:
    """What Delete… asks."""
    await family(stage)
    await select(stage, "before the update")
    await stage.act("snapshot.delete")


@SHOTS.add("demo-machine-reset")
async def reset(stage: Stage) -> None:
    """What is asked before it is reset."""
    await demo_at(stage, 400)
    await stage.act("demo.reset")
