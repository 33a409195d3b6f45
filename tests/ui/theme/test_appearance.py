"""Theme, size and family in force on the application."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontInfo, QIcon

from ui.theme import fonts, icons, palette
from ui.theme.appearance import Appearance
from ui.theme.resources import resource
from ui.theme.stylesheet import stylesheet
from ui.theme.tokens import DARK, LIGHT, THEMES


@pytest.fixture
def appearance(qapp: Any) -> Iterator[Appearance]:
    made = Appearance(qapp)
    yield made
    made.force_contrast(False)
    made.choose("dark", 13)
    made.deleteLater()


def test_a_choice_reaches_palette_and_style_sheet(appearance: Appearance, qapp: Any) -> None:
    appearance.choose("light", 13)
    assert palette.tokens() is LIGHT and not palette.is_dark()
    assert LIGHT.sel in qapp.styleSheet()
    appearance.choose("dark", 13)
    assert palette.tokens() is DARK and palette.is_dark()


def test_high_contrast_is_a_theme_of_its_own(appearance: Appearance) -> None:
    appearance.choose("dark", 13)
    appearance.force_contrast(True)
    assert palette.tokens() is THEMES["dark-contrast"]


def test_size_of_type_scales_everything(appearance: Appearance) -> None:
    appearance.choose("dark", 13)
    assert (fonts.ui(20).pixelSize(), fonts.px(26)) == (20, 26)
    appearance.choose("dark", 20)
    assert fonts.ui(13).pixelSize() == 20
    assert fonts.px(26) == 40
    appearance.choose("dark", 11)
    assert fonts.px(26) == 26, "a smaller text does not make a smaller target"


@pytest.mark.parametrize("weight", [400, 500, 600])
def test_the_shipped_faces_are_used(appearance: Appearance, weight: int) -> None:
    appearance.choose("dark", 13)
    found = QFontInfo(fonts.ui(13, weight))
    assert (found.family(), found.weight()) == ("Inter", weight)
    assert QFontInfo(fonts.mono()).family() == "JetBrains Mono"


def test_fonts_come_with_their_licences() -> None:
    for name in ("OFL-Inter.txt", "OFL-JetBrainsMono.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in resource("fonts", name).read_text(encoding="utf-8")


def test_a_style_sheet_knows_every_name_it_uses() -> None:
    for tokens in THEMES.values():
        assert "$" not in stylesheet(tokens, 13)


def test_an_icon_follows_the_theme_without_being_made_again(appearance: Appearance) -> None:
    icon = icons.icon("camera", "text")
    appearance.choose("dark", 13)
    dark = icon.pixmap(QSize(16, 16)).toImage()
    appearance.choose("light", 13)
    light = icon.pixmap(QSize(16, 16)).toImage()
    assert not dark.isNull() and dark != light
    disabled = icon.pixmap(QSize(16, 16), QIcon.Mode.Disabled).toImage()
    assert disabled != light


def test_an_unknown_icon_is_an_error(qapp: Any) -> None:
    with pytest.raises(KeyError):
        icons.icon("no-such-icon")
