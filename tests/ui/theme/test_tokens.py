"""The design's measured numbers, measured again."""

from __future__ import annotations

import math
from itertools import combinations

import pytest

from ui.theme.palette import contrast
from ui.theme.tokens import DARK, LIGHT, THEMES, Tokens, high_contrast

GROUNDS = ("app", "panel", "raised", "sunken", "sel")
MEASURED = {
    "dark": {
        "text": (15.2, 14.1, 12.7, 15.8, 9.6),
        "text2": (9.3, 8.6, 7.8, 9.7, 5.8),
        "text3": (6.9, 6.5, 5.8, 7.2, 4.4),
        "accent": (7.5, 7.0, 6.3, 7.8, 4.7),
        "ok": (8.2, 7.6, 6.8, 8.5, 5.2),
        "warn": (9.9, 9.3, 8.3, 10.4, 6.3),
        "danger": (7.4, 6.9, 6.2, 7.7, 4.7),
        "lineStrong": (4.9, 4.6, 4.1, 5.1, 3.1),
    },
    "light": {
        "text": (15.7, 17.4, 16.3, 15.0, 13.7),
        "text2": (7.6, 8.4, 7.8, 7.2, 6.6),
        "text3": (5.6, 6.2, 5.8, 5.3, 4.8),
        "accent": (5.6, 6.2, 5.8, 5.3, 4.9),
        "ok": (5.3, 5.8, 5.4, 5.0, 4.6),
        "warn": (5.7, 6.3, 5.9, 5.4, 5.0),
        "danger": (5.3, 5.9, 5.5, 5.1, 4.7),
        "lineStrong": (3.5, 3.9, 3.6, 3.3, 3.1),
    },
}
KINDS = ("k_meta", "k_ram", "k_block", "k_dev", "k_sub", "k_cmd", "k_fault")
PAGES = ("p_norm", "p_xbz", "p_comp", "p_dirty", "p_req")
KIND_CONTRAST = {
    "dark": (5.8, 4.0, 14.2, 7.8, 15.5, 8.3, 3.5),
    "light": (3.4, 3.2, 4.8, 3.4, 1.7, 6.1, 7.2),
}
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
SIGHT = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
BOTH = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)


@BOTH
def test_contrasts_are_those_of_the_design(tokens: Tokens) -> None:
    for name, expected in MEASURED[tokens.name].items():
        found = [contrast(getattr(tokens, name), getattr(tokens, ground)) for ground in GROUNDS]
        assert found == pytest.approx(expected, abs=0.06), name


@BOTH
def test_text_reads_on_every_ground_and_borders_are_seen(tokens: Tokens) -> None:
    for name in ("text", "text2", "text3", "accent", "ok", "warn", "danger"):
        for ground in GROUNDS:
            if (name, ground) != ("text3", "sel"):  # may not occur: captions on a selection use text2
                assert contrast(getattr(tokens, name), getattr(tokens, ground)) >= 4.5, (name, ground)
    for ground in GROUNDS:
        assert contrast(tokens.lineStrong, getattr(tokens, ground)) >= 3, ground


@BOTH
def test_words_on_fills_and_tints_read(tokens: Tokens) -> None:
    assert contrast(tokens.onPrimary, tokens.primary) >= 4.5
    assert contrast(tokens.onPrimary, tokens.primaryHover) >= 4.5
    assert contrast(tokens.onDanger, tokens.dangerFill) >= 4.5
    for status in ("ok", "warn", "danger"):
        assert contrast(getattr(tokens, status), getattr(tokens, f"{status}Bg")) >= 4.5
    assert contrast(tokens.accent, tokens.infoBg) >= 4.5
    for kind in KINDS:
        fill = getattr(tokens, kind)
        assert max(contrast(tokens.onPrimary, fill), contrast(tokens.onKind, fill)) >= 4.5, kind


@BOTH
def test_section_kinds_stand_out_as_measured(tokens: Tokens) -> None:
    found = [contrast(getattr(tokens, kind), tokens.sunken) for kind in KINDS]
    assert found == pytest.approx(KIND_CONTRAST[tokens.name], abs=0.06)


@BOTH
@pytest.mark.parametrize("sight", SIGHT)
def test_kinds_and_page_states_are_told_apart(tokens: Tokens, sight: str) -> None:
    for names, least in ((KINDS, 20), (PAGES, 25)):
        seen = {name: lab(getattr(tokens, name), SIGHT[sight]) for name in names}
        for one, other in combinations(names, 2):
            assert math.dist(seen[one], seen[other]) >= least, (one, other)


def test_high_contrast_strengthens_lines_and_captions() -> None:
    for tokens in (DARK, LIGHT):
        strong = high_contrast(tokens)
        assert (strong.line, strong.text3) == (tokens.lineStrong, tokens.text2)
        assert strong.name in THEMES


def lab(value: str, sight: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a colour as somebody of this sight sees it."""
    channels = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    seen = [min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in sight]
    to_xyz = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    white = (0.95047, 1.0, 1.08883)
    scaled = [sum(m * c for m, c in zip(row, seen, strict=True)) / w for row, w in zip(to_xyz, white, strict=True)]
    x, y, z = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in scaled)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
