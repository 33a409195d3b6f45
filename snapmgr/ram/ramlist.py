"""All RAMBlocks of one machine (include/exec/ramlist.h), and which of them travel (savevm.c: vmstate_register_ram)."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator

from snapmgr.errors import UsageError
from snapmgr.ram.block import MAX_NAME, RAMBlock


class RamList:
    """Blocks in the order in which they are sent: the biggest first, equal ones as they came.

    softmmu/physmem.c: ram_block_add.  With ``as_added`` they stay as they came.
    """

    def __init__(self, *, as_added: bool = False) -> None:
        self._blocks: list[RAMBlock] = []
        self._as_added = as_added

    def __iter__(self) -> Iterator[RAMBlock]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)

    def add(self, block: RAMBlock) -> RAMBlock:
        """A block that does not travel unless it is registered, too."""
        at = len(self._blocks)
        if not self._as_added:
            at = next((i for i, other in enumerate(self._blocks) if other.max_length < block.max_length), at)
        self._blocks.insert(at, block)
        return block

    def register(self, block: RAMBlock, device_path: str = "") -> RAMBlock:
        """Name it ``[device path/]name`` and let it travel.  Raises UsageError for a name that is taken.

        savevm.c: vmstate_register_ram; physmem.c: qemu_ram_set_idstr, where a taken name aborts.
        """
        idstr = f"{device_path}/{block.name}" if device_path else block.name
        size = len(idstr.encode("utf-8", "surrogateescape"))
        if not 0 < size <= MAX_NAME:
            raise UsageError("ram-name", f"a RAM block's name of {size} bytes; 1 to {MAX_NAME} can be sent")
        if any(other is not block and other.idstr == idstr for other in self._blocks):
            text = f'RAMBlock "{idstr}" already registered, abort!'
            raise UsageError("ram-name", f"there is a RAM block {idstr} already", qemu=text)
        if block not in self._blocks:
            self.add(block)
        block.idstr, block.migratable = idstr, True
        return block

    def unregister(self, block: RAMBlock) -> None:
        """It keeps its memory but does not travel any more (vmstate_unregister_ram)."""
        block.idstr, block.migratable = "", False

    def remove(self, block: RAMBlock) -> None:
        """It is gone (an unplugged module)."""
        self._blocks.remove(block)

    def find(self, idstr: str) -> RAMBlock | None:
        """By the name in the stream, whether it travels or not (qemu_ram_block_by_name)."""
        return next((block for block in self._blocks if block.idstr == idstr and idstr), None)

    def migratable(self) -> list[RAMBlock]:
        """Those that are listed (RAMBLOCK_FOREACH_MIGRATABLE)."""
        return [block for block in self._blocks if block.migratable]

    def sent(self, *, ignore_shared: bool) -> list[RAMBlock]:
        """Those whose pages are sent (RAMBLOCK_FOREACH_NOT_IGNORED)."""
        return [block for block in self.migratable() if not (ignore_shared and block.shared)]

    def pagesize_summary(self, *, ignore_shared: bool) -> int:
        """Page sizes of the memory behind those that are sent, in bytes, or-ed (ram.c: ram_pagesize_summary)."""
        return functools.reduce(operator.or_, (block.page_size for block in self.sent(ignore_shared=ignore_shared)), 0)
