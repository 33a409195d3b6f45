"""The problems of a stream, for people."""

from __future__ import annotations

from collections.abc import Sequence

from snapmgr.cli.output import Output
from snapmgr.cli.style import heading, paint
from snapmgr.cli.text import offset, printable
from snapmgr.inspect.model import Problem, Severity


def any_error(problems: Sequence[Problem]) -> bool:
    """Whether QEMU would refuse for one of them."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def problem_lines(output: Output, problems: Sequence[Problem]) -> list[str]:
    """A heading and, for each problem, what is wrong, what QEMU says and what to do."""
    if not problems:
        return []
    lines = [heading(f"Problems ({len(problems)})")]
    for problem in problems:
        section = f"{problem.section}: " if problem.section else ""
        severity = paint(f"{problem.severity.value:7}", problem.severity.value)
        lines.append(f"  {offset(problem.offset)}  {severity}  {printable(section + problem.message)}")
        lines.extend(f"{'':21}{printable(text)}" for text in _details(output, problem))
    return lines


def _details(output: Output, problem: Problem) -> list[str]:
    details = []
    if problem.cause and not output.quiet:
        details.append(problem.cause)
    if problem.hint and not output.quiet:
        details.append(problem.hint)
    if output.verbose:
        details.append(f"code: {problem.code}")
        details.extend(f"QEMU {version} says: {text}" for version, text in problem.qemu.items())
    return details
