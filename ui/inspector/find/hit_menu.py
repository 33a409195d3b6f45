"""What can be done with a hit: go there, see its bytes, copy what was found."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from ui.inspector.find.searching import Hit
from ui.models.texts import shown
from ui.shell import formats
from ui.shell.mnemonics import mark_letters
from ui.theme import icons
from ui.words import tr


def found_text(hit: Hit) -> str:
    """A field as name = value, bytes as hex."""
    return f"{shown(hit.name)} = {shown(hit.value)}" if hit.path else hit.around.hex(" ").upper()


def place_text(hit: Hit) -> str:
    """``pc.ram + 0x5000``, or an offset in the stream."""
    if hit.block and not hit.path:
        return f"{shown(hit.block)} + {hit.offset:#x}"
    return f"0x{formats.offset(hit.offset)}"


def hit_menu(
    owner: QWidget, hit: Hit, go: Callable[[Hit], object], show_bytes: Callable[[Hit], object],
    notify: Callable[[str], object],
) -> QMenu:  # fmt: skip
    """It goes when it is closed."""
    menu = QMenu(owner)

    def copy(text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        notify(tr("Copied"))

    def add(icon: str, text: str, run: Callable[[], object]) -> None:
        menu.addAction(icons.icon(icon), text).triggered.connect(lambda *_: run())

    add("arrow-elbow-down-right", tr("Go there"), lambda: go(hit))
    add("hash", tr("Show bytes"), lambda: show_bytes(hit))
    menu.addSeparator()
    #: What a search found: a field, or bytes and those around them
    add("copy", tr("Copy name and value") if hit.path else tr("Copy bytes"), lambda: copy(found_text(hit)))
    add("copy", tr("Copy offset"), lambda: copy(place_text(hit)))
    mark_letters(menu)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
