"""A curve and what is under it as a picture, column by column.

However much it goes up and down, that takes as long: to a painter's path a noisy curve of 300 points is ten times the
work of a smooth one, several milliseconds of a frame."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HALF = 0.75
"""Px of half the line."""
FILL = 0.18
"""How much of its colour is under it."""

Floats = npt.NDArray[np.float64]
Shares = npt.NDArray[np.float32]


def drawn(x: Floats, y: Floats, width: int, height: int, scale: float = 1.0) -> Shares:
    """How much of the curve's colour each dot has, 0 to 1, of shape (height, width).

    ``x`` (rising) and ``y`` (both n) are dots from the left and from the top; ``scale`` is dots per px."""
    shares = np.zeros((height, width), np.float32)
    first, last = max(0, int(np.floor(x[0]))), min(width, int(np.ceil(x[-1])))
    if last <= first:
        return shares
    edges = np.interp(np.arange(first, last + 1), x, y)
    low, high = np.minimum(edges[:-1], edges[1:]), np.maximum(edges[:-1], edges[1:])
    places = np.floor(x).astype(np.intp) - first
    inside = (places >= 0) & (places < len(low))
    np.minimum.at(low, places[inside], y[inside])
    np.maximum.at(high, places[inside], y[inside])
    slope, middle = np.hypot(1, edges[1:] - edges[:-1]), (edges[1:] + edges[:-1]) / 2
    highest = np.minimum.reduce((low, np.append(low[1:], low[-1]), np.append(low[:1], low[:-1]))) - HALF * scale
    lowest = np.maximum.reduce((high, np.append(high[1:], high[-1]), np.append(high[:1], high[:-1]))) + HALF * scale
    rows = np.arange(height, dtype=np.float32)[:, None]
    near = np.abs(rows + np.float32(0.5) - _narrow(middle)) / _narrow(slope)
    line = np.clip(np.float32(HALF * scale + 0.5) - near, 0, _between(rows, highest, lowest))
    np.maximum(line, _between(rows, low, high), out=line)
    under = np.clip(rows + 1 - _narrow(middle), 0, 1) * np.float32(FILL)
    shares[:, first:last] = line + under * (1 - line)
    return shares


def _narrow(values: Floats) -> Shares:
    narrow: Shares = values.astype(np.float32)
    return narrow


def _between(rows: Shares, low: Floats, high: Floats) -> Shares:
    """How much of each dot lies between both."""
    shares: Shares = np.clip(np.minimum(rows + 1, _narrow(high)) - np.maximum(rows, _narrow(low)), 0, 1)
    return shares


def coloured(shares: Shares, tint: tuple[int, int, int]) -> npt.NDArray[np.uint32]:
    """The picture in one colour, 0xAARRGGBB with the colour times alpha, as QImage's Format_ARGB32_Premultiplied."""
    levels = np.arange(256, dtype=np.uint32)
    look = levels << 24
    for part, place in zip(tint, (16, 8, 0), strict=True):
        look |= (levels * part + 127) // 255 << place
    picture: npt.NDArray[np.uint32] = look[(shares * 255 + np.float32(0.5)).astype(np.uint8)]
    return picture
