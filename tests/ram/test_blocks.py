"""The block list: which of its words are page sizes and which are addresses."""

from __future__ import annotations

import itertools

import pytest

from snapmgr.ram.blocks import read_block_list
from snapmgr.wire.window import Window

SIZES = (None, 2 << 20)
ADDRESSES = (0, 0x1000, 1 << 32, 0xFFFC0000)


@pytest.mark.parametrize("ignore_shared", [False, True])
def test_sizes_and_addresses_are_told_apart(ignore_shared: bool) -> None:
    for sizes in itertools.product(SIZES, repeat=2):
        for addresses in itertools.product(ADDRESSES, repeat=2):
            data = b""
            for name, size, address in zip((b"a", b"bb"), sizes, addresses, strict=True):
                data += bytes([len(name)]) + name + (4096).to_bytes(8)
                data += size.to_bytes(8) if size else b""
                data += address.to_bytes(8) if ignore_shared else b""
            window = Window(1 << 20)
            window.append(data + (0x10).to_bytes(8))
            blocks = read_block_list(window, 8192, ignore_shared=ignore_shared)
            assert tuple(block.page_size for block in blocks) == sizes
            assert tuple(block.address for block in blocks) == (addresses if ignore_shared else (None, None))
            assert window.be64() == 0x10
