"""Every colour and every measure of the window, as data.  No other file of ui holds a colour.

Colours are ``#RRGGBB``; lengths are device-independent pixels.  ``k_`` are section kinds, ``p_`` page states.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SPACE = (2, 4, 8, 12, 16, 20, 24, 32)
"""The only distances between things."""

INSET = 16
"""From the edge of a pane to its content."""

RADIUS_SMALL, RADIUS, RADIUS_CARD, RADIUS_CHIP, RADIUS_DIALOG = 4, 6, 8, 11, 12
TOP_ROW, PALETTE_FIELD, PALETTE_FIELD_NARROW, RAIL, RAIL_NARROW, STATUS_BAR = 41, 420, 280, 72, 48, 26
CONTROL, SMALL_TOOL, RAIL_BUTTON = 30, 24, 48
ROW_TREE, ROW_LOG, ROW_SOURCE, ROW_SNAPSHOT, ROW_JOB, ROW_PALETTE, ROW_PROBLEM = 26, 24, 46, 54, 48, 38, 48
NARROW, TINY = 1200, 900
"""Window widths below which the rail becomes icons, and details become a page of their own."""
SMALLEST = (800, 560)
OPENING_MS, CLOSING_MS = 120, 80
HEAT = ("#00224E", "#123570", "#3B496C", "#575D6D", "#707173", "#8A8779", "#A69D75", "#C4B56C", "#E4CF5B", "#FEE838")
"""Cividis from its darkest to its lightest: how often, how late (Nuñez, Anderton, Renslow 2018)."""
BODY = 13
"""Body text; the other sizes of type are named in ``TYPE`` and scale with it."""

TYPE = {
    "welcome": (26, 600),
    "machine": (20, 600),
    "dialog": (18, 600),
    "object": (16, 600),
    "explain": (15, 600),
    "strong": (13, 600),
    "medium": (13, 500),
    "body": (13, 400),
    "secondary": (12, 400),
    "axis": (11, 400),
}
"""Role of a text: size in px at the normal setting, weight."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, by what they are for."""

    name: str
    app: str
    panel: str
    raised: str
    sunken: str
    hover: str
    pressed: str
    sel: str
    selInactive: str
    line: str
    lineStrong: str
    text: str
    text2: str
    text3: str
    accent: str
    primary: str
    primaryHover: str
    onPrimary: str
    ok: str
    warn: str
    danger: str
    dangerFill: str
    onDanger: str
    okBg: str
    warnBg: str
    dangerBg: str
    infoBg: str
    neutralBg: str
    k_meta: str
    k_ram: str
    k_block: str
    k_dev: str
    k_sub: str
    k_cmd: str
    k_fault: str
    p_zero: str
    p_norm: str
    p_xbz: str
    p_comp: str
    p_dirty: str
    p_req: str
    p_miss: str
    p_sent: str
    scrim: tuple[int, int, int, int]
    onKind: str


DARK = Tokens(
    name="dark",
    app="#14161B",
    panel="#1A1D23",
    raised="#22262E",
    sunken="#0F1115",
    hover="#272C35",
    pressed="#2F3541",
    sel="#1D3A63",
    selInactive="#2A2F39",
    line="#2C313B",
    lineStrong="#7C8695",
    text="#E8EBF1",
    text2="#B2BAC7",
    text3="#97A1B0",
    accent="#6FA8FF",
    primary="#2F6FD6",
    primaryHover="#2A64C4",
    onPrimary="#FFFFFF",
    ok="#4CC38A",
    warn="#F2B63C",
    danger="#FF8078",
    dangerFill="#C8372F",
    onDanger="#FFFFFF",
    okBg="#163127",
    warnBg="#352A12",
    dangerBg="#3A1D1D",
    infoBg="#182B47",
    neutralBg="#2A2F39",
    k_meta="#8A8F99",
    k_ram="#3A6FD6",
    k_block="#A9EFC4",
    k_dev="#EE8E4E",
    k_sub="#F9EC5A",
    k_cmd="#D794E6",
    k_fault="#C2343D",
    p_zero="#3A414D",
    p_norm="#2F6BD0",
    p_xbz="#86F5B2",
    p_comp="#D1C2FB",
    p_dirty="#ECAB30",
    p_req="#C8246E",
    p_miss="#15181D",
    p_sent="#1F3F73",
    scrim=(5, 7, 10, 150),
    onKind="#14161B",
)
LIGHT = Tokens(
    name="light",
    app="#F1F3F6",
    panel="#FFFFFF",
    raised="#F6F7F9",
    sunken="#EBEEF2",
    hover="#EEF1F5",
    pressed="#E2E7EE",
    sel="#D5E5FF",
    selInactive="#E6E9EE",
    line="#DCE0E7",
    lineStrong="#79828F",
    text="#161A21",
    text2="#454E5C",
    text3="#586271",
    accent="#1B5BC9",
    primary="#1F62D2",
    primaryHover="#1A56BA",
    onPrimary="#FFFFFF",
    ok="#0F7442",
    warn="#885400",
    danger="#BE2A22",
    dangerFill="#C22F27",
    onDanger="#FFFFFF",
    okBg="#DFF3E8",
    warnBg="#FCEFD2",
    dangerBg="#FCE4E2",
    infoBg="#E1ECFD",
    neutralBg="#E8EBF0",
    k_meta="#7C8089",
    k_ram="#4680EC",
    k_block="#277549",
    k_dev="#AE7410",
    k_sub="#CDB65C",
    k_cmd="#981D99",
    k_fault="#9B1400",
    p_zero="#C6CED8",
    p_norm="#3E8BDE",
    p_xbz="#0A5731",
    p_comp="#5A22AE",
    p_dirty="#BC7C2C",
    p_req="#96077A",
    p_miss="#FBFCFD",
    p_sent="#A9CBF0",
    scrim=(20, 26, 36, 110),
    onKind="#14161B",
)


def high_contrast(tokens: Tokens) -> Tokens:
    """The same theme for people who asked the system for more contrast."""
    return replace(tokens, name=f"{tokens.name}-contrast", line=tokens.lineStrong, text3=tokens.text2)


THEMES = {tokens.name: tokens for tokens in (DARK, LIGHT, high_contrast(DARK), high_contrast(LIGHT))}
