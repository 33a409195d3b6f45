"""One after the other: what must not be done twice at once, in the window's thread."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType


class Turns:
    """``async with`` waits for its turn.  Unlike asyncio's lock it asks nobody which loop runs just now: where Qt turns
    the loop itself, as for a click that a test makes, asyncio would say none."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        while self._taken:
            turn = asyncio.get_event_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next()
                raise
        self._taken = True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._taken = False
        self._next()

    def _next(self) -> None:
        """It is the turn of who has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


class TurnsOf:
    """Turns of each of several things: whoever wants others has no need to wait."""

    def __init__(self) -> None:
        self._turns: defaultdict[str, Turns] = defaultdict(Turns)

    @asynccontextmanager
    async def all_of(self, names: Iterable[str]) -> AsyncIterator[None]:
        """Wait until all of these are free; always in the same order, so that two never wait for each other."""
        async with AsyncExitStack() as taken:
            for name in sorted(set(names)):
                await taken.enter_async_context(self._turns[name])
            yield
