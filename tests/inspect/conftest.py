"""Indexes of corpus streams, made once per test process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from snapmgr.containers.open import open_source
from snapmgr.inspect.index import StreamIndex, index_stream
from tests import corpus


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., StreamIndex]]:
    """``indexed(name, file="stream", damaged=False)``: the index of a corpus stream."""
    folder: Path = tmp_path_factory.mktemp("streams")
    made: dict[tuple[str, str, bool], StreamIndex] = {}

    def index(name: str, file: str = "stream", *, damaged: bool = False) -> StreamIndex:
        key = (name, file, damaged)
        if key not in made:
            path = folder / f"{name}.{file}"
            path.write_bytes(corpus.stream_bytes(name, file, damaged=damaged))
            made[key] = index_stream(open_source(path))
        return made[key]

    yield index
    for known in made.values():
        known.source.close()
