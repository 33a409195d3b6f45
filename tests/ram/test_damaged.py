"""RAM of real streams: good ones are loaded as QEMU loads them, damaged ones refused in its words."""

from __future__ import annotations

import hashlib

import pytest

from snapmgr.errors import StreamError
from snapmgr.ram.block import RAMBlock
from snapmgr.ram.handlers import RamEntry
from snapmgr.ram.ramlist import RamList
from snapmgr.ram.words import IDSTR
from snapmgr.savevm.handlers import HandlerFailed, StreamOptions
from snapmgr.wire.events import SectionBegin
from snapmgr.wire.layout import PayloadReader
from tests.corpus import stream_bytes, streams
from tests.ram.carry import Into, load

WANTED = ("tiny", "pc-halt", "pc-live", "xbzrle", "xbzrle-small-cache", "compress", "hugetlb-plain", "zero-none")
GOOD = [name for name in streams()["cases"] if name.rpartition(".")[0] in WANTED]
OF_ONE_VERSION = {
    "damaged-ram-flag-multifd-flush.v72": "7.2 does not know the word yet",
    "damaged-ram-flag-compress.v100": "10.0 knows compressed pages no more",
    "damaged-ram-zero-fill.v100": "10.0 takes no other byte than 0",
}
"""Where 7.2 and 10.0 differ and we take what one of them takes."""
DAMAGED = [name for name in streams()["damaged"] if name.startswith("damaged-ram-") and name not in OF_ONE_VERSION]


class RamOnly(Into):
    """Other sections end at their footers."""

    def payload(self, section: SectionBegin) -> PayloadReader | None:
        return super().payload(section) if section.idstr == IDSTR else None


def machine(case: str) -> tuple[RamEntry, dict[str, RAMBlock]]:
    """The blocks that the destination of this case had."""
    ram, known = RamList(), streams()["cases"][case]
    for row in known["blocks"]:
        growing = row["name"].startswith("/rom@")
        most = 2 << 20 if growing else None
        ram.register(RAMBlock(row["name"], row["used"], max_length=most, resizeable=growing))
    capabilities = {name for name in ("compress", "xbzrle") if name in known.get("capabilities", [])}
    return RamEntry(ram, StreamOptions("pc", capabilities=capabilities)), {block.idstr: block for block in ram}


@pytest.mark.parametrize("case", GOOD)
def test_memory_is_what_it_was(case: str) -> None:
    entry, blocks = machine(case)
    load(entry, [stream_bytes(case)], RamOnly(entry))
    known = streams()["cases"][case]
    for row in known["blocks"]:
        truth = row["sha256"] if known.get("stream_rebuilds_truth") else None
        truth = truth or known["dest"]["blocks_sha256"].get(row["name"])
        block = blocks[row["name"]]
        if truth:
            assert hashlib.sha256(block.memory[: block.used_length]).hexdigest() == truth, row["name"]


@pytest.mark.parametrize("case", DAMAGED)
def test_damage_is_refused_as_qemu_refuses_it(case: str) -> None:
    known = streams()["damaged"][case]
    entry, _ = machine(known["base"])
    said = "\n".join(known["dest"]["stderr"])
    try:
        load(entry, [stream_bytes(case, damaged=True)], RamOnly(entry))
    except (StreamError, HandlerFailed) as refused:
        assert known["dest"]["result"] != "loaded", refused
        if refused.qemu is not None:
            assert refused.qemu in said
    else:
        assert known["dest"]["result"] == "loaded", said
