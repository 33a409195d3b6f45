"""The current theme for code that paints.

The theme has no state of its own: it is read off the application's palette, which ``appearance`` fills from the
tokens.  Whoever paints asks in ``paintEvent`` and repaints on ``QEvent.PaletteChange`` as widgets do anyway.
"""

from __future__ import annotations

import functools

from PySide6.QtGui import QColor, QGuiApplication, QPalette

from ui.theme.tokens import DARK, THEMES, Tokens

_ROLE, _GROUP = QPalette.ColorRole, QPalette.ColorGroup
_BY_COLOURS = {(QColor(t.app).rgb(), QColor(t.line).rgb()): t for t in THEMES.values()}


def tokens() -> Tokens:
    """The colours in force; the dark ones before any theme was applied."""
    return _tokens_of(QGuiApplication.palette().cacheKey())


@functools.lru_cache(maxsize=8)
def _tokens_of(key: int) -> Tokens:
    """Those of the palette in force, which ``key`` stands for: whoever paints asks for every colour."""
    current = QGuiApplication.palette()
    return _BY_COLOURS.get((current.color(_ROLE.Window).rgb(), current.color(_ROLE.Mid).rgb()), DARK)


@functools.lru_cache(maxsize=512)
def qcolor(value: str, alpha: float = 1.0) -> QColor:
    """A token's value as Qt's colour.  Not to be changed by the caller."""
    colour = QColor(value)
    if alpha < 1.0:
        colour.setAlphaF(alpha)
    return colour


def color(name: str, alpha: float = 1.0) -> QColor:
    """The colour of a token in the current theme, e.g. ``color("accent")`` or ``color(kind.value)``."""
    value = getattr(tokens(), name)
    return QColor(*value) if isinstance(value, tuple) else qcolor(value, alpha)


def is_dark() -> bool:
    return tokens().name.startswith("dark")


def luminance(value: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 to 1."""
    channels = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2.2 defines it, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def on_kind(kind: str) -> QColor:
    """The colour of a label that stands on the fill of a section kind: whichever of the two is read better."""
    return qcolor(_on_kind(QGuiApplication.palette().cacheKey(), kind))


@functools.lru_cache(maxsize=128)
def _on_kind(key: int, kind: str) -> str:
    """In the palette that ``key`` stands for: bars and maps ask whenever they are painted."""
    current = _tokens_of(key)
    fill = getattr(current, kind)
    return max((current.onPrimary, current.onKind), key=lambda text: contrast(text, fill))


def build(t: Tokens) -> QPalette:
    """Qt's palette of a theme, for everything that Fusion paints by itself."""
    palette = QPalette()
    for role, value in {
        _ROLE.Window: t.app,
        _ROLE.WindowText: t.text,
        _ROLE.Base: t.panel,
        _ROLE.AlternateBase: t.raised,
        _ROLE.ToolTipBase: t.raised,
        _ROLE.ToolTipText: t.text,
        _ROLE.PlaceholderText: t.text3,
        _ROLE.Text: t.text,
        _ROLE.Button: t.raised,
        _ROLE.ButtonText: t.text,
        _ROLE.BrightText: t.onPrimary,
        _ROLE.Light: t.hover,
        _ROLE.Midlight: t.hover,
        _ROLE.Dark: t.lineStrong,
        _ROLE.Mid: t.line,
        _ROLE.Shadow: t.sunken,
        _ROLE.Highlight: t.sel,
        _ROLE.HighlightedText: t.text,
        _ROLE.Accent: t.accent,
        _ROLE.Link: t.accent,
        _ROLE.LinkVisited: t.accent,
    }.items():
        palette.setColor(role, QColor(value))
    palette.setColor(_GROUP.Inactive, _ROLE.Highlight, QColor(t.selInactive))
    for role in (_ROLE.WindowText, _ROLE.Text, _ROLE.ButtonText, _ROLE.HighlightedText):
        palette.setColor(_GROUP.Disabled, role, QColor(t.lineStrong))
    return palette
