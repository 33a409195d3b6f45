"""What can be done with a comparison, for menus, shortcuts and the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.shell.actions import Actions, Menu
from ui.shell.context import WindowContext
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.compare.page import ComparePage

ACTIONS = Actions()
VIEW = "compare"


def page_of(context: WindowContext) -> ComparePage:
    from ui.compare.page import ComparePage

    page = context.page(VIEW)
    assert isinstance(page, ComparePage), "these actions are off while the page does not exist"
    return page


def has_pair(context: WindowContext) -> str:
    page = context.page(VIEW)
    return "" if page is not None and page.document() is not None else tr("Nothing is being compared")


def has_result(context: WindowContext) -> str:
    if reason := has_pair(context):
        return reason
    return tr("It is still being compared") if page_of(context).comparing else ""


def has_difference(context: WindowContext) -> str:
    if reason := has_result(context):
        return reason
    return "" if page_of(context).fields.differences else tr("Nothing differs")


@ACTIONS.add("view.compare", later("Comparison"), icon="git-diff", menu=Menu.STREAM, group=6,
             submenu=later("Comparison"), enabled=has_pair)  # fmt: skip
def show(context: WindowContext) -> None:
    """Go back to what was compared last."""
    context.show_view(VIEW)


@ACTIONS.add("compare.back", later("Back"), keys="Alt+Left", icon="arrow-left", menu=Menu.STREAM, group=6,
             submenu=later("Comparison"), view=VIEW)  # fmt: skip
def back(context: WindowContext) -> None:
    """Close the comparison, and go to where it was asked for."""
    page_of(context).close_document()


@ACTIONS.add("compare.next", later("Next difference"), keys="F7", icon="caret-down", menu=Menu.STREAM, group=6,
             submenu=later("Comparison"), view=VIEW, enabled=has_difference)  # fmt: skip
def following(context: WindowContext) -> None:
    """Go to the next difference; behind the last comes the first."""
    page_of(context).fields.step(1)


@ACTIONS.add("compare.previous", later("Previous difference"), keys="Shift+F7", icon="caret-up", menu=Menu.STREAM,
             group=6, submenu=later("Comparison"), view=VIEW, enabled=has_difference)  # fmt: skip
def preceding(context: WindowContext) -> None:
    """Go to the difference before."""
    page_of(context).fields.step(-1)


@ACTIONS.add("compare.swap", later("Swap A and B"), icon="swap", menu=Menu.STREAM, group=6,
             submenu=later("Comparison"), view=VIEW, enabled=has_result)  # fmt: skip
def swap(context: WindowContext) -> None:
    """What was A is B."""
    page_of(context).exchange()


@ACTIONS.add("compare.export", later("Export report…"), keys="Ctrl+E", icon="export", menu=Menu.STREAM, group=6,
             submenu=later("Comparison"), view=VIEW, enabled=has_result)  # fmt: skip
async def export(context: WindowContext) -> None:
    """Write what differs to a file: as text, as JSON like that of snapctl diff, or as a page for a browser."""
    from ui.compare.report import save_report

    await save_report(context, page_of(context))
