"""The picture's rule, against one written out cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapmgr.machine.automaton import step


def slowly(cells: list[list[int]]) -> list[list[int]]:
    """One generation of one bit, block by block."""
    height, width = len(cells), len(cells[0])
    for shift in (0, 1):
        after = [[0] * width for _ in range(height)]
        for top in range(shift, height + shift, 2):
            for left in range(shift, width + shift, 2):
                places = [((top + down) % height, (left + right) % width) for down in (0, 1) for right in (0, 1)]
                block = [cells[row][column] for row, column in places]
                alive = sum(block)
                if alive == 3:
                    block = block[::-1]
                if alive != 2:
                    block = [1 - cell for cell in block]
                for (row, column), cell in zip(places, block, strict=True):
                    after[row][column] = cell
        cells = after
    return cells


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=48, max_size=48))
def test_every_bit_follows_the_rule_by_itself(content):
    cells = np.frombuffer(content, np.uint8).reshape(6, 8).copy()
    planes = [(cells >> bit & 1).tolist() for bit in range(8)]
    step(cells)
    for bit in range(8):
        assert (cells >> bit & 1).tolist() == slowly(planes[bit])


@pytest.mark.parametrize("bit", [0, 3, 7])
def test_a_difference_of_one_bit_never_heals(bit):
    chance = np.random.default_rng(5)
    one = chance.integers(0, 256, (32, 48), np.uint8)
    two = one.copy()
    two[11, 30] ^= np.uint8(1 << bit)
    for _ in range(300):
        step(one)
        step(two)
        assert (one ^ two).any()
        assert not ((one ^ two) & np.uint8(~(1 << bit) & 0xFF)).any()


def test_nothing_comes_from_nothing():
    empty = np.zeros((8, 8), np.uint8)
    step(empty)
    assert not empty.any()
