"""What can be done with a row of a comparison: copy it, see its bytes, see it in either stream."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from ui.compare.opening import show_in_stream
from ui.compare.pair import Pair
from ui.models.difference_rows import Row
from ui.shell.context import WindowContext
from ui.shell.mnemonics import mark_letters
from ui.theme import icons
from ui.words import tr

if TYPE_CHECKING:
    from ui.compare.page import ComparePage


def path_text(row: Row) -> str:
    """``Devices/cpu (0)/env.eip``: names from the top down."""
    names = []
    one: Row | None = row
    while one is not None and one.parent is not None:
        names.append(one.name)
        one = one.parent
    return "/".join(reversed(names))


def row_text(row: Row) -> str:
    """A row as one line: ``cpu (0)/env.eip: 0x0 → 0x7c00``."""
    path = path_text(row)
    values = tr("{a} → {b}", a=row.a or "–", b=row.b or "–") if row.a or row.b else row.said
    return tr("{what}: {name}", what=path, name=values)


def row_menu(context: WindowContext, page: ComparePage, pair: Pair, row: Row) -> QMenu:
    """It goes when it is closed."""
    menu = QMenu(page)
    menu.setToolTipsVisible(True)

    def copy(text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        context.notify(tr("Copied"))

    def add(icon: str, text: str, run: Callable[[], object], *, on: bool = True) -> None:
        item = menu.addAction(icons.icon(icon), text)
        item.triggered.connect(lambda *_: run())
        item.setEnabled(on)

    add("copy", tr("Copy row"), lambda: copy(row_text(row)))
    add("copy", tr("Copy path"), lambda: copy(path_text(row)))
    #: Values of the two sides of a comparison
    add("copy", tr("Copy value in A"), lambda: copy(row.a), on=bool(row.a))
    add("copy", tr("Copy value in B"), lambda: copy(row.b), on=bool(row.b))
    menu.addSeparator()
    add("hash", tr("Show bytes"), lambda: page.show_bytes(row), on=page.has_bytes(row))
    for place, text in enumerate((tr("Show A in Inspector"), tr("Show B in Inspector"))):
        there = pair.sides[place].source is not None and place_of(row, place)
        add("tree-structure", text, partial(show_in_stream, context, pair.sides[place], row, place), on=there)
    mark_letters(menu)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def place_of(row: Row, place: int) -> bool:
    """Whether a row has a place in the stream of side A (0) or B (1)."""
    return row.page is not None or (row.at_a, row.at_b)[place] is not None
