"""To the page of a comparison, and from a row of it to its place in a stream of the Inspector."""

from __future__ import annotations

from ui.compare.comparing import Compared
from ui.compare.pair import Pair
from ui.models.difference_rows import Row
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind
from ui.words import tr


def show_comparison(context: WindowContext, pair: Pair) -> None:
    """Go to the page of comparisons, and compare."""
    from ui.compare.page import ComparePage

    context.show_view("compare")
    page = context.page("compare")
    assert isinstance(page, ComparePage), "the shell builds a page when its view is shown"
    page.compare(pair)


def show_in_stream(context: WindowContext, side: Compared, row: Row, place: int) -> None:
    """Open the stream of side A (0) or B (1), and select what the row is about."""
    context.tasks.start(_show(context, side, row, place), tr("Show the stream"))


async def _show(context: WindowContext, side: Compared, row: Row, place: int) -> None:
    from ui.inspector.page import InspectorPage

    if side.source is None:
        return
    document = Document(DocumentKind.STREAM, (side.source,))
    try:
        await context.documents.show(document)
    except Exception as error:
        context.fail(error, tr("Not opened"), side.source)
        return
    page = context.page("inspector")
    if not isinstance(page, InspectorPage) or page.document() != document or page.loaded is None:
        return
    at = (row.at_a, row.at_b)[place]
    if at is not None:
        page.links.go_to(*at)
    elif row.page is not None:
        page.memory.go_to(row.block, row.page * (page.loaded.index.page_size or 4096))
