"""Pages that are waited for together are asked for, and answered, together: not one by one between two threads."""

from __future__ import annotations

import numpy as np

from snapmgr.migrate.answers import Answers
from snapmgr.migrate.link import Link
from snapmgr.migrate.returning import ReturnPath, Wanted
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.words import RamFlag
from snapmgr.savevm.handlers import StreamOptions
from snapmgr.savevm.output import Output
from snapmgr.trace.bus import Trace
from snapmgr.wire.return_path import pong, request_pages, shut


def test_what_is_asked_at_once_goes_at_once_and_is_passed_on_together() -> None:
    link, block = Link(), RAMBlock("ram", 16 << 12)
    answers = Answers(Trace())
    answers.open(link.destination)
    answers.ask(block, [(3, 1), (7, 2), (12, 1)])
    sent = bytes(link.back.receive())
    named = [(block.idstr, 3 << 12, 1 << 12), (None, 7 << 12, 2 << 12), (None, 12 << 12, 1 << 12)]
    assert sent == b"".join(request_pages(start, length, name) for name, start, length in named)

    heard: list[object] = []

    def request(wanted: list[Wanted]) -> None:
        heard.append(list(wanted))

    back = ReturnPath(link.source, request=request, ponged=heard.append)
    answers.send(sent + pong(4) + request_pages(0, 1 << 12))
    answers.send(shut(0))
    back.start()
    back.wait_for_shut()
    assert heard == [named, 4, [(None, 0, 1 << 12)]], "in their order, and none is kept back"


def test_pages_of_many_requests_are_one_piece() -> None:
    block = RAMBlock("big", 300 << 12)
    block.by_page[:] = np.arange(300)[:, None] % 256
    ram = RamList()
    ram.register(block)
    saver = RamEntry(ram, StreamOptions("pc", 12, capabilities={"postcopy-ram"})).saver
    saver.setup(Output())
    asked: list[Wanted] = [("big", 9 << 12, 1 << 12), (None, 2 << 12, 2 << 12), (None, 2 << 12, 1 << 12)]
    (records,) = saver.serve(asked)
    assert [int(word) >> 12 for word in words_of(b"".join(records), "big")] == [2, 3, 9], "each once, ascending"
    assert saver.counters.postcopy_requests == 3
    assert not list(saver.serve(asked)), "they have gone"
    pieces = list(saver.serve([("big", 20 << 12, 270 << 12), (None, 10 << 12, 1 << 12)]))
    assert len(pieces) == 2, "no piece is larger than 1 MiB"


def words_of(data: bytes, name: str) -> list[int]:
    """The word of each record with its contents, the first of which names its block."""
    found, at = [], 0
    while at < len(data):
        found.append(int.from_bytes(data[at : at + 8]))
        at += 8 + (0 if found[-1] & RamFlag.CONTINUE else 1 + len(name)) + (4096 if found[-1] & RamFlag.PAGE else 1)
    return found
