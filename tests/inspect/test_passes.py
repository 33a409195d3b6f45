"""What each pass carried and how a page was sent, against a walk over the records of real streams."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import NotFound
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.passes import history, working_set
from snapmgr.ram.words import PageKind, RamFlag
from tests import corpus
from tests.cli.places import stored

NAMES = [name for name in ("pc-live.v100", "xbzrle.v72") if name in corpus.streams()["cases"]]


def word_before(source, offset: int) -> int:
    """The word of the record whose contents stand at ``offset``: the block's name may be between."""
    named = len("pc.ram") + 1
    if source.read(offset - named, named) == b"\x06pc.ram":
        offset -= named
    return int.from_bytes(source.read(offset - 8, 8))


@pytest.mark.parametrize("name", NAMES)
def test_passes_and_pages(name):
    with closing(open_source(stored(name))) as source:
        index = index_stream(source)
        runs, sendings, times = index.ram.block("pc.ram").runs, defaultdict(list), defaultdict(list)
        for row in range(len(runs)):
            for page in range(int(runs.first[row]), int(runs.first[row] + runs.count[row])):
                sendings[page].append((int(runs.iteration[row]), int(runs.kind[row])))
                times[int(runs.iteration[row])].append(page)
        summaries = working_set(index, "pc.ram")
        assert len(summaries) == index.iterations > 1
        assert [(one.sent, one.pages) for one in summaries] == [
            (len(times[one.number]), len(set(times[one.number]))) for one in summaries
        ]
        assert summaries[0].pages > summaries[-1].pages > 0
        most = max(sendings, key=lambda page: len(sendings[page]))
        for page in (0, most, most - 1, 4095):
            found = history(index, "pc.ram", page)
            assert [(one.iteration, one.kind) for one in found] == sendings[page]
            words = [word_before(source, one.offset) for one in found if one.kind == PageKind.NORMAL]
            assert all(word >> 12 == page and word & RamFlag.PAGE for word in words)
        assert len(history(index, "pc.ram", most)) > 2


def test_a_page_that_is_not_there():
    with closing(open_source(stored("tiny.v72"))) as source:
        index = index_stream(source)
        for page in (-1, 512):
            with pytest.raises(NotFound) as caught:
                history(index, "pc.ram", page)
            assert caught.value.code == "no-such-page"
