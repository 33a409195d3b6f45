"""Pages that go beside the main stream, over channels of their own (capability multifd)."""

from __future__ import annotations

from typing import Protocol

from snapmgr.ram.bitmap import Flags, Pages
from snapmgr.ram.encode import U8


class PageChannels(Protocol):
    """What a RamSaver hands pages to.  One thread calls it."""

    @property
    def announces(self) -> bool:
        """Whether the main stream says where ``sync`` was called."""

    def place(self, name: str, used: int, at: int, *, ignored: bool) -> tuple[bytes, int] | None:
        """Where pages have a place in the file of the main stream: what is put at offset ``at`` behind the list's entry
        of a block of ``used`` bytes, and where the stream goes on."""

    def put(self, block: str, pages: Pages, contents: U8, zero: Flags) -> None:
        """Pages of one block in ascending order; ``contents`` (a row for each) may be RAM itself.

        Waits where the channels do not keep up.  Raises what broke one of them.
        """

    def sync(self) -> None:
        """Everything put before is sent; whoever reads a channel from here on waits for the main stream to say so."""

    def sent(self) -> int:
        """Bytes that were sent since this was asked last."""


class PageArrivals(Protocol):
    """What a RamLoader waits for."""

    def sync(self) -> None:
        """The main stream says that all channels must have come this far.  Raises what broke one of them."""
