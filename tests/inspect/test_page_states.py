"""States, times and passes of pages against a walk over the runs of real streams; what contents look like."""

from __future__ import annotations

import random
from contextlib import closing

import numpy as np
import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import Cancelled
from snapmgr.inspect.index import index_stream
from snapmgr.inspect.page_classes import PageClass, classes_of, page_classes
from snapmgr.inspect.page_states import PageState, page_at, page_states
from snapmgr.inspect.passes import history
from snapmgr.ram.words import PageKind
from snapmgr.work import CancelToken
from tests import corpus
from tests.cli.places import stored

NAMES = [name for name in ("pc-live.v100", "xbzrle.v72") if name in corpus.streams()["cases"]]
STATES = {
    PageKind.NORMAL: PageState.FULL,
    PageKind.ZERO: PageState.ZERO,
    PageKind.XBZRLE: PageState.XBZRLE,
    PageKind.COMPRESSED: PageState.COMPRESSED,
}


@pytest.mark.parametrize("name", NAMES)
def test_states_are_those_of_a_walk(name):
    with closing(open_source(stored(name))) as source:
        index = index_stream(source)
        runs, pages = index.ram.block("pc.ram").runs, index.ram.block("pc.ram").pages
        for upto in (None, 1, 2):
            kinds, times, last = [None] * pages, [0] * pages, [0] * pages
            for row in range(len(runs)):
                if upto is not None and runs.iteration[row] > upto:
                    continue
                for page in range(int(runs.first[row]), int(runs.first[row] + runs.count[row])):
                    kinds[page], last[page] = PageKind(int(runs.kind[row])), int(runs.iteration[row])
                    times[page] += 1
            wanted = [PageState.NEVER if kind is None else STATES[kind] for kind in kinds]
            wanted = [
                PageState.AGAIN if state is PageState.FULL and times[page] > 1 else state
                for page, state in enumerate(wanted)
            ]
            found = page_states(index, "pc.ram", upto)
            assert found.states.tolist() == wanted
            assert found.times.tolist() == times and found.last.tolist() == last and found.pass_step == 1
        assert sum(found.counts().values()) == pages and found.counts()[PageState.NEVER] == wanted.count(0)


def test_a_page_is_found_by_its_bytes():
    with closing(open_source(stored(NAMES[0]))) as source:
        index = index_stream(source)
        for page in (0, 1, 4095, 17):
            for sending in history(index, "pc.ram", page):
                assert page_at(index, sending.offset) is not None
                places = [page_at(index, sending.offset + step) for step in (-8, 0)]
                assert [(one.block, one.page) for one in places] == [("pc.ram", page)] * 2
        assert page_at(index, 0) is None and page_at(index, index.size - 1) is None


def test_what_contents_look_like():
    draw = random.Random(7)
    rows = [
        bytes(4096),
        b"\x07" + bytes(4095),
        (b"in every line a few words\n" * 200)[:4096],
        bytes(draw.choice((0, 1, 5, 9, 0xE8, 0x48, 0x8B)) or 1 for _ in range(4096)),
        draw.randbytes(4096),
    ]
    pages = np.frombuffer(b"".join(rows), np.uint8).reshape(5, 4096)
    assert classes_of(pages).tolist() == list(PageClass)


def test_classes_of_a_stream_can_be_cancelled():
    with closing(open_source(stored(NAMES[0]))) as source:
        index = index_stream(source)
        found = page_classes(index, "pc.ram")
        zero = [page for page in range(len(found)) if not any(index.ram.read("pc.ram", page << 12, 4096))]
        assert np.flatnonzero(found == PageClass.ZERO).tolist() == zero and len(zero) < len(found)
        token = CancelToken()
        token.cancel()
        with pytest.raises(Cancelled):
            page_classes(index, "pc.ram", cancel=token)
