"""The problems of a stream, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from snapmgr.cli.output import Output
from snapmgr.cli.style import heading, paint
from snapmgr.cli.text import offset, printable
from snapmgr.inspect.model import Problem, Severity
from snapmgr.wire.wording import alike

if TYPE_CHECKING:
    from snapmgr.inspect.report import Places


def any_error(problems: Sequence[Problem]) -> bool:
    """Whether QEMU would refuse for one of them."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def problem_lines(output: Output, problems: Sequence[Problem], index: Places | None = None) -> list[str]:
    """A heading and, for each problem, what is wrong, what QEMU says and what to do.

    With their ``index``, or the capture, places are told as channel and offset there.
    """
    if not problems:
        return []
    lines = [heading(f"Problems ({len(problems)})")]
    for problem in problems:
        section = f"{problem.section}: " if problem.section else ""
        severity = paint(f"{problem.severity.value:7}", problem.severity.value)
        where = _where(problem, index)
        lines.append(f"  {where}  {severity}  {printable(section + problem.message)}")
        lines.extend(f"{'':21}{printable(text)}" for text in _details(output, problem))
    return lines


def others_lines(output: Output, problems: Sequence[Problem]) -> list[str]:
    """Of a stream that was read without a problem: what would show those that no stream shows by itself."""
    if output.quiet or any(problem.severity is not Severity.NOTE for problem in problems):
        return []
    return ["Some faults show only against the machine that is to load it: snapctl verify --against TARGET looks."]


def _where(problem: Problem, index: Places | None) -> str:
    channel, at = (None, problem.offset) if index is None else index.place(problem.offset)
    return offset(at) if channel is None else f"{channel.name}+{offset(at)}"


def _details(output: Output, problem: Problem) -> list[str]:
    details = []
    if problem.cause and not output.quiet:
        details.append(problem.cause)
    if problem.hint and not output.quiet:
        details.append(problem.hint)
    if output.verbose:
        details.append(f"code: {problem.code}")
        details.extend(f"QEMU {versions} {_says(versions)}: {text}" for versions, text in alike(problem.qemu))
    return details


def _says(versions: str) -> str:
    return "say" if "," in versions else "says"
