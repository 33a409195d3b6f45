"""Where the cases lie as stored: ``snapctl`` unpacks them itself."""

from __future__ import annotations

from pathlib import Path

from tests import corpus


def stored(name: str, file: str = "stream", *, damaged: bool = False) -> Path:
    """The stored file of a stream, plain or zst."""
    case = corpus.stream_case(name, damaged=damaged)
    return corpus.corpus_root() / "streams" / str(case["files"][file]["file"])
