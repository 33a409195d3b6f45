"""A replica of every plain stream of the corpus saves the same bytes again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.replica.machine import Replica
from snapmgr.savevm.output import Output
from tests import corpus

PLAIN = [
    name
    for name, case in corpus.streams()["cases"].items()
    if case["kind"] in ("precopy", "bgsnap") and "stream" in case["files"]
]


@pytest.mark.parametrize("name", PLAIN)
def test_the_same_bytes_again(name: str, tmp_path: Path) -> None:
    stream = corpus.stream_bytes(name)
    file = tmp_path / "in.mig"
    file.write_bytes(stream)
    written = bytearray()

    def drain(buffers):
        for buffer in buffers:
            written.extend(buffer)

    with closing(open_source(str(file))) as source:
        Replica.from_stream(source).save(Output(drain))
    assert written == stream
