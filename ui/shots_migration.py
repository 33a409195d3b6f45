"""Pictures of the Migration view: before, during and after migrations that really take place."""

from __future__ import annotations

from dataclasses import replace

from ui.migration.page import MigrationPage
from ui.migration.turns import ROUND
from ui.shots import SHOTS, Stage


def page_of(stage: Stage) -> MigrationPage:
    page = stage.context.page("migration")
    assert isinstance(page, MigrationPage)
    return page


QUICK = {"ram": 16 << 20, "before": 120, "after": 10}
"""Small machines: a picture shall not take long."""


async def begin(stage: Stage, scenario: str) -> MigrationPage:
    """Choose a scenario and start it."""
    await stage.act("view.migration")
    page = page_of(stage)
    settings = page.panes_shown.settings
    settings.choose(scenario)
    settings.show_wanted(replace(settings.wanted(), **QUICK))
    await stage.act("migration.start")
    return page


async def passes(stage: Stage, count: int) -> None:
    """Until it is in this iteration, then hold it, so that both pictures show the same."""
    page = page_of(stage)
    await stage.until(lambda: len(page.showing.story.syncs) >= count or not page.is_running)
    await stage.act("migration.play")
    await stage.until(lambda: page.run is not None and page.run.waiting is not None)
    held = page.turns.count
    await stage.until(lambda: page.turns.count > held + ROUND)


@SHOTS.add("migration-idle")
async def idle(stage: Stage) -> None:
    """Nothing runs yet."""
    await stage.act("view.migration")


@SHOTS.add("B-migration")
async def precopy(stage: Stage) -> None:
    """In the second iteration, held before the next section."""
    await begin(stage, "converges")
    await passes(stage, 2)


@SHOTS.add("migration-not-converging")
async def not_converging(stage: Stage) -> None:
    """The guest writes more than the link carries."""
    page = await begin(stage, "never-converges")
    await stage.until(lambda: bool(page.panes_shown.notice.text()))
    await stage.act("migration.play")
    await stage.until(lambda: page.run is not None and page.run.waiting is not None)


@SHOTS.add("migration-finished")
async def finished(stage: Stage) -> None:
    """It is over, and its middle is looked at again."""
    page = await begin(stage, "converges")
    await stage.until(lambda: page.run is not None and page.run.is_over)
    page.look_at(page.recording.end * 0.4)


@SHOTS.add("migration-paused")
async def paused(stage: Stage) -> None:
    """The link broke in postcopy: the guest waits for pages, Recover is what is to be done."""
    page = await begin(stage, "postcopy-breaks")
    await stage.until(lambda: page.panes_shown.header.recover.isVisible() and bool(page.panes_shown.notice.text()))


@SHOTS.add("migration-before")
async def waiting_before(stage: Stage) -> None:
    """The guest stands still before the switchover, and Continue is what is to be done."""
    await stage.act("view.migration")
    page = page_of(stage)
    settings = page.panes_shown.settings
    settings.show_wanted(replace(settings.wanted(), **QUICK, capabilities=frozenset({"pause-before-switchover"})))
    await stage.act("migration.start")
    await stage.until(lambda: page.panes_shown.header.go_over.isVisible())


@SHOTS.add("migration-colo")
async def replicated(stage: Stage) -> None:
    """Both machines run the guest, some checkpoints after it began."""
    page = await begin(stage, "colo")
    await stage.until(lambda: len(page.showing.story.checkpoints) >= 4)
    await stage.act("migration.play")
    await stage.until(lambda: page.run is not None and page.run.waiting is not None)


@SHOTS.add("migration-failover")
async def failed_over(stage: Stage) -> None:
    """The source was lost, and the guest goes on alone on the destination."""
    page = await begin(stage, "colo")
    await stage.until(lambda: len(page.showing.story.checkpoints) >= 3)
    await stage.act("migration.failover-destination")
    await stage.until(lambda: page.run is not None and page.run.is_over)


@SHOTS.add("presentation")
async def presented(stage: Stage) -> None:
    """For an audience: the second iteration, held."""
    await begin(stage, "converges")
    await stage.act("migration.present")
    await passes(stage, 2)


@SHOTS.add("migration-sections")
async def sections(stage: Stage) -> None:
    """Sections on their way over two channels of multifd, with a disk and its bitmap."""
    await stage.act("view.migration")
    page = page_of(stage)
    settings = page.panes_shown.settings
    wanted = replace(settings.wanted(), **QUICK, disks=1, capabilities=frozenset({"multifd", "dirty-bitmaps"}))
    settings.show_wanted(wanted)
    page.panes_shown.lower.transport.show_mode("sections")
    await stage.act("migration.start")
    await stage.until(lambda: page.run is not None and page.run.is_over)
