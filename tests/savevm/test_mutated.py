"""Streams with bytes changed, cut and moved: a typed error or a load, the same in any chunking."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.errors import SnapmgrError
from tests.savevm.streams import END, EOF, PART, START, command, full, live, packaged, seen, stream

GOOD = stream(
    command(1),
    live(START),
    live(PART, payload=b"i"),
    packaged(command(2, bytes(4)) + full() + packaged(full(3) + EOF + b"left") + EOF),
    live(END, payload=b"c"),
    full(5),
)


@settings(max_examples=300, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=3),
    cut=st.integers(0, len(GOOD)) | st.just(len(GOOD)),
    step=st.integers(1, 40),
)
def test_any_stream_is_loaded_or_refused_alike_in_any_chunking(
    changes: list[tuple[int, int]], cut: int, step: int
) -> None:
    data = bytearray(GOOD)
    for offset, value in changes:
        data[offset] = value
    whole, pieces = seen(bytes(data[:cut])), seen(bytes(data[:cut]), step=step)
    assert (whole.error is None) == bool(whole.effects and whole.live.ran[-1:] == ["load_cleanup"])
    assert pieces.host.errors == whole.host.errors
    assert (pieces.trace, pieces.effects, pieces.device) == (whole.trace, whole.effects, whole.device)
    assert _told(pieces.error) == _told(whole.error)


def _told(error: SnapmgrError | None) -> object:
    return None if error is None else (type(error), error.code, error.offset, error.qemu)
