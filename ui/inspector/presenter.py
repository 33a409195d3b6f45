"""Engine calls of the Inspector: everything that may take longer than a frame runs in a worker from here."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snapmgr.errors import Cancelled
from snapmgr.inspect.model import Node, Span
from snapmgr.work import CancelToken
from ui.models.texts import digits_for
from ui.shell.watch import Stamp, stamp_of

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex
    from snapmgr.inspect.verify import Verdict
    from ui.inspector.description_view import Description
    from ui.shell.tasks import Tasks
    from ui.widgets.bar_segments import SpanTable

Shown = asyncio.Future[None] | None
"""What is to be awaited before a thing is seen; None for nothing."""

PAINTING, PATIENCE = 0.01, 0.2
"""Seconds that a repaint is given, and after which a worker goes on in any case."""
BATCH = 500
"""Matches that are handed to the window at once."""
BATCH_TIME = 0.04
"""Seconds after which an unfinished batch is handed over."""
GROWTH_INTERVAL = 0.5
"""Seconds between two looks at a stream that is being read: each costs the window a repaint of everything."""
LIMIT = 10_000
"""Matches that a filter shows at most."""


@dataclass(frozen=True)
class Loaded:
    """A stream as far as it was read: the index, and what the window needs of it that takes time to make."""

    index: StreamIndex
    table: SpanTable
    digits: int
    verdict: Verdict
    """Which releases of QEMU load it."""
    stamp: Stamp | None = None
    """What its file was just before it was opened."""
    against: str = ""
    """The machine whose problems these are, as it was typed; "" for those that the stream has by itself."""
    alone: StreamIndex | None = None
    """With those that the stream has by itself, where they are a machine's."""

    @property
    def spans(self) -> Sequence[Span]:
        """The stretches of the overview, in order."""
        return self.table.spans

    def chain(self, path: Sequence[int]) -> list[Node]:
        """Nodes from the top down to ``path``."""
        return [self.index.tree.node(tuple(path[: depth + 1])) for depth in range(len(path))]


def prepare(index: StreamIndex, stamp: Stamp | None = None) -> Loaded:
    """Make the rows and spans that are shown first.  Runs in the worker that reads."""
    from snapmgr.inspect.verify import judged
    from ui.widgets.bar_segments import SpanTable

    _ = index.tree.roots
    return Loaded(index, SpanTable(index.spans()), digits_for(index.size), judged(index), stamp)


def in_turn(loop: asyncio.AbstractEventLoop, call: Callable[..., Shown], *arguments: Any) -> None:
    """Call in the window's thread, and wait in this one until it has been painted: two threads of Python that want
    to run at once make the window stutter.  A window that does not come round in time is not waited for."""
    painted = threading.Event()

    def seen(shown: Shown = None) -> None:
        loop.call_later(PAINTING, painted.set)

    def run() -> None:
        shown: Shown = None
        try:
            shown = call(*arguments)
        finally:
            seen() if shown is None else shown.add_done_callback(seen)

    loop.call_soon_threadsafe(run)
    painted.wait(PATIENCE)


class StreamBytes:
    """The bytes of an index for the bytes view."""

    def __init__(self, index: StreamIndex) -> None:
        self._index = index
        self.size = index.size

    def read(self, offset: int, length: int, /) -> Any:
        return self._index.source.read(offset, length)

    def marks(self, offset: int, length: int, /) -> Sequence[Any]:
        return self._index.tree.marks(offset, length)


