"""Messages of the return path, against the captures of real destinations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapmgr.errors import StreamError
from snapmgr.wire import return_path
from snapmgr.wire.constants import ReturnMessage
from snapmgr.wire.events import NeedData
from snapmgr.wire.return_path import Message, ReturnPathReader
from tests import corpus
from tests.strategies import CHUNK_SIZES, chunked


def read(pieces: list[bytes]) -> list[Message]:
    reader = ReturnPathReader()
    messages = []
    for piece in [*pieces, b""]:
        reader.feed(piece)
        while not isinstance(message := reader.next_event(), NeedData | None):
            messages.append(message)
    return messages


CASES = [name for name, case in corpus.streams()["cases"].items() if case.get("return_path")]


@pytest.mark.parametrize("name", CASES)
def test_captured_return_paths_are_read_to_their_end(name: str) -> None:
    case = corpus.streams()["cases"][name]
    for file in case["files"]:
        if file.endswith(".rev") and not name.startswith("colo"):
            data = corpus.stream_bytes(name, file)
            messages = read([data])
            assert sum(message.length for message in messages) == len(data)


@given(CHUNK_SIZES)
def test_what_is_written_is_read_in_any_chunking(sizes: list[int]) -> None:
    data = (
        return_path.pong(3)
        + return_path.request_pages(0x2000, 4096, "pc.ram")
        + return_path.request_pages(0x4000, 8192)
        + return_path.received_bitmap("pc.ram", bytes(range(16)))
        + return_path.shut(0)
    )
    first, named, same, bitmap, last = read(chunked(data, [size % 7 + 1 for size in sizes]))
    assert (first.type, first.number) == (ReturnMessage.PONG, 3)
    assert named.request == ("pc.ram", 0x2000, 4096)
    assert same.request == (None, 0x4000, 8192)
    assert (bitmap.block, bitmap.bitmap) == ("pc.ram", bytes(range(16)))
    assert (last.type, last.number) == (ReturnMessage.SHUT, 0)


@given(st.binary(min_size=1, max_size=200))
def test_random_bytes_raise_typed_errors_only(data: bytes) -> None:
    try:
        read([data])
    except StreamError as error:
        assert error.offset is not None


def test_an_impossible_bitmap_is_refused_before_it_is_waited_for() -> None:
    reader = ReturnPathReader()
    reader.feed(return_path.message(ReturnMessage.RECV_BITMAP, b"\x03ram") + (1 << 50).to_bytes(8))
    with pytest.raises(StreamError, match="bitmap"):
        reader.next_event()
