"""RAM of a target while a load is rehearsed: names and sizes only, compared as QEMU compares them.

The order of the checks is QEMU's (migration/ram.c: parse_ramblock, ram_block_from_stream; system/physmem.c:
qemu_ram_resize), so that the first text is the one that it prints.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from snapmgr.errors import StreamError
from snapmgr.inspect.against.padded import Padded
from snapmgr.inspect.against.target import Target, TargetBlock
from snapmgr.ram.block import HOST_PAGE
from snapmgr.ram.section import RamPayload, RamState
from snapmgr.ram.words import RamFlag
from snapmgr.savevm.handlers import EPERM, HandlerFailed
from snapmgr.wire.wording import shown

_ROM = "/rom@"
_ROOM = {
    "/rom@etc/acpi/tables": 0x200000,
    "/rom@etc/table-loader": 0x10000,
    "/rom@etc/acpi/rsdp": 0x1000,
}
"""What firmware tables may grow to in bytes (hw/acpi/utils.c: acpi_add_rom_blob); other ROMs keep their size."""

_U64 = (1 << 64) - 1
SHOWS_THROUGH = ("7.2",)
"""Builds whose variables keep what was there before (newer ones: -ftrivial-auto-var-init=zero)."""


@dataclass(slots=True)
class Block:
    """A block and what a load has made of it."""

    known: TargetBlock
    used_length: int

    @property
    def resizeable(self) -> bool:
        """ROMs that firmware reads are (hw/core/loader.c: rom_set_mr)."""
        return self.known.name.startswith(_ROM)

    @property
    def max_length(self) -> int:
        return max(_ROOM.get(self.known.name, 0), self.known.used_length)


@dataclass(slots=True)
class Memory:
    """Blocks by name, and what outlives a section."""

    target: Target
    release: str
    blocks: dict[str, Block] = field(init=False)
    last: Block | None = None
    advised: bool = False
    listening: bool = False
    mapped: RamPayload = field(init=False)

    def __post_init__(self) -> None:
        state = RamState(self.page_bits, ignore_shared=self.has("x-ignore-shared"), mapped_ram=True)
        self.mapped = RamPayload(state)
        self.blocks = {block.name: Block(block, block.used_length) for block in self.target.blocks or ()}

    @property
    def page_bits(self) -> int:
        return self.target.page_bits

    def has(self, capability: str) -> bool:
        return capability in self.target.capabilities

    def take_list(self, data: Padded, left: int, offset: int) -> None:
        """The block list, up to a sum of ``left`` bytes.  Raises StreamError at the first entry that is refused."""
        room = bytearray(256)
        while left:
            if self.release not in SHOWS_THROUGH:
                room = bytearray(256)
            name, length = data.name(room), data.number(8)
            block = self.take_block(name, length, offset)
            self._page_size(block, data, offset)
            self._address(block, data, offset)
            left = (left - length) & _U64

    def take_block(self, name: str, length: int, offset: int) -> Block:
        """The target's block of that name, with that length in bytes.  Raises StreamError."""
        block = self.blocks.get(name)
        if block is None:
            text = f'Unknown ramblock "{shown(name)}", cannot accept migration'
            raise StreamError("ram-block", f"the target has no RAM block {shown(name)!r}", offset=offset, qemu=text)
        self._resize(block, length, offset)
        return block

    def discard(self, name: str, start: int, length: int) -> None:
        """Pages that are thrown away (system/physmem.c: ram_block_discard_range).  Raises HandlerFailed."""
        block = self.blocks.get(name)
        if block is None:
            text = f"ram_discard_range: Failed to find block '{shown(name)}'"
            raise HandlerFailed(EPERM, f"the target has no RAM block {shown(name)}", qemu=text)
        size = block.known.page_size
        if start % size:
            raise HandlerFailed(EPERM, f"discarded pages of {shown(name)} begin at {start:#x}, within one")
        if start + length & _U64 > block.max_length:
            text = f"ram_block_discard_range: Overrun block '{name}' ({start}/{length:x}/{block.max_length:x})"
            raise HandlerFailed(
                EPERM, f"{shown(name)} has {block.max_length:#x} bytes, and more are discarded", qemu=text
            )
        if length % size:
            text = f"ram_block_discard_range: Unaligned length: {length:x}"
            raise HandlerFailed(EPERM, f"{length:#x} bytes of {shown(name)} are discarded: no whole pages", qemu=text)

    def named(self, data: Padded, flags: int, offset: int) -> Block:
        """The block that a page is for.  Raises StreamError."""
        if flags & RamFlag.CONTINUE:
            if self.last is None:
                text = "Ack, bad migration stream!"
                message = "the first page continues a block, and none was named"
                raise StreamError("ram-continue", message, offset=offset, qemu=text)
            return self.last
        name = data.name()
        block = self.blocks.get(name)
        if block is None:
            text = f"Can't find block {shown(name)}"
            message = f"page of the RAM block {shown(name)!r}, which the target does not have"
            raise StreamError("ram-block", message, offset=offset, qemu=text)
        self.last = block
        return block

    def _resize(self, block: Block, length: int, offset: int) -> None:
        size = -(-length // HOST_PAGE) * HOST_PAGE & _U64
        if size == block.used_length:
            return
        name = block.known.name
        message = f"{name} has {length:#x} bytes in the stream, {block.used_length:#x} in the target"
        if not block.resizeable:
            text = f"Size mismatch: {name}: 0x{size:x} != 0x{block.used_length:x}: Invalid argument"
            raise StreamError("ram-size", message, offset=offset, qemu=text)
        if size > block.max_length:
            text = f"Size too large: {name}: 0x{size:x} > 0x{block.max_length:x}: Invalid argument"
            raise StreamError("ram-size", message, offset=offset, qemu=text)
        block.used_length = size

    def _page_size(self, block: Block, data: Padded, offset: int) -> None:
        """Sent, and compared, where postcopy was advised and pages are not the host's."""
        local = block.known.page_size
        if not (self.advised and self.has("postcopy-ram") and local != HOST_PAGE):
            return
        sent = data.number(8)
        if sent != local:
            signed = sent - (sent >> 63 << 64)
            text = f"Mismatched RAM page size {block.known.name} (local) {local} != {signed}"
            message = f"pages of {block.known.name} have {sent} bytes in the stream, {local} in the target"
            raise StreamError("ram-page-size", message, offset=offset, qemu=text)

    def _address(self, block: Block, data: Padded, offset: int) -> None:
        """Under x-ignore-shared every block has one; it matters for shared memory, which a target need not tell."""
        if self.has("x-ignore-shared"):
            data.number(8)