class Presenter:
    """One per page.  ``progress(done, total)`` and ``grown(Loaded)`` are called in the window's thread."""

    def __init__(self, tasks: Tasks, progress: Callable[[int, int], None], grown: Callable[[Loaded], Shown]) -> None:
        self._tasks = tasks
        self._progress = progress
        self._grown = grown
        self._reading: CancelToken | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._searching: CancelToken | None = None
        self._search_ended = asyncio.Event()
        self._search_ended.set()

    @property
    def reading(self) -> bool:
        return self._reading is not None

    def cancel_reading(self) -> None:
        """Stop reading; what was read stays."""
        if self._reading is not None:
            self._reading.cancel()

    async def read(self, source: str, allow_roots: Sequence[Path], ready: Awaitable[None]) -> Loaded:
        """Open and index a stream once the window is ``ready`` for it: two threads of Python that want to run at once
        make the window stutter.  A stream that is being read is left first.

        Raises SnapmgrError where nothing of it can be read, Cancelled if it was stopped before it began.
        """
        self.cancel_reading()
        await self._idle.wait()
        token = self._reading = CancelToken()
        self._idle.clear()
        loop = asyncio.get_running_loop()

        last = time.monotonic()

        def grown(index: StreamIndex, stamp: Stamp | None) -> None:
            nonlocal last
            if time.monotonic() - last >= GROWTH_INTERVAL:
                in_turn(loop, self._hand_over, prepare(index, stamp), token)
                last = time.monotonic()

        try:
            await ready
            return await self._tasks.run_in_worker(
                _read, source, tuple(allow_roots), grown, progress=self._progress, cancel=token
            )
        finally:
            self._reading = None
            self._idle.set()

    def _hand_over(self, loaded: Loaded, token: CancelToken) -> Shown:
        return self._grown(loaded) if token is self._reading else None

    # --- filter ---

    async def search(self, index: StreamIndex, words: str, found: Callable[[list[tuple[int, ...]]], None]) -> bool:
        """Hand the paths of matching nodes over in batches; False if another search took over.

        Raises UsageError for words that cannot be understood.
        """
        await self.stop_search()
        token = self._searching = CancelToken()
        self._search_ended.clear()
        loop = asyncio.get_running_loop()

        def hand_over(batch: list[tuple[int, ...]]) -> None:
            if not token.cancelled:
                found(batch)

        try:
            await self._tasks.run_in_worker(
                _search, index, words, lambda batch: in_turn(loop, hand_over, batch), cancel=token
            )
        except Cancelled:
            return False
        finally:
            self._search_ended.set()
            if self._searching is token:
                self._searching = None
        return not token.cancelled

    async def nearest(self, index: StreamIndex, words: str) -> tuple[str, int] | None:
        """What may have been meant by words that nothing matches: the name of fields, and how many have it."""
        from snapmgr.inspect.query import Query, parse_query
        from snapmgr.inspect.search import nearest

        query = parse_query(words)
        if len(query.words) != 1 or query != Query(words=query.words):
            return None
        token = self._searching = CancelToken()
        self._search_ended.clear()
        try:
            return await self._tasks.run_in_worker(nearest, index, query.words[0], cancel=token)
        except Cancelled:
            return None
        finally:
            self._search_ended.set()

    async def stop_search(self) -> None:
        """Cancel the search that runs, and wait until it has left the stream."""
        if self._searching is not None:
            self._searching.cancel()
        await self._search_ended.wait()

    # --- the rest ---

    async def children(self, index: StreamIndex, node: Node) -> Sequence[Node]:
        """Decode what is below a heavy node."""
        return await self._tasks.run_in_worker(lambda: list(index.tree.children(node)))

    async def description(self, index: StreamIndex) -> Description | None:
        """The VM description laid out, None where the stream has none."""
        return await self._tasks.run_in_worker(_describe, index, cancel=CancelToken())

    async def write(self, work: Callable[..., None], *arguments: Any, progress: Callable[[int, int], None]) -> None:
        """Run a function that writes a file; the caller's task is what cancels it."""
        await self._tasks.run_in_worker(work, *arguments, progress=progress, cancel=CancelToken())

    async def check(self, work: Callable[..., Loaded], *arguments: Any) -> Loaded:
        """What a machine that would load the stream makes of it; the caller's task is what cancels it."""
        return await self._tasks.run_in_worker(work, *arguments, progress=lambda *_: None, cancel=CancelToken())


LOOKED_INTO = 1 << 15
"""Packed pages up to which each is looked into at once: more take a while, and checking the stream does it."""


def _read(
    source: str,
    allow_roots: Sequence[Path],
    grown: Callable[[StreamIndex, Stamp | None], None],
    *,
    progress: Callable[[int, int], None],
    cancel: CancelToken,
) -> Loaded:
    from snapmgr.containers.open import open_source, split_tag
    from snapmgr.inspect.index import index_stream
    from snapmgr.inspect.verify import looked_into

    try:
        stamp = stamp_of(split_tag(source)[0])
    except OSError:
        stamp = None  # what keeps it from being looked at keeps it from being opened, or from being watched
    opened = open_source(source, allow_roots=allow_roots, progress=progress, cancel=cancel)
    try:
        cancel.check()
        index = index_stream(opened, progress=progress, cancel=cancel, on_growth=lambda index: grown(index, stamp))
        return prepare(looked_into(index, LOOKED_INTO), stamp)
    except BaseException:
        opened.close()
        raise


def _search(
    index: StreamIndex, words: str, hand_over: Callable[[list[tuple[int, ...]]], object], *, cancel: CancelToken
) -> None:
    from snapmgr.inspect.search import search

    batch: list[tuple[int, ...]] = []
    since = time.monotonic()
    for path in search(index, words, cancel, LIMIT):
        batch.append(path)
        if len(batch) >= BATCH or time.monotonic() - since > BATCH_TIME:
            hand_over(batch)
            batch, since = [], time.monotonic()
    cancel.check()
    if batch:
        hand_over(batch)


def _describe(index: StreamIndex, *, cancel: CancelToken) -> Description | None:
    from ui.inspector.description_view import indented

    text = index.vmdesc_text()
    return None if text is None else indented(text, cancel)
