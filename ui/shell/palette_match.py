"""Fuzzy matching for the command palette: letters in order, better at the beginnings of words and in one piece."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
SCORED = 400
"""Matches of one group that are ranked; with more than that, another letter is what helps."""


def pattern(query: str) -> re.Pattern[str]:
    """Finds texts that hold the letters of ``query`` in order, whatever is between them."""
    letters = [re.escape(char) for char in query if not char.isspace()]
    return re.compile(".*?".join(letters), re.IGNORECASE | re.DOTALL)


def positions(query: str, text: str) -> tuple[int, ...] | None:
    """Where the letters of ``query`` are best found in ``text``; None if they are not all there, in order.

    A piece that stands together is preferred, first at the beginning of a word.
    """
    wanted, lowered = "".join(query.split()).lower(), text.lower()
    if not wanted:
        return ()
    if len(lowered) != len(text):
        lowered = text
    for start in _starts(lowered, wanted):
        return tuple(range(start, start + len(wanted)))
    found, at = [], 0
    for char in wanted:
        index = _next(lowered, char, at)
        if index < 0:
            return _plainly(wanted, lowered)
        found.append(index)
        at = index + 1
    return tuple(found)


def _starts(text: str, piece: str) -> Iterable[int]:
    """Where ``piece`` stands in one piece: at a word's beginning, else anywhere."""
    first = text.find(piece)
    if first < 0:
        return
    at = first
    while at >= 0:
        if _begins_word(text, at):
            yield at
            return
        at = text.find(piece, at + 1)
    yield first


def _begins_word(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()


def _next(text: str, char: str, at: int) -> int:
    """The next ``char`` from ``at``: right here, else at a word's beginning, else anywhere."""
    if at < len(text) and text[at] == char:
        return at
    index = text.find(char, at)
    first = index
    while index >= 0:
        if _begins_word(text, index):
            return index
        index = text.find(char, index + 1)
    return first


def _plainly(wanted: str, text: str) -> tuple[int, ...] | None:
    found, at = [], 0
    for char in wanted:
        index = text.find(char, at)
        if index < 0:
            return None
        found.append(index)
        at = index + 1
    return tuple(found)


def score(text: str, found: Sequence[int]) -> int:
    """How good a match is; more is better."""
    if not found:
        return 0
    words = sum(_begins_word(text, index) for index in found)
    together = sum(after - before == 1 for before, after in itertools.pairwise(found))
    return 12 * words + 8 * together - 2 * found[0] - (found[-1] - found[0]) - len(text) // 8


def best(query: str, items: Iterable[T], text: Callable[[T], str], limit: int) -> list[tuple[T, tuple[int, ...]]]:
    """The best matches among ``items``, with where the letters are; all in order for an empty query."""
    if not query.strip():
        return [(item, ()) for item, _ in zip(items, range(limit), strict=False)]
    finder, ranked = pattern(query), []
    for item in items:
        name = text(item)
        if not finder.search(name):
            continue
        found = positions(query, name)
        if found is not None:
            ranked.append((-score(name, found), len(ranked), item, found))
            if len(ranked) >= SCORED:
                break
    ranked.sort(key=lambda one: one[:2])
    return [(item, found) for _, _, item, found in ranked[:limit]]
