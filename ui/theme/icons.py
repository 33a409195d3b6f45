"""Phosphor icons by name, in a colour of the theme, sharp at every scale, and always in the theme of the moment.

The font is the one that qtawesome ships (prefix ``ph.``).  It is opened directly: importing qtawesome loads ten
fonts and a second Qt binding layer, a quarter of the time that a window may take to appear.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from ui.theme.palette import color, tokens
from ui.theme.resources import resource


def _font_folder() -> Path:
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("The icon font is missing: install qtawesome")
    return Path(spec.submodule_search_locations[0]) / "fonts"


@functools.cache
def charmap() -> dict[str, str]:
    """Character of every Phosphor icon by its name (``camera``, ``camera-bold``, ``camera-fill``)."""
    (path,) = _font_folder().glob("phosphor-charmap-*.json")
    return {name: chr(int(code, 16)) for name, code in json.loads(path.read_text()).items()}


@functools.cache
def _family() -> str:
    (path,) = _font_folder().glob("phosphor-[0-9]*.ttf")
    number = QFontDatabase.addApplicationFontFromData(QByteArray(path.read_bytes()))
    if number < 0:
        raise FileNotFoundError(f"{path} is not a font that Qt can read")
    return QFontDatabase.applicationFontFamilies(number)[0]


@functools.lru_cache(maxsize=64)
def _font(pixels: int) -> QFont:
    font = QFont(_family())
    font.setPixelSize(pixels)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def paint(painter: QPainter, rect: QRect | QRectF, name: str, tint: str) -> None:
    """Draw an icon into ``rect``; ``tint`` is the name of a token."""
    painter.save()
    painter.setFont(_font(max(1, round(min(rect.width(), rect.height())))))
    painter.setPen(color(tint))
    painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, charmap()[name])
    painter.restore()


@functools.lru_cache(maxsize=512)
def _pixmap(name: str, tint: str, theme: str, width: int, height: int) -> QPixmap:
    result = QPixmap(width, height)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    paint(painter, QRect(0, 0, width, height), name, tint)
    painter.end()
    return result


class _Engine(QIconEngine):
    """Looks the colour up when it paints, so that icons follow the theme without being set again."""

    def __init__(self, name: str, on_name: str, tint: str, on_tint: str) -> None:
        super().__init__()
        self._names = {QIcon.State.Off: (name, tint), QIcon.State.On: (on_name, on_tint)}

    def _look(self, mode: QIcon.Mode, state: QIcon.State) -> tuple[str, str]:
        name, tint = self._names[state]
        return name, "lineStrong" if mode == QIcon.Mode.Disabled else tint

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint(painter, rect, *self._look(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _pixmap(*self._look(mode, state), tokens().name, size.width(), size.height())

    def clone(self) -> QIconEngine:
        (name, tint), (on_name, on_tint) = self._names[QIcon.State.Off], self._names[QIcon.State.On]
        return _Engine(name, on_name, tint, on_tint)


def icon(name: str, tint: str = "text2", *, on: str | None = None, on_tint: str | None = None) -> QIcon:
    """A Phosphor icon in the colour of a token.  ``on`` and ``on_tint`` are for the checked state.

    Raises KeyError for a name that Phosphor 1.x does not have.
    """
    known = charmap()
    known[name], known[on or name]
    return QIcon(_Engine(name, on or name, tint, on_tint or tint))


def pixmap(name: str, size: int, tint: str = "text2", ratio: float = 1.0) -> QPixmap:
    """An icon as a picture for labels: ``size`` is device-independent, ``ratio`` the screen's."""
    physical = round(size * ratio)
    result = QPixmap(_pixmap(name, tint, tokens().name, physical, physical))
    result.setDevicePixelRatio(ratio)
    return result


def app_icon() -> QIcon:
    """The mark of the application, from its SVG."""
    return QIcon(str(resource("icons", "snapmgr.svg")))
