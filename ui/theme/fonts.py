"""The two shipped type families, and fonts of a given size and weight for code that paints.

Sizes are those of the design at its normal setting; they scale with the application's font, so that one setting
scales everything.
"""

from __future__ import annotations

import functools

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QGuiApplication

from ui.theme.resources import resource
from ui.theme.tokens import BODY, TYPE

UI_FAMILY, MONO_FAMILY = "Inter", "JetBrains Mono"
FILES = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Medium.ttf",
)


def load() -> None:
    """Make the shipped fonts known to Qt.  Raises FileNotFoundError where one is missing or unreadable."""
    known = set(QFontDatabase.families())
    if {UI_FAMILY, MONO_FAMILY} <= known and QGuiApplication.instance().property("snapmgrFonts"):
        return
    for name in FILES:
        data = QByteArray(resource("fonts", name).read_bytes())
        if QFontDatabase.addApplicationFontFromData(data) < 0:
            raise FileNotFoundError(f"{resource('fonts', name)} is not a font that Qt can read")
    QGuiApplication.instance().setProperty("snapmgrFonts", True)


def scale() -> float:
    """Chosen size of type over the normal one: 1.0, 1.5 for body text of about 20 px."""
    size = QGuiApplication.font().pixelSize()
    return size / BODY if size > 0 else 1.0


def px(length: float) -> int:
    """A height that holds text (a row, a control), at the chosen size of type."""
    return max(round(length), round(length * scale()))


def body_size() -> int:
    return max(1, QGuiApplication.font().pixelSize())


@functools.lru_cache(maxsize=128)
def _font(family: str, pixels: int, weight: int, mono: bool, tabular: bool) -> QFont:
    font = QFont(family)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight(weight))
    if mono:
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setFeature(QFont.Tag("calt"), 0)
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def ui(size: int = BODY, weight: int = 400, *, tabular: bool = False) -> QFont:
    """The reading face.  ``tabular`` for anything that counts or stands in a column of numbers."""
    return QFont(_font(QGuiApplication.font().family(), round(size * scale()), weight, False, tabular))


def role(name: str, *, tabular: bool = False) -> QFont:
    """The reading face for a role of ``tokens.TYPE``."""
    size, weight = TYPE[name]
    return ui(size, weight, tabular=tabular)


def mono(size: int = 12, weight: int = 400) -> QFont:
    """The face of bytes, offsets and QEMU's words."""
    return QFont(_font(MONO_FAMILY, round(size * scale()), weight, True, False))


def text_width(font: QFont, text: str) -> int:
    return QFontMetrics(font).horizontalAdvance(text)
