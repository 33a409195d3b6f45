"""Would QEMU load it?  What the stream itself says about that, without a target machine."""

from __future__ import annotations

from dataclasses import dataclass

from snapmgr.inspect.index import StreamIndex
from snapmgr.inspect.model import Problem, Severity

LOADS, REFUSES, WAITS = "loads", "refuses", "waits"
VERSIONS = ("7.2", "10.0")

_BY_VERSION: dict[str, tuple[str, ...]] = {"zero-fill": ("10.0",)}
"""Problems that only some versions refuse."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``loads``, ``refuses`` or ``waits`` for each QEMU version, with what led to it."""

    by_version: dict[str, str]
    problems: tuple[Problem, ...]

    @property
    def verdict(self) -> str | dict[str, str]:
        """One word where all versions agree."""
        values = set(self.by_version.values())
        return values.pop() if len(values) == 1 else self.by_version

    @property
    def clean(self) -> bool:
        """Whether every version loads it."""
        return set(self.by_version.values()) == {LOADS}


def verify(index: StreamIndex) -> Verdict:
    """Every check that a loader makes of the bytes alone: framing, order, lengths, RAM records, footers."""
    return Verdict({version: _verdict(index, version) for version in VERSIONS}, tuple(index.problems))


def _verdict(index: StreamIndex, version: str) -> str:
    return REFUSES if any(refuses(problem, version) for problem in index.problems) else LOADS


def refuses(problem: Problem, version: str) -> bool:
    """Whether this QEMU version stops at the problem."""
    only = _BY_VERSION.get(problem.code)
    return version in only if only is not None else problem.severity is Severity.ERROR
