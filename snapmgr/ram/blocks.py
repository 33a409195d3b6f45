"""The block list that opens the RAM section (migration/ram.c: ram_save_setup, parse_ramblocks)."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.errors import StreamError
from snapmgr.ram.words import RamFlag
from snapmgr.wire.window import Window

MAX_BLOCKS = 4096


@dataclass(frozen=True, slots=True)
class ListedBlock:
    """One RAMBlock as announced.

    ``used_length`` in bytes, ``page_size`` where its pages are not the host's (else None), ``address`` in the guest
    under x-ignore-shared (else None), ``offset`` of its entry in the stream.
    """

    name: str
    used_length: int
    offset: int
    page_size: int | None = None
    address: int | None = None


def read_block_list(window: Window, total: int, *, ignore_shared: bool) -> tuple[ListedBlock, ...]:
    """Read entries until their lengths add up to ``total`` bytes.

    A page size is recognised by its leading zero byte: no block name is empty, and the list is followed by the
    word EOS, which is no page size.  Under x-ignore-shared an address follows in any case, which may look like a
    page size: then what comes behind it decides.  Raises Short; StreamError with the offset of the entry at fault.
    """
    blocks: list[ListedBlock] = []
    names: set[str] = set()
    left = total
    while left > 0:
        at = window.offset
        if len(blocks) >= MAX_BLOCKS:
            raise StreamError("block-count", f"more than {MAX_BLOCKS} RAM blocks", offset=at)
        raw = window.counted()
        name = raw.decode("utf-8", "surrogateescape")
        if not raw:
            text = 'Unknown ramblock "", cannot accept migration'
            raise StreamError(
                "block-name",
                f"a RAM block without a name; {left} bytes of the list's total are left",
                offset=at,
                qemu=text,
            )
        used = window.be64()
        if used > left or used == 0:
            text = 'Unknown ramblock "", cannot accept migration'  # it reads on until it meets EOS
            message = f"RAM block {name} claims {used} bytes, and the list's total leaves {left}"
            raise StreamError("block-length", message, offset=at + 1 + len(raw), qemu=text)
        left -= used
        page_size = _page_size(window, before_address=ignore_shared, last=left == 0)
        address = window.be64() if ignore_shared else None
        if name in names:
            raise StreamError("block-twice", f"RAM block {name} is listed twice", offset=at)
        names.add(name)
        blocks.append(ListedBlock(name, used, at, page_size, address))
    return tuple(blocks)


def _page_size(window: Window, *, before_address: bool, last: bool) -> int | None:
    """The page size of the entry just read, None where the entry carries none."""
    if window.peek(1)[0] != 0:
        return None
    value = int.from_bytes(window.peek(8))
    if value <= 0x800 or value & (value - 1) or (before_address and not _address_follows(window, last=last)):
        return None
    return window.be64()


def _address_follows(window: Window, *, last: bool) -> bool:
    """Whether the word after the next is an address, not a name or the word behind the list."""
    if last:
        return int.from_bytes(window.peek(16)[8:]) not in (RamFlag.EOS, RamFlag.MULTIFD_FLUSH)
    return window.peek(9)[8] == 0
