"""The panes of the page are made in pieces, unseen, while the window goes on."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ui.inspector.conftest import Live
from ui.inspector.header import STRUCTURE
from ui.inspector.page import InspectorPage
from ui.shell.documents import Document, DocumentKind


@pytest.fixture
def fresh(live: Live) -> Iterator[Callable[[], InspectorPage]]:
    """``fresh()``: a page beside the first one, before the loop has turned."""
    made: list[InspectorPage] = []

    def make() -> InspectorPage:
        page = InspectorPage(live.context, live.window)
        page.resize(1200, 700)
        page.show()
        made.append(page)
        live.context.pages["inspector"] = page
        return page

    yield make
    live.context.pages["inspector"] = live.page
    for page in made:
        page.close_document()


Fresh = Callable[[], InspectorPage]


def document(path: Path) -> Document:
    return Document(DocumentKind.STREAM, (str(path),))


def test_a_page_says_what_it_is_for_before_it_has_panes(live: Live, fresh: Fresh) -> None:
    page = fresh()
    assert page.content is None and page.empty.isVisible()
    assert page.part() == STRUCTURE and not page.problems_shown() and page.panes() == [page.empty]
    page.focus_filter()
    assert not page.escape() and page.status() == ("No stream is open", "")
    live.run(wait_for(page))
    assert page.content is not None and page.empty.isVisible() and not page.content.isVisible()
    assert page.problems_shown()


async def wait_for(page: InspectorPage) -> None:
    await page.built()


def test_the_loop_turns_between_the_pieces(live: Live, fresh: Fresh) -> None:
    page = fresh()
    seen: list[int] = []

    async def watch() -> None:
        done = asyncio.ensure_future(wait_for(page))
        while not done.done():
            seen.append(len(page.findChildren(object)))
            await asyncio.sleep(0)

    live.run(watch())
    steps = sorted(set(seen))
    assert len(steps) >= 10
    most = max(after - before for before, after in itertools.pairwise(steps))
    assert most < (steps[-1] - steps[0]) / 3, "no piece is a third of it all"


def test_no_pane_is_seen_before_all_are_filled(live: Live, fresh: Fresh, stream: Callable[..., Path]) -> None:
    page = fresh()
    path = stream("tiny.v100")

    async def watch() -> list[tuple[bool, bool]]:
        opening = asyncio.ensure_future(page.open(document(path)))
        await asyncio.sleep(0)
        assert page.blank.isVisible(), "not what the place is for: a stream is on its way"
        seen = []
        while not opening.done():
            assert not page.empty.isVisible(), "not even for a moment"
            seen.append((page.content is not None and page.content.isVisible(), page.loaded is not None))
            await asyncio.sleep(0)
        await opening
        return seen

    seen = live.run(watch())
    assert (False, True) in seen and (True, False) not in seen
    assert page.content is not None and page.content.isVisible()
    assert page.content.tree.node() is not None and page.content.bytes.hex.visible_rows()


def test_a_window_that_closes_meanwhile_keeps_what_was_stored(live: Live, fresh: Fresh) -> None:
    page = fresh()
    state = live.page.save_state()
    page.restore_state(state)

    async def close() -> None:
        opening = live.context.tasks.start(page.open(document(Path("/nowhere"))), "Open")
        await asyncio.sleep(0)
        await live.context.tasks.cancel_all()
        assert opening.cancelled()

    live.run(close())
    page.close_document()
    assert page.content is None and page.save_state() == state


def test_what_was_stored_is_put_in_force_when_the_panes_come(live: Live, fresh: Fresh) -> None:
    page = fresh()
    live.page.content.show_problems(False)
    page.restore_state(live.page.save_state())
    live.run(wait_for(page))
    assert page.content is not None and not page.problems_shown()
    assert page.save_state()["problems_shown"] is False
