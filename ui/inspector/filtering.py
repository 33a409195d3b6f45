"""The filter of the structure: words are looked for in a worker, and what is found is shown as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from snapmgr.errors import SnapmgrError, UsageError
from ui.inspector.presenter import LIMIT, Loaded, Presenter
from ui.inspector.tree_pane import TreePane
from ui.shell.actions import shown_keys
from ui.shell.failures import told
from ui.shell.tasks import Tasks
from ui.words import tr


class Filter:
    """One per page.  ``opened`` says what is open now; the last words win."""

    def __init__(self, tree: TreePane, presenter: Presenter, tasks: Tasks, opened: Callable[[], Loaded | None]) -> None:
        self._tree, self._presenter, self._tasks, self._opened = tree, presenter, tasks, opened
        self._words = ""
        self._searching: asyncio.Task[None] | None = None
        tree.filter_changed.connect(self._changed)

    def look_again(self) -> None:
        """The stream is read to its end: what was typed meanwhile is looked for in all of it."""
        if self._words:
            self._changed(self._words)

    async def apply(self, words: str) -> None:
        """Look for these words, to the end of the search."""
        self._tree.find.setText(words)
        if self._searching is not None:
            await asyncio.wait([self._searching])

    def _changed(self, words: str) -> None:
        self._words = words
        if self._opened() is None:
            return
        if words:
            self._searching = self._tasks.start(self._search(words), tr("Filter"))
        else:
            self._tasks.start(self._presenter.stop_search(), tr("Filter"))
            self._tree.end_filter()

    async def _search(self, words: str) -> None:
        await self._presenter.stop_search()
        loaded = self._opened()
        if words != self._words or loaded is None:
            return
        self._tree.begin_matches()
        count = 0

        def found(paths: list[tuple[int, ...]]) -> None:
            nonlocal count
            if words == self._words:
                count += len(paths)
                self._tree.add_matches(paths)

        try:
            whole = await self._presenter.search(loaded.index, words, found)
        except Exception as error:
            if words == self._words:
                self._fail(error)
            if isinstance(error, SnapmgrError | OSError):
                return
            raise  # a fault of our own is told with its details too
        if not whole or words != self._words:
            return
        self._tree.end_matches(words, more=count >= LIMIT)
        if not count and (like := await self._presenter.nearest(loaded.index, words)) and words == self._words:
            self._tree.suggest(words, *like)

    def _fail(self, error: Exception) -> None:
        """Say in the place of the matches why there are none."""
        title = tr("This filter cannot be understood") if isinstance(error, UsageError) else tr("Not searched")
        way_out = tr("{key} shows everything again.", key=shown_keys("Esc"))
        self._tree.fail_matches(title, f"{told(error, beside=True)} {way_out}")
