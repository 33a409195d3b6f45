"""A curve as a picture: the line where the values are, a tint below it, nothing beyond its ends; peaks are kept."""

from __future__ import annotations

import numpy as np

from ui.migration.curve_picture import FILL, coloured, drawn


def test_the_line_is_as_thick_everywhere_and_has_its_tint_below() -> None:
    shares = drawn(np.array([2.0, 18.0]), np.array([5.0, 5.0]), 20, 10)
    assert not shares[:, :2].any() and not shares[:, 18:].any(), "nothing beyond its ends"
    assert np.allclose(shares[4:6, 2:18].sum(axis=0), 1.5 + FILL / 4, atol=1e-5), "1.5 px, and the tint at its edge"
    assert not shares[:4].any() and np.allclose(shares[6:, 2:18], FILL)
    steep = drawn(np.array([0.0, 20.0]), np.array([0.0, 20.0]), 20, 20)
    across = (steep[:, 10] - FILL * (np.arange(20) > 10)).clip(0)
    assert 1.5 < across.sum() < 1.5 * 2**0.5 + 0.5


def test_of_values_that_share_a_dot_the_peaks_are_seen() -> None:
    x, y = np.linspace(0, 10, 1001), np.full(1001, 15.0)
    y[505] = 1.0  # within the sixth column, and gone at its edges
    shares = drawn(x, y, 10, 20)
    assert shares[1:15, 5].min() == 1.0 and shares[0, 5] == 0.0
    assert shares[1:13, 3].max() == 0.0


def test_a_dot_has_the_colour_times_its_share() -> None:
    picture = coloured(np.array([[0.0, 1.0, 0.5]], np.float32), (200, 100, 0))
    assert [hex(dot) for dot in picture[0].tolist()] == ["0x0", "0xffc86400", "0x80643200"]
