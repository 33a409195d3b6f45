"""Letters that choose an entry of a menu: every entry has one, and no two of a menu the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtWidgets import QMenu

from ui.shell.actions import plain


def mnemonics(texts: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """The texts of a menu, none of them marked yet, with a letter marked in each: the first that is free, beginnings of
    words before others.  ``taken`` are letters that other entries have."""
    texts = list(texts)
    chosen = _letters(texts, {letter.lower() for letter in taken})
    return [
        escaped(text) if at is None else f"{escaped(text[:at])}&{escaped(text[at:])}"
        for text, at in zip(texts, chosen, strict=True)
    ]


def _letters(texts: list[str], taken: Collection[str]) -> list[int | None]:
    """Where each text has its letter.  One that finds all of its letters used moves others to another of theirs."""
    owner: dict[str, int] = {}
    chosen: list[int | None] = [None] * len(texts)

    def choose(number: int, tried: set[str]) -> bool:
        places = [(at, texts[number][at].lower()) for at in _places(texts[number])]
        free = [(at, letter) for at, letter in places if letter not in owner and letter not in taken]
        for at, letter in free or places:
            if letter in tried or letter in taken:
                continue
            tried.add(letter)
            if letter not in owner or choose(owner[letter], tried):
                owner[letter], chosen[number] = number, at
                return True
        return False

    for number in range(len(texts)):
        choose(number, set())
    return chosen


def _places(text: str) -> list[int]:
    """Beginnings of words, then the other letters."""
    starts = [at for at in range(len(text)) if text[at].isalnum() and (at == 0 or text[at - 1] == " ")]
    return [*starts, *(at for at in range(len(text)) if text[at].isalpha() and at not in starts)]


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
