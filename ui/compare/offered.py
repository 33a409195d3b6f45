"""What a side of a comparison may be instead: any number of things, made when they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ui.compare.comparing import Compared


class Offered:
    """``names`` are what can be searched for without making any, in the order in which ``make`` numbers them."""

    def __init__(self, names: Sequence[str], make: Callable[[int], Compared]) -> None:
        self.names = names
        self._make = make
        self._made: dict[int, Compared] = {}

    @classmethod
    def of(cls, sides: Iterable[Compared]) -> Offered:
        """These, which are made already."""
        kept = list(sides)
        return cls([side.name for side in kept], kept.__getitem__)

    def with_first(self, side: Compared) -> Offered:
        """The same and one more, which comes first."""
        return Offered([side.name, *self.names], lambda place: self[place - 1] if place else side)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, place: int) -> Compared:
        if not 0 <= place < len(self.names):
            raise IndexError(place)
        made = self._made.get(place)
        if made is None:
            made = self._made[place] = self._make(place)
        return made

    def place_of(self, side: Compared | None) -> int:
        """Where ``side`` stands, -1 where it does not.  Only those of its name are made."""
        if side is None:
            return -1
        named = (place for place, name in enumerate(self.names) if name == side.name)
        return next((place for place in named if self[place] == side), -1)

    def matching(self, words: str) -> list[int]:
        """Places of those whose names hold all of these words."""
        wanted = words.casefold().split()
        return [place for place, name in enumerate(self.names) if all(word in name.casefold() for word in wanted)]
