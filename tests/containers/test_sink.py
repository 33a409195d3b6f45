"""A sink writes every byte where it belongs, and tells the first error."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.block.vectored import VECTOR, write_at
from snapmgr.containers.sink import FileSink
from snapmgr.savevm.output import PIECE, Output


@contextmanager
def sink(path: Path, offset: int = 0) -> Iterator[FileSink]:
    with path.open("wb") as file, ThreadPoolExecutor(3) as pool:
        yield FileSink(file.fileno(), pool, offset)


@given(st.lists(st.lists(st.binary(max_size=40), max_size=6), max_size=12), st.integers(0, 9))
def test_bytes_stand_in_their_order(
    tmp_path_factory: pytest.TempPathFactory, drains: list[list[bytes]], start: int
) -> None:
    path = tmp_path_factory.mktemp("sink") / "file"
    with sink(path, start) as target:
        for buffers in drains:
            target(buffers)
        target.flush()
        assert target.offset == start + sum(len(buffer) for buffers in drains for buffer in buffers)
        expected = b"".join(buffer for buffers in drains for buffer in buffers)
        assert path.read_bytes() == (bytes(start) + expected if expected else b"")


def test_more_buffers_than_one_call_takes(tmp_path: Path) -> None:
    with sink(tmp_path / "file") as target:
        target([bytes([number & 0xFF]) for number in range(3 * VECTOR + 1)])
        target.flush()
    assert (tmp_path / "file").read_bytes() == bytes(number & 0xFF for number in range(3 * VECTOR + 1))


def test_an_output_drains_into_it(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    pieces = [random.integers(0, 256, PIECE + number, dtype=np.uint8) for number in range(20)]
    with sink(tmp_path / "file") as target:
        output = Output(target)
        for piece in pieces:
            output.put(b"head")
            output.put(piece.data)
        output.flush()
        target.flush()
    assert (tmp_path / "file").read_bytes() == b"".join(b"head" + piece.tobytes() for piece in pieces)


def test_the_first_error_is_told_and_ends_the_writing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    descriptor = os.open(tmp_path / "file", os.O_RDONLY)
    with ThreadPoolExecutor(1) as pool:
        target = FileSink(descriptor, pool)
        with pytest.raises(OSError, match="Bad file descriptor"):
            for _ in range(20):
                target([b"x"])
        target.flush()
    os.close(descriptor)


def test_a_write_that_takes_only_a_part_is_gone_on_with(tmp_path: Path) -> None:
    """A limit on the size of files cuts the first write; the next one tells why."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with (tmp_path / "file").open("wb") as file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                write_at(file.fileno(), [memoryview(b"12345678"), memoryview(b"90abcdef")], 0)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, ignored)
    assert (tmp_path / "file").read_bytes() == b"1234567890"
