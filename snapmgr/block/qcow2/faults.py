"""Faults of an image, gathered by kind: a table of a million wrong entries makes one problem, not a million."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snapmgr.block.problem import ImageProblem

LOST = "No check repairs it; qemu-img convert --salvage copies what can be read of the disk into a new image."
"""For entries of tables that lead nowhere: qemu-img 7.2 check -r all leaves them as they are, too."""
_COUNTS = "snapctl check --repair all repairs it; make a copy of the image first."
_LEAKS = "Harmless but for the space; snapctl check --repair leaks gives it back."

_KINDS = {
    "refcount-too-low": ("{n} cluster{s} used more often than counted: writing may destroy data", _COUNTS),
    "leaked-clusters": ("{n} cluster{s} counted as used more often than anything uses them", _LEAKS),
    "copied-flag": ("{n} flag{s} COPIED contradicting the refcount: writing may destroy data", _COUNTS),
    "l1-reserved-bits": ("{n} L1 entr{ies} with reserved bits set", LOST),
    "l2-unaligned": ("{n} L2 table{s} said to lie off cluster boundaries", LOST),
    "l2-table-beyond-end": ("{n} L2 table{s} said to lie behind the end of the file: read as zeros", LOST),
    "l2-reserved-bits": ("{n} L2 entr{ies} with reserved bits set", LOST),
    "l2-entry-invalid": ("{n} L2 entr{ies} that cannot be right: reading there fails", LOST),
    "subcluster-bitmap": ("{n} L2 entr{ies} with a subcluster bitmap that contradicts itself", LOST),
    "data-beyond-end": ("{n} data cluster{s} said to lie behind the end of the file: read as zeros", LOST),
    "compressed-copied": ("{n} compressed cluster{s} with the flag COPIED", LOST),
    "compressed-beyond-end": ("{n} compressed cluster{s} said to reach behind the end of the file", LOST),
    "refcount-table-reserved-bits": ("{n} refcount table entr{ies} with reserved bits set", _COUNTS),
    "refcount-block-unaligned": ("{n} refcount block{s} said to lie off cluster boundaries", _COUNTS),
    "refcount-block-beyond-end": ("{n} refcount block{s} said to lie behind the end of the file", _COUNTS),
}


class Faults:
    """Counts per kind, with the place of the first."""

    def __init__(self) -> None:
        self._single: list[ImageProblem] = []
        self._counted: dict[str, tuple[int, int]] = {}

    def add(self, code: str, message: str, offset: int | None = None, hint: str = "") -> None:
        """One fault with a sentence of its own."""
        self._single.append(ImageProblem(code, message, offset, hint))

    def count(self, code: str, number: int, first: int) -> None:
        """``number`` faults of a kind above, the first at byte ``first`` of the file."""
        if number:
            before, place = self._counted.get(code, (0, first))
            self._counted[code] = (before + number, place)

    def count_where(self, code: str, wrong: NDArray[np.bool_], base: int, step: int) -> None:
        """A fault for every True, entry i of a table at ``base`` with entries of ``step`` bytes."""
        at = np.flatnonzero(wrong)
        if len(at):
            self.count(code, len(at), base + int(at[0]) * step)

    def problems(self) -> list[ImageProblem]:
        """Single faults in the order found, then the counted ones in the order of the table above."""
        return self._single + [
            ImageProblem(code, _sentence(text, *self._counted[code]), self._counted[code][1], hint)
            for code, (text, hint) in _KINDS.items()
            if code in self._counted
        ]


def _sentence(text: str, number: int, first: int) -> str:
    said = text.format(n=number, s="" if number == 1 else "s", ies="y" if number == 1 else "ies")
    return said if number == 1 else f"{said}; the first at {first:#x}"
