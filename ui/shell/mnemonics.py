"""Letters that choose an entry of a menu: every entry has one, and no two of a menu the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtWidgets import QMenu

from ui.shell.actions import plain


def mnemonics(texts: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """The texts of a menu, none of them marked yet, with a letter marked in each: the first that is free, beginnings of
    words before others.  ``taken`` are letters that other entries have."""
    used = set(taken)
    marked = []
    for text in texts:
        starts = [at for at in range(len(text)) if text[at].isalnum() and (at == 0 or text[at - 1] == " ")]
        places = [*starts, *(at for at in range(len(text)) if text[at].isalpha() and at not in starts)]
        at = next((at for at in places if text[at].lower() not in used), None)
        used |= {text[at].lower()} if at is not None else set()
        marked.append(escaped(text) if at is None else f"{escaped(text[:at])}&{escaped(text[at:])}")
    return marked


def escaped(text: str) -> str:
    """``text`` as a menu shows it, where & marks a letter."""
    return text.replace("&", "&&")


def mark_letters(menu: QMenu) -> None:
    """Mark a letter in every entry of ``menu`` and of the menus in it."""
    items = [item for item in menu.actions() if not item.isSeparator()]
    for item, text in zip(items, mnemonics(plain(item.text()) for item in items), strict=True):
        item.setText(text)
        if (below := item.menu()) is not None:
            mark_letters(below)
