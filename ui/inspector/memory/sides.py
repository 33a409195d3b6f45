"""Sides of the RAM part of the Inspector, in the order of their tabs."""

from __future__ import annotations

MAP, BLOCKS, PASSES = "map", "blocks", "passes"
SIDES = (MAP, BLOCKS, PASSES)
