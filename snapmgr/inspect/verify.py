"""Would QEMU load it?  What the stream itself says about that, without a target machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from snapmgr.containers.source import Source
from snapmgr.errors import StreamError
from snapmgr.inspect.explain import ordered
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Problem, Severity
from snapmgr.inspect.page_checks import packed_pages, packet_problems, page_problems
from snapmgr.wire.wording import VERSIONS, by_version
from snapmgr.work import CancelToken, Progress, no_progress

LOADS, REFUSES, WAITS = "loads", "refuses", "waits"

_SOME_REFUSE = frozenset(
    {
        "zero-fill",
        "switchover-start",
        "multifd-flush",
        "compressed-pages",
        "capability-version",
        "compressed-data",
        "block-migration",
    }
)
"""Problems that only those versions refuse whose text they carry."""

_BUILT_IN = "demo-"
"""How types of the machine that is built in are called (machine.types)."""

_ALL_WAIT = frozenset({"empty", "colo"})
"""Where a loader that does not refuse waits for bytes that a file cannot bring."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``loads``, ``refuses`` or ``waits`` for each QEMU version, with what led to it."""

    by_version: dict[str, str]
    problems: tuple[Problem, ...]
    built_in: bool = False
    """Whether no QEMU has its machine type: then it is what the machine that is built in does."""

    @property
    def verdict(self) -> str | dict[str, str]:
        """One word where all versions agree."""
        values = set(self.by_version.values())
        return values.pop() if len(values) == 1 else self.by_version


def verify_source(source: Source, *, progress: Progress = no_progress, cancel: CancelToken | None = None) -> Verdict:
    """Read all of ``source`` and judge it; what is no stream at all is refused too, and an empty one waited for."""
    try:
        index = index_stream(source, progress=progress, cancel=cancel)
    except StreamError as error:
        return unreadable(error)
    return verify(index)


def unreadable(error: StreamError) -> Verdict:
    """The verdict on what nothing could be read of."""
    return _judged((_nothing_read(error),))


def verify(index: StreamIndex) -> Verdict:
    """Every check that a loader makes of the bytes alone: framing, order, lengths, RAM records, footers, pages."""
    return judged(looked_into(index))


def judged(index: StreamIndex) -> Verdict:
    """The verdict on what was found while it was read: at the cost of nothing more than that."""
    return _judged(ordered([*index.problems, *index.version_notes]), built_in=is_built_in(index))


def is_built_in(index: StreamIndex) -> bool:
    """Whether the machine that is built in wrote it."""
    return index.configuration is not None and index.configuration.machine.startswith(_BUILT_IN)


def looked_into(index: StreamIndex, at_most: int | None = None) -> StreamIndex:
    """The index with what is wrong with packed pages, which nobody needs to know before problems are shown; as it is
    where there are more than ``at_most`` of them."""
    if index.pages_checked or (at_most is not None and packed_pages(index.ram) > at_most):
        return index
    found = [*page_problems(index.ram, index.source), *packet_problems(index.unpacked)]
    return replace(index, problems=ordered([*index.problems, *found]), pages_checked=True)


def _judged(problems: tuple[Problem, ...], *, built_in: bool = False) -> Verdict:
    return Verdict({version: _verdict(problems, version) for version in VERSIONS}, problems, built_in)


def _verdict(problems: tuple[Problem, ...], version: str) -> str:
    if any(refuses(problem, version) for problem in problems):
        return REFUSES
    return WAITS if any(problem.code in _ALL_WAIT for problem in problems) else LOADS


def refuses(problem: Problem, version: str) -> bool:
    """Whether this QEMU version stops at the problem."""
    if problem.code in _SOME_REFUSE | _ALL_WAIT:
        return version in problem.qemu
    return problem.severity is Severity.ERROR


def _nothing_read(error: StreamError) -> Problem:
    """Why nothing of a stream could be read, as the one problem that it has."""
    texts = by_version(error.qemu, error.newest) if error.qemu else {}
    message = error.message
    if error.path is None or not message.startswith(Path(error.path).name):  # a file's name stays as it is
        message = message[:1].upper() + message[1:]
    return Problem(Severity.ERROR, error.code, error.offset or 0, message, hint=error.hint or "", qemu=texts)
