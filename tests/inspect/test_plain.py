"""Channels and mapped-ram files as plain streams: RAM is the same, and a real QEMU loads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.errors import Unsupported
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.plain import put_plain
from tests import corpus
from tests.qemu import needs_qemu
from tests.replica.reload import saved_again

Indexed = Callable[..., StreamIndex]


def plain(index: StreamIndex) -> bytes:
    out = bytearray()
    put_plain(index, out.extend)
    return bytes(out)


@pytest.mark.parametrize("name", ["mapped-ram-live.v100", "multifd-zstd.v100", "postcopy-preempt.v100", "colo.v100"])
def test_a_plain_stream_holds_the_same(indexed: Indexed, tmp_path: Path, name: str) -> None:
    before = indexed(name, "stream" if name.startswith("mapped") else "*")
    (tmp_path / "plain.mig").write_bytes(plain(before))
    after = index_stream(open_source(tmp_path / "plain.mig"))
    assert not [problem for problem in after.problems if problem.severity != "note"]
    assert {block: after.ram.sha256(block) for block in after.ram.blocks} == {
        block: before.ram.sha256(block) for block in before.ram.blocks
    }
    assert "mapped-ram" not in (after.configuration.capabilities or ()) if after.configuration else False
    assert [record.idstr for record in after.records if record.type == "FULL"]
    assert (after.description is None) == (before.description is None)


@pytest.mark.parametrize("name", ["multifd-zlib.v72", "postcopy-recover.v72"])
@needs_qemu[0]
@needs_qemu[1]
def test_a_real_qemu_loads_it(indexed: Indexed, tmp_path: Path, name: str) -> None:
    again = index_stream(open_source(saved_again(plain(indexed(name, "*")), tmp_path, name)))
    truths = {block["name"]: block["sha256"] for block in corpus.streams()["cases"][name]["blocks"] if block["sha256"]}
    assert truths
    assert {block: again.ram.sha256(block) for block in truths} == truths


def test_what_never_came_to_its_end_cannot_be_loaded(tmp_path: Path) -> None:
    folder = corpus.lay_out("multifd-zlib.v72", tmp_path)
    main = (folder / "conn0.fwd.bin").read_bytes()
    (folder / "conn0.fwd.bin").write_bytes(main[:30000])
    with pytest.raises(Unsupported, match="never came"):
        plain(index_stream(open_source(folder)))
