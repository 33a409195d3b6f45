"""The verdict on a stream and a target: where each version of QEMU would stop, and everything else that differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from snapmgr.containers.capture import Role
from snapmgr.containers.source import Source
from snapmgr.errors import StreamError
from snapmgr.inspect.against.compare import differences
from snapmgr.inspect.against.dumped import with_devices_of
from snapmgr.inspect.against.layouts import Layouts
from snapmgr.inspect.against.rehearse import LOADS, REFUSES, UNKNOWN, Outcome, rehearse
from snapmgr.inspect.against.target import Target
from snapmgr.inspect.explain import EXPLANATIONS, ordered
from snapmgr.inspect.index import StreamIndex, index_stream
from snapmgr.inspect.model import Problem, Severity
from snapmgr.inspect.verify import Verdict, unreadable, verify
from snapmgr.work import CancelToken, Progress, no_progress

_TYPES_ONLY = Problem(
    Severity.NOTE,
    "target-types-only",
    0,
    "A dump tells types of devices: RAM, and which devices the machine has and how they are set up, is not compared",
    hint="Name the QEMU command line as the target to have that compared, too.",
)


def verify_against(
    source: Source, target: Target, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> Verdict:
    """Read all of ``source`` and judge whether the target loads it.  Raises Cancelled."""
    try:
        index = index_stream(source, progress=progress, cancel=cancel)
    except StreamError as error:
        return unreadable(error)
    return judge(index, target, cancel=cancel)


def judge(
    index: StreamIndex, target: Target, *, layouts: Layouts | None = None, cancel: CancelToken | None = None
) -> Verdict:
    """The same of a stream that was read; ``layouts`` may be shared by all that are judged against one target."""
    alone, types_only = verify(index), target.devices is None
    target = with_devices_of(target, index)
    layouts = layouts or Layouts()
    outcomes = {
        version: rehearse(index, target, version, layouts=layouts, cancel=cancel)
        for version in target.releases
        if not _was_recovered(index)
    }
    foreseen = {version: outcome.verdict for version, outcome in outcomes.items() if outcome.verdict != UNKNOWN}
    verdicts = {version: foreseen.get(version, alone.by_version[version]) for version in target.releases}
    found = [_said_by(problem, target) for problem in _merged(alone.problems, differences(index, target))]
    if types_only:
        found.append(_TYPES_ONLY)
    beside = [problem for problem in alone.problems if _beside_main(index, problem)]
    if beside:
        verdicts = {version: _worse(alone.by_version[version], verdict) for version, verdict in verdicts.items()}
        found = [problem for problem in found if problem not in beside]
    return Verdict(verdicts, (*beside, *_problems(found, outcomes)), alone.built_in)


def _was_recovered(index: StreamIndex) -> bool:
    """Whether it is a capture of several main streams, in the middle of which a loader waits for somebody's help."""
    return any(channel.role is Role.RECOVERED for channel in index.channels)


def _beside_main(index: StreamIndex, problem: Problem) -> bool:
    """Whether it is an error in a channel that is not rehearsed: only the main stream of a capture is."""
    channel, _ = index.place(problem.offset)
    return problem.severity is Severity.ERROR and channel is not None and channel.role is not Role.MAIN


def _worse(alone: str, rehearsed: str) -> str:
    return alone if rehearsed == LOADS else rehearsed


def _said_by(problem: Problem, target: Target) -> Problem:
    """With the words of those releases only that the target may be."""
    texts = {release: text for release, text in problem.qemu.items() if release in target.releases}
    return problem if len(texts) == len(problem.qemu) else replace(problem, qemu=texts)


def _merged(alone: Iterable[Problem], differing: list[Problem]) -> list[Problem]:
    """What the comparison says is better than what the stream says alone of the same place."""
    places = {(problem.offset, problem.section) for problem in differing if problem.severity is Severity.ERROR}
    kept = [problem for problem in alone if not (problem.code.endswith("described") and _device_at(problem, places))]
    return [*kept, *differing]


def _device_at(problem: Problem, places: set[tuple[int, str | None]]) -> bool:
    return any(section == problem.section and abs(offset - problem.offset) < 300 for offset, section in places)


def _problems(found: Iterable[Problem], outcomes: dict[str, Outcome]) -> tuple[Problem, ...]:
    """First what QEMU says before it stops, in its order; then what else was found."""
    said = _said(outcomes)
    rest = [_put_right(problem, outcomes) for problem in found]
    first: list[Problem] = []
    for problem in said:
        same = next((other for other in rest if _is_same(problem, other)), None)
        if same is not None:
            rest.remove(same)
            problem = _joined(problem, same)
        first.append(problem)
    return (*first, *ordered([problem for problem in rest if problem is not None]))


def _said(outcomes: dict[str, Outcome]) -> list[Problem]:
    """A problem for what each version says first: one where several say it of the same place."""
    problems: list[Problem] = []
    for version, outcome in outcomes.items():
        if outcome.verdict == UNKNOWN or (outcome.verdict != REFUSES and not outcome.lines):
            continue
        problem = _of(outcome, version)
        if any(other.verdict == LOADS for other in outcomes.values()) and outcome.verdict == REFUSES:
            problem = replace(problem, severity=Severity.NOTE)
        same = next((other for other in problems if _same_place(other, problem)), None)
        if same is None:
            problems.append(problem)
        else:
            problems[problems.index(same)] = replace(same, qemu=same.qemu | problem.qemu)
    return sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)


def _same_place(one: Problem, other: Problem) -> bool:
    return (one.code, one.offset, one.severity) == (other.code, other.offset, other.severity)


def _of(outcome: Outcome, version: str) -> Problem:
    cause, hint = EXPLANATIONS.get(outcome.code, ("", ""))
    text = outcome.lines[0] if outcome.lines else ""
    message = outcome.message or text
    return Problem(
        Severity.ERROR if outcome.verdict != LOADS else Severity.WARNING,
        outcome.code if outcome.verdict != LOADS else "said",
        outcome.offset,
        message[:1].upper() + message[1:],
        outcome.section,
        0,
        cause,
        hint,
        {version: text} if text else {},
    )


def _is_same(said: Problem, other: Problem) -> bool:
    """Whether two problems are one: QEMU's words, or the place."""
    if any(other.qemu.get(version) == text for version, text in said.qemu.items()):
        return True
    return said.severity is other.severity is Severity.ERROR and said.offset == other.offset


def _joined(said: Problem, other: Problem) -> Problem:
    """QEMU's words with what was known of the place already."""
    return replace(other, severity=said.severity, qemu=other.qemu | said.qemu)


def _put_right(problem: Problem, outcomes: dict[str, Outcome]) -> Problem:
    """What the target passes is no error, and of what it has passed QEMU says nothing."""
    passed = {release for release, outcome in outcomes.items() if _passes(outcome, problem.offset)}
    if not passed:
        return problem
    texts = {
        release: text
        for release, text in problem.qemu.items()
        if release not in passed or text in outcomes[release].lines
    }
    if problem.severity is Severity.ERROR and _is_harmless(outcomes, passed):
        return replace(problem, severity=Severity.WARNING, qemu=texts)
    return replace(problem, qemu=texts) if len(texts) < len(problem.qemu) else problem


def _passes(outcome: Outcome, offset: int) -> bool:
    return outcome.verdict == LOADS or (outcome.verdict == REFUSES and outcome.offset > offset)


def _is_harmless(outcomes: dict[str, Outcome], passed: set[str]) -> bool:
    return passed == set(outcomes) or any(outcome.verdict == LOADS for outcome in outcomes.values())
