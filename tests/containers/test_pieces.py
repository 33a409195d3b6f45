"""Memory that a file is read into."""

from __future__ import annotations

from snapmgr.containers.pieces import Pieces, read_ahead


def test_memory_is_used_again_as_soon_as_nobody_looks_at_it() -> None:
    pieces = Pieces(1 << 16)
    held = [pieces.take() for _ in range(3)]
    for number, piece in enumerate(held):
        piece[:] = bytes([number + 1]) * len(piece)
    part = held[0][100:200]
    del piece, held
    again = [pieces.take() for _ in range(3)]
    assert bytes(part) == b"\1" * 100, "a part of it is looked at still"
    assert {piece[0] for piece in again} == {0, 2, 3}, "two are those of before, one is new"


def test_a_long_file_is_read_in_order() -> None:
    whole = bytes(range(251)) * 70_000

    def fill(offset: int, memory: memoryview) -> None:
        memory[:] = whole[offset : offset + len(memory)]

    assert b"".join(bytes(piece[3:]) for piece in read_ahead(fill, 5, len(whole), 3)) == whole[5:]
