"""How many passes there were: a source of QEMU counts one more, the last of which found nothing to send."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.walk import out_of_order
from snapmgr.ram.columns import BlockPages, RunBuilder, block_pages
from snapmgr.ram.words import PageKind
from tests import corpus
from tests.cli.places import stored

CASES = corpus.streams()["cases"]
MULTIFD = [name for name in ("multifd-zstd.v72", "multifd-none.v100") if name in CASES]
"""The old one sends pages of zeros in the main stream, the new one none at all."""


@pytest.mark.parametrize("name", MULTIFD)
def test_pages_in_channels_say_where_a_pass_begins(name: str, tmp_path: Path) -> None:
    with closing(open_source(corpus.lay_out(name, tmp_path))) as source:
        assert index_stream(source).iterations == CASES[name]["query_migrate_source"]["ram"]["dirty-sync-count"] - 1


@pytest.mark.parametrize(("name", "passes"), [("background-snapshot.v100", {1}), ("compress.v72", {3, 4})])
def test_pages_out_of_order_are_no_passes(name: str, passes: set[int]) -> None:
    with closing(open_source(stored(name))) as source:
        index = index_stream(source)
        runs = index.ram.block("pc.ram").runs
        assert index.iterations in passes and int(runs.iteration.max()) == index.iterations
        assert list(index.iteration_starts) == sorted(index.iteration_starts)


def block_of(sent: list[tuple[int, int, int]], kind: PageKind = PageKind.COMPRESSED) -> BlockPages:
    """(first page, pages, where) of each run."""
    builder = RunBuilder()
    for first, count, where in sent:
        rows = np.arange(count, dtype=np.uint64)
        for page, at in zip(rows + np.uint64(first), rows + np.uint64(where), strict=True):
            builder.add_page(int(page), kind, int(at), 9, 1)
    return block_pages("ram", 64 << 12, 12, builder)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.integers(1, 4)), min_size=1, max_size=60))
def test_a_pass_has_each_compressed_page_at_most_once(sent: list[tuple[bool, int, int]]) -> None:
    where, of_block, seen, number, expected = 0, ([], []), set[tuple[bool, int]](), 1, list[tuple[bool, int, int]]()
    for other, first, count in sent:
        of_block[other].append((first, count, where))
        for page in range(first, first + count):
            if (other, page) in seen:
                seen, number = set(), number + 1
            seen.add((other, page))
            expected.append((other, page, number))
        where += count
    starts, blocks = out_of_order([0, 1], [block_of(one) for one in of_block])
    assert len(starts) == number
    found = {
        int(runs.data[row]): (bool(other), int(runs.first[row]), int(runs.iteration[row]))
        for other, runs in enumerate(block.runs for block in blocks)
        for row in range(len(runs))
    }
    assert [found[at] for at in sorted(found)] == expected
