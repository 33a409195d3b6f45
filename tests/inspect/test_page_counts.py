"""Pages between two places of a stream, against a count of every run."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.page_counts import PageCounts
from snapmgr.ram.words import PageKind


@pytest.mark.parametrize("name", ["xbzrle.v72", "tiny.v72"])
def test_every_run_counts_where_it_begins(indexed: Callable[..., StreamIndex], name: str) -> None:
    index = indexed(name, "stream")
    runs = [block.runs for block in index.ram.blocks.values()]
    counts, draw = PageCounts(index.ram.blocks.values()), random.Random(7)
    for _ in range(40):
        start, end = sorted(draw.choices(range(index.size + 1), k=2))
        inside = [(one.data >= start) & (one.data < end) for one in runs]
        expected = {
            kind: sum(int(one.count[here & (one.kind == kind)].sum()) for one, here in zip(runs, inside, strict=True))
            for kind in PageKind
        }
        assert dict(counts.between(start, end)) == {kind: number for kind, number in expected.items() if number}
    assert sum(number for _, number in counts.between(0, index.size)) == sum(int(one.count.sum()) for one in runs)


def test_there_may_be_no_ram() -> None:
    assert PageCounts([]).between(0, 1 << 40) == []
