"""Matching for the command palette: what was typed in one piece first, then its letters in order with gaps."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT = 400
"""Matches of one rank that are looked at; with more than that, another letter is what helps."""


class Rank(IntEnum):
    """How a query was found, the best first."""

    EXACT = 0
    PREFIX = 1
    WORD = 2
    """Where a word begins."""
    WITHIN = 3
    OTHER_WORD = 4
    """Not in the text, but in one of the other words that it goes by."""
    FUZZY = 5


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """An item that was found, how, and where its letters are (none where another word was meant)."""

    item: T
    rank: Rank
    found: tuple[int, ...] = ()


def pattern(query: str) -> re.Pattern[str]:
    """Finds texts that hold the letters of ``query`` in order, whatever is between them."""
    letters = [re.escape(char) for char in query if not char.isspace()]
    return re.compile(".*?".join(letters), re.IGNORECASE | re.DOTALL)


def positions(query: str, text: str) -> tuple[int, ...] | None:
    """Where the letters of ``query`` are best found in ``text``; None if they are not all there, in order.

    What stands there as it was typed is preferred, then the letters in one piece, both first at a word's beginning.
    """
    wanted, lowered = "".join(query.split()).lower(), text.lower()
    if not wanted:
        return ()
    if len(lowered) != len(text):
        lowered = text
    for piece in dict.fromkeys((_phrase(query), wanted)):
        for start in _starts(lowered, piece):
            return tuple(start + at for at, char in enumerate(piece) if char != " ")
    found, at = [], 0
    for char in wanted:
        index = _next(lowered, char, at)
        if index < 0:
            return _plainly(wanted, lowered)
        found.append(index)
        at = index + 1
    return tuple(found)


def _phrase(query: str) -> str:
    """What was typed, with one space between its words."""
    return " ".join(query.lower().split())


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


class _Query:
    """What was typed, made ready for thousands of texts."""

    def __init__(self, query: str) -> None:
        self._phrase = _phrase(query)
        self._at_word = re.compile(rf"(?<![^\W_]){re.escape(self._phrase)}")
        self._letters = pattern(query)

    def rank(self, text: str, words: str) -> Rank | None:
        """How it stands in ``text``, or in the other ``words`` that it goes by; None if it is not there at all."""
        lowered, phrase = text.lower(), self._phrase
        if phrase in lowered:
            if lowered.startswith(phrase):
                return Rank.EXACT if lowered[len(phrase) :] in ("", "…") else Rank.PREFIX
            return Rank.WORD if self._at_word.search(lowered) else Rank.WITHIN
        if words and all(any(word.startswith(one) for word in words.lower().split()) for one in phrase.split()):
            return Rank.OTHER_WORD
        return Rank.FUZZY if self._letters.search(text) else None


def best(
    query: str, items: Iterable[T], text: Callable[[T], str], limit: int, words: Callable[[T], str] = lambda item: ""
) -> list[Match[T]]:
    """The best matches among ``items``; all in order for an empty query.

    Those that are found alike keep their order, but for letters with gaps, where it counts how well they are found.
    """
    if not query.strip():
        return [Match(item, Rank.PREFIX) for item, _ in zip(items, range(limit), strict=False)]
    wanted = _Query(query)
    kept: dict[Rank, list[T]] = {rank: [] for rank in Rank}
    for item in items:
        how = wanted.rank(text(item), words(item))
        if how is not None and len(kept[how]) < KEPT:
            kept[how].append(item)
    matches: list[Match[T]] = []
    for how, some in kept.items():
        room = limit - len(matches)
        if how is not Rank.FUZZY or not room:
            some = some[:room]
        found = [Match(item, how, _found(query, text(item), how)) for item in some]
        if how is Rank.FUZZY:
            found.sort(key=lambda one: -score(text(one.item), one.found))
        matches += found[:room]
    return matches


def _found(query: str, text: str, how: Rank) -> tuple[int, ...]:
    return () if how is Rank.OTHER_WORD else positions(query, text) or ()
