"""What can be done with a migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapmgr.migrate.scenarios import SCENARIOS
from ui.shell.actions import Actions, Menu, Reason
from ui.shell.context import WindowContext
from ui.shell.question import ask
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.migration.page import MigrationPage
    from ui.migration.run import Run

ACTIONS = Actions()
VIEW = "migration"


def page_of(context: WindowContext) -> MigrationPage | None:
    return context.page(VIEW)  # type: ignore[return-value]


def run_of(context: WindowContext) -> Run | None:
    page = page_of(context)
    return page.run if page is not None else None


def nothing_runs(context: WindowContext) -> str:
    page = page_of(context)
    return tr("A migration is running") if page is not None and page.is_running else ""


def runs(context: WindowContext) -> str:
    page = page_of(context)
    return "" if page is not None and page.is_running else tr("No migration is running")


def moves(context: WindowContext) -> str:
    """Why nothing can be stopped any more."""
    if (run := run_of(context)) is None:
        return tr("No migration is running")
    from ui.migration import reasons

    return reasons.no_cancel(run)


def can_break(context: WindowContext) -> str:
    """Why there is no link that could be cut."""
    if (run := run_of(context)) is None:
        return tr("No migration is running")
    from ui.migration import reasons

    return reasons.no_cut(run)


def chooses(context: WindowContext) -> bool:
    page = page_of(context)
    return page is not None and page.offers


def presents(context: WindowContext) -> bool:
    page = page_of(context)
    return page is not None and page.presents


def recorded(context: WindowContext) -> str:
    page = page_of(context)
    return "" if page is not None and page.has_recording else tr("Nothing was recorded yet")


def can_replay(context: WindowContext) -> str:
    return recorded(context) or nothing_runs(context)


def has_place(context: WindowContext) -> str:
    page = page_of(context)
    place = page.place if page is not None else None
    if page is None or place is None:
        return tr("Nothing with a place in the stream is chosen")
    waits = tr("It is not in the stream yet: it waits in the buffer of the source, a package until all of it is there")
    return "" if place < page.placing.sent else waits


@ACTIONS.add("migration.start", later("Start"), keys="F9", icon="play", menu=Menu.MIGRATION, view=VIEW,
             enabled=nothing_runs)  # fmt: skip
def start(context: WindowContext) -> None:
    """Move the guest of one demo machine to another one, as the settings say."""
    if (page := page_of(context)) is not None:
        page.start()


@ACTIONS.add("migration.cancel", later("Cancel…"), icon="x", menu=Menu.MIGRATION, view=VIEW, enabled=moves)
def cancel(context: WindowContext) -> None:
    """Give the migration up; asks first. The guest goes on where it is."""
    page = page_of(context)
    if page is None:
        return
    said = tr("What was sent is thrown away over there. The guest goes on on the source, and loses nothing.")
    ask(context, tr("Cancel the migration?"), said, keep=tr("Go on"), do=tr("Cancel migration"), then=page.cancel)


@ACTIONS.add("migration.cut", later("Cut link"), icon="scissors", menu=Menu.MIGRATION, view=VIEW, enabled=can_break)
def cut(context: WindowContext) -> None:
    """Break the channel, as a network does: what is under way is lost."""
    if (page := page_of(context)) is not None:
        page.cut()


def can_postcopy(context: WindowContext) -> str:
    if (run := run_of(context)) is None:
        return tr("No migration is running")
    from ui.migration import reasons

    return reasons.no_postcopy(run)


def in_postcopy(context: WindowContext) -> str:
    if (run := run_of(context)) is None:
        return tr("Only a postcopy that goes on can be paused")
    from ui.migration import reasons

    return reasons.no_pause(run)


def _is_in(context: WindowContext, status: str) -> bool:
    """Whether a migration is at that point."""
    page = page_of(context)
    return page is not None and page.is_running and page.is_in(status)


def is_paused(context: WindowContext) -> str:
    return "" if _is_in(context, "postcopy-paused") else tr("Only a paused postcopy can be recovered")


@ACTIONS.add("migration.postcopy", later("Postcopy now"), icon="lightning", menu=Menu.MIGRATION, view=VIEW,
             enabled=can_postcopy)  # fmt: skip
def postcopy(context: WindowContext) -> None:
    """Let the guest go over at once; its RAM follows."""
    if (page := page_of(context)) is not None and page.run is not None:
        page.run.postcopy()


@ACTIONS.add("migration.pause", later("Pause"), icon="pause", menu=Menu.MIGRATION, view=VIEW, enabled=in_postcopy)
def pause(context: WindowContext) -> None:
    """Have a postcopy stand still: its channel is closed, and the guest waits where it needs a missing page."""
    if (page := page_of(context)) is not None and page.run is not None:
        page.run.pause()


@ACTIONS.add("migration.recover", later("Recover"), icon="arrow-counter-clockwise", menu=Menu.MIGRATION, view=VIEW,
             enabled=is_paused)  # fmt: skip
async def recover(context: WindowContext) -> None:
    """Go on with a paused postcopy over a new channel."""
    if (page := page_of(context)) is not None and page.run is not None:
        await page.run.recover()


def no_continue(context: WindowContext) -> str:
    """Why nothing waits to be continued."""
    waits = _is_in(context, "pre-switchover")
    return "" if waits else tr("Only a migration that waits before the switchover can be continued")


@ACTIONS.add("migration.continue", later("Continue"), icon="play", menu=Menu.MIGRATION, view=VIEW,
             enabled=no_continue)  # fmt: skip
def go_over(context: WindowContext) -> None:
    """Let the guest go over that stands still before the switchover (pause-before-switchover)."""
    if (page := page_of(context)) is not None and page.run is not None:
        page.run.migrate_continue()


def no_failover(context: WindowContext) -> str:
    """Why neither machine can be taken for lost."""
    if (run := run_of(context)) is None:
        return tr("No migration is running")
    from ui.migration import reasons

    return reasons.no_failover(run)


@ACTIONS.add("migration.failover-source", later("Failover to the source"), icon="shield-check", menu=Menu.MIGRATION,
             view=VIEW, enabled=no_failover)  # fmt: skip
def failover_to_source(context: WindowContext) -> None:
    """Take the destination for lost: COLO ends, and the guest goes on alone where it is."""
    _fail_over(context, "SOURCE")


@ACTIONS.add("migration.failover-destination", later("Failover to the destination"), icon="shield-check",
             menu=Menu.MIGRATION, view=VIEW, enabled=no_failover)  # fmt: skip
def failover_to_destination(context: WindowContext) -> None:
    """Take the source for lost: COLO ends, and the guest goes on alone from the last checkpoint."""
    _fail_over(context, "DESTINATION")


def _fail_over(context: WindowContext, survivor: str) -> None:
    from snapmgr.migrate.handover import Side

    if (page := page_of(context)) is not None and page.run is not None:
        page.run.fail_over(Side[survivor])


@ACTIONS.add("migration.play", later("Hold or go on"), icon="play", menu=Menu.MIGRATION, group=1, view=VIEW,
             enabled=recorded)  # fmt: skip
def play(context: WindowContext) -> None:
    """Stop the time of a migration that runs, or let it go on; play one that is over."""
    if (page := page_of(context)) is not None:
        page.play()


@ACTIONS.add("migration.step", later("Step"), keys="Shift+F9", icon="caret-right", menu=Menu.MIGRATION, group=1,
             view=VIEW, enabled=recorded)  # fmt: skip
def step(context: WindowContext) -> None:
    """Go on by one section or one command."""
    if (page := page_of(context)) is not None:
        page.step(1)


@ACTIONS.add("migration.back", later("Step back"), icon="caret-left", menu=Menu.MIGRATION, group=1, view=VIEW,
             enabled=can_replay)  # fmt: skip
def back(context: WindowContext) -> None:
    """Look at the moment before the last section or command."""
    if (page := page_of(context)) is not None:
        page.step(-1)


@ACTIONS.add("migration.first", later("To the beginning"), icon="skip-back", menu=Menu.MIGRATION, group=1, view=VIEW,
             enabled=can_replay)  # fmt: skip
def first(context: WindowContext) -> None:
    """Look at the beginning of a migration that is over."""
    if (page := page_of(context)) is not None:
        page.look_at(0.0)


@ACTIONS.add("migration.last", later("To the end"), icon="skip-forward", menu=Menu.MIGRATION, group=1, view=VIEW,
             enabled=recorded)  # fmt: skip
def last(context: WindowContext) -> None:
    """Look at how it ended, or at what happens now."""
    if (page := page_of(context)) is not None:
        page.look_at(None)


@ACTIONS.add("migration.inspect", later("Open stream in Inspector"), icon="tree-structure", menu=Menu.MIGRATION,
             group=2, view=VIEW, enabled=recorded)  # fmt: skip
async def inspect(context: WindowContext) -> None:
    """Look at the bytes that were sent so far."""
    from ui.migration import recordings

    if (page := page_of(context)) is not None:
        await recordings.inspect(context, page.recording, None)


@ACTIONS.add("migration.bytes", later("Show bytes"), icon="tree-structure", menu=Menu.MIGRATION, group=2, view=VIEW,
             enabled=has_place)  # fmt: skip
async def show_bytes(context: WindowContext) -> None:
    """Open the stream in the Inspector where the chosen event stands in it."""
    from ui.migration import recordings

    if (page := page_of(context)) is not None:
        await recordings.inspect(context, page.recording, page.place)


@ACTIONS.add("migration.save", later("Save recording…"), icon="export", menu=Menu.MIGRATION, group=2, view=VIEW,
             enabled=can_replay)  # fmt: skip
async def save(context: WindowContext) -> None:
    """Keep this migration in a file: both streams, events, numbers and pages."""
    from ui.migration import recordings

    if (page := page_of(context)) is not None:
        await recordings.ask_to_save(context, page.recording)


@ACTIONS.add("migration.open", later("Open recording…"), icon="folder-open", menu=Menu.MIGRATION, group=2, view=VIEW,
             enabled=nothing_runs)  # fmt: skip
async def open_recording(context: WindowContext) -> None:
    """Look at a migration that was saved."""
    from ui.migration import recordings

    await recordings.ask_to_open(context)


@ACTIONS.add("migration.scenarios", later("Scenarios"), icon="graduation-cap", menu=Menu.MIGRATION, group=3, view=VIEW,
             enabled=can_replay, checked=lambda context: chooses(context))  # fmt: skip
def scenarios(context: WindowContext) -> None:
    """Look at what can be tried, one click each; what was recorded stays until something is started."""
    if (page := page_of(context)) is not None:
        page.offer(not page.offers)


@ACTIONS.add("migration.present", later("Presentation"), keys="Ctrl+Shift+P", icon="presentation-chart",
             menu=Menu.VIEW, group=3, view=VIEW, checked=lambda context: presents(context))  # fmt: skip
def present(context: WindowContext) -> None:
    """For an audience: larger text, a sentence about each phase, and neither settings nor log."""
    if (page := page_of(context)) is not None:
        page.present(not page.presents)


@ACTIONS.add("migration.settings", later("Show settings"), icon="sliders-horizontal", menu=Menu.MIGRATION, group=3,
             view=VIEW)  # fmt: skip
def settings(context: WindowContext) -> None:
    """Show or hide what a migration is asked to be."""
    if (page := page_of(context)) is not None:
        page.toggle_settings()


def _declare(id: str, title: str) -> None:
    reason: Reason = nothing_runs

    def run(context: WindowContext) -> None:
        """Start this scenario of a migration."""
        context.show_view(VIEW)
        if (page := page_of(context)) is not None:
            page.try_scenario(id)

    ACTIONS.add(
        f"migration.try.{id}",
        title,
        icon="graduation-cap",
        menu=Menu.MIGRATION,
        group=4,
        submenu=later("Try a scenario"),
        enabled=reason,
    )(run)


for _scenario in SCENARIOS:
    _declare(_scenario.id, _scenario.title)
