"""Pages that the other side waits for, in the order in which it asked (migration/ram.c: ram_save_queue_pages)."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from snapmgr.errors import StreamError
from snapmgr.ram.bitmap import Pages
from snapmgr.ram.block import HOST_PAGE
from snapmgr.ram.tracked import Tracked

MOST = 1 << 16
"""Requests that may wait: a guest of few CPUs asks for little at once."""


@dataclass(frozen=True, slots=True)
class Request:
    """Pages ``[first, end)`` of a block."""

    tracked: Tracked
    first: int
    end: int


class PageRequests:
    """Put in by whoever reads the way back, taken out by the sender."""

    def __init__(self, tracked: Sequence[Tracked], page_bits: int) -> None:
        self._tracked = tracked
        self._bits = page_bits
        self._waiting: deque[Request] = deque()
        self._last: Tracked | None = None
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def parse(self, idstr: str | None, start: int, length: int) -> Request:
        """``length`` bytes from ``start`` on; without a name, of the block that was named last.

        Raises StreamError for what is no range of pages of a block that is being sent.
        """
        if (start | length) & (HOST_PAGE - 1) or not length:
            text = f"migrate_handle_rp_req_pages: Misaligned page request, start: 0x{start:x} len: {length}"
            raise _bad(f"a request for {length} bytes at {start:#x}, which are no pages", text)
        if idstr is not None:
            self._last = next((one for one in self._tracked if one.block.idstr == idstr), None)
            if self._last is None:
                text = f"ram_save_queue_pages no block '{idstr}'"
                raise _bad(f"a request for pages of {idstr}, which is not sent", text)
        if self._last is None:
            raise _bad("a request for pages of no block", "ram_save_queue_pages no previous block")
        used = self._last.used_length
        if start + length > used:
            text = f"ram_save_queue_pages request overrun start={start:x} len={length:x} blocklen={used:x}"
            raise _bad(f"a request for bytes {start:#x} to {start + length:#x} of {used:#x}", text)
        return Request(self._last, start >> self._bits, -(-(start + length) >> self._bits))

    def put(self, request: Request) -> None:
        """Raises StreamError where more wait than can be meant."""
        with self._lock:
            if len(self._waiting) >= MOST:
                raise _bad(f"more than {MOST} requests at once", None)
            self._waiting.append(request)

    def forget(self) -> None:
        """The channel is gone: what is still wanted is asked for again on the next one."""
        with self._lock:
            self._waiting.clear()
            self._last = None

    def take(self, most: int) -> tuple[Tracked, Pages] | None:
        """The first that still has dirty pages, ``most`` at once; they are clean from now on."""
        while self._waiting:
            with self._lock:
                request = self._waiting.popleft()
                count = min(most, request.end - request.first)
                if request.first + count < request.end:
                    self._waiting.appendleft(Request(request.tracked, request.first + count, request.end))
            pages = request.tracked.bitmap.take(request.first, count)
            if len(pages):
                return request.tracked, pages
        return None


def _bad(message: str, text: str | None) -> StreamError:
    return StreamError("page-request", message, qemu=text)
