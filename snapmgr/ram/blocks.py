"""The block list that opens the RAM section (migration/ram.c: ram_save_setup, parse_ramblocks)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from snapmgr.errors import StreamError
from snapmgr.ram.mapped import MappedHeader
from snapmgr.ram.words import RamFlag
from snapmgr.wire.window import Window

MAX_BLOCKS = 4096


@dataclass(frozen=True, slots=True)
class ListedBlock:
    """One RAMBlock as announced.

    ``used_length`` in bytes, ``page_size`` where its pages are not the host's (else None), ``address`` in the guest
    under x-ignore-shared (else None), ``offset`` of its entry in the stream, ``mapped`` where its pages lie in the
    mapped-ram layout (else None).
    """

    name: str
    used_length: int
    offset: int
    page_size: int | None = None
    address: int | None = None
    mapped: MappedHeader | None = None


def read_block_list(window: Window, total: int, *, ignore_shared: bool) -> tuple[ListedBlock, ...]:
    """Read entries until their lengths add up to ``total`` bytes.

    A page size is recognised by its leading zero byte: no block name is empty, and the list is followed by the
    word EOS, which is no page size.  Under x-ignore-shared an address follows in any case, which may look like a
    page size: then what comes behind it decides.  Raises Short; StreamError with the offset of the entry at fault.
    """
    blocks: dict[str, ListedBlock] = {}
    left = total
    while left > 0:
        block = read_entry(window, blocks, left, ignore_shared=ignore_shared)
        blocks[block.name] = block
        left -= block.used_length
    return tuple(blocks.values())


def read_entry(
    window: Window, known: Collection[str], left: int, *, ignore_shared: bool, mapped: bool = False
) -> ListedBlock:
    """One entry of a list that has announced ``left`` more bytes.  Raises as ``read_block_list``.

    ``mapped``: no page size is sent, since mapped-ram does not go together with postcopy-ram.
    """
    at = window.offset
    if len(known) >= MAX_BLOCKS:
        raise StreamError("block-count", f"more than {MAX_BLOCKS} RAM blocks", offset=at)
    raw = window.counted()
    name = raw.decode("utf-8", "surrogateescape")
    text = 'Unknown ramblock "", cannot accept migration'  # it reads on until it meets EOS
    if not raw:
        message = f"a RAM block without a name; {left} bytes of the list's total are left"
        raise StreamError("block-name", message, offset=at, qemu=text)
    used = window.be64()
    if used > left or used == 0:
        message = f"RAM block {name} claims {used} bytes, and the list's total leaves {left}"
        raise StreamError("block-length", message, offset=at + 1 + len(raw), qemu=text)
    page_size = None if mapped else _page_size(window, before_address=ignore_shared, last=left == used)
    address = window.be64() if ignore_shared else None
    if name in known:
        raise StreamError("block-twice", f"RAM block {name} is listed twice", offset=at)
    return ListedBlock(name, used, at, page_size, address)


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
