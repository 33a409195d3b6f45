"""The problems of an image, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from snapmgr.cli.hints import command_hint
from snapmgr.cli.output import Output
from snapmgr.cli.style import heading, paint
from snapmgr.cli.text import offset, printable

if TYPE_CHECKING:
    from snapmgr.block.problem import ImageProblem


def image_problem_lines(output: Output, title: str, problems: Sequence[ImageProblem]) -> Iterator[str]:
    """A heading and, for each problem, where it is, what is wrong and what to do; nothing without problems."""
    if not problems:
        return
    yield heading(f"{title} ({len(problems)})")
    for problem in problems:
        where = f"{'':8}" if problem.offset is None else offset(problem.offset)
        yield f"  {where}  {paint(printable(problem.message), 'warning')}"
        if problem.hint and not output.quiet:
            yield f"{'':12}{printable(command_hint(problem.code, problem.hint) or '')}"
        if output.verbose:
            yield f"{'':12}code: {problem.code}"
