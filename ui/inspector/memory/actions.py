"""What can be done with pages of RAM, for menus, shortcuts and the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.inspector.actions import VIEW, content_of, has_stream, has_whole_stream, page_of
from ui.inspector.header import RAM
from ui.inspector.memory.sides import BLOCKS, MAP, PASSES
from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.inspector.memory.facts import PageFacts

ACTIONS = Actions()


def facts_of(context: WindowContext) -> PageFacts | None:
    """What is known of the page that is current on the map."""
    pane = page_of(context).memory.pane
    return pane.detail.facts if pane is not None else None


def has_page(context: WindowContext) -> str:
    if reason := has_whole_stream(context):
        return reason
    return "" if facts_of(context) is not None else tr("No page is selected: go to the page map first")


def has_content(context: WindowContext) -> str:
    if reason := has_page(context):
        return reason
    facts = facts_of(context)
    return "" if facts is not None and facts.content is not None else tr("The content of the page cannot be read")


def has_record(context: WindowContext) -> str:
    if reason := has_page(context):
        return reason
    page = page_of(context)
    sending = page.memory.shown_page()
    return tr("The page was never sent") if sending is None or not sending.length else ""


def has_map(context: WindowContext) -> str:
    if reason := has_stream(context):
        return reason
    pane = page_of(context).memory.pane
    shown = pane is not None and pane.isVisible() and not pane.waits()
    return "" if shown else tr("The page map is not shown")


def _side(side: str, text: str, icon: str) -> None:
    def run(context: WindowContext) -> None:
        content = content_of(context)
        content.show_part(RAM)
        content.memory.show_side(side)

    run.__doc__ = f"RAM: {text.lower()}."
    ACTIONS.add(
        f"stream.ram_{side}",
        text,
        icon=icon,
        menu=Menu.STREAM,
        group=3,
        submenu=later("RAM and guest"),
        view=VIEW,
        enabled=has_stream,
    )(run)


#: Sides of the RAM part of the Inspector
_side(MAP, later("Page map"), "grid-four")
_side(BLOCKS, later("Blocks"), "rows")
_side(PASSES, later("Passes"), "arrows-clockwise")


def _zoom(name: str, text: str, icon: str, step: int) -> None:
    def run(context: WindowContext) -> None:
        pane = page_of(context).memory.pane
        if pane is not None:
            pane.map.zoom_by(step) if step else pane.map.fit()

    run.__doc__ = f"Page map: {text.lower()}."
    ACTIONS.add(
        f"stream.map_{name}",
        text,
        icon=icon,
        menu=Menu.STREAM,
        group=3,
        submenu=later("RAM and guest"),
        view=VIEW,
        enabled=has_map,
    )(run)


_zoom("larger", later("Larger pages"), "magnifying-glass-plus", 1)
_zoom("smaller", later("Smaller pages"), "magnifying-glass-minus", -1)
_zoom("fit", later("Whole block on the map"), "corners-out", 0)


@ACTIONS.add(
    "stream.page_bytes",
    later("Show page in bytes"),
    icon="hash",
    menu=Menu.STREAM,
    group=3,
    submenu=later("RAM and guest"),
    view=VIEW,
    enabled=has_record,
)
def page_bytes(context: WindowContext) -> None:
    """See the record that brought the page last, among the bytes of the stream."""
    page = page_of(context)
    if (sending := page.memory.shown_page()) is not None:
        page.memory.show_record(sending)


@ACTIONS.add(
    "stream.save_page",
    later("Save page…"),
    icon="floppy-disk",
    menu=Menu.STREAM,
    group=3,
    submenu=later("RAM and guest"),
    view=VIEW,
    enabled=has_content,
)
async def save_page(context: WindowContext) -> None:
    """Write what the page holds when the stream ends to a file."""
    from ui.inspector.dialogs import save_page as ask_and_save

    if (facts := facts_of(context)) is not None:
        await ask_and_save(context, page_of(context), facts)


@ACTIONS.add(
    "stream.copy_page",
    later("Copy page as hex"),
    icon="copy",
    menu=Menu.STREAM,
    group=3,
    submenu=later("RAM and guest"),
    view=VIEW,
    enabled=has_content,
)
def copy_page(context: WindowContext) -> None:
    """Copy what the page holds when the stream ends."""
    from ui.inspector.copying import Copied, Form, as_text

    facts = facts_of(context)
    if facts is not None and facts.content is not None:
        page_of(context).clipboard.put(as_text(Copied(0, facts.content), Form.HEX), Form.HEX.title)
