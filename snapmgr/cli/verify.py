"""``snapctl verify``: would QEMU load it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import allow_root, opened, source_argument
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.problems import any_error, problem_lines
from snapmgr.cli.progress import progress
from snapmgr.cli.style import paint
from snapmgr.cli.text import printable
from snapmgr.errors import StreamError, Unsupported

if TYPE_CHECKING:
    from snapmgr.inspect.verify import Verdict

_WORDS = {
    "loads": ("QEMU loads this stream", "good"),
    "refuses": ("QEMU refuses this stream", "error"),
    "waits": ("QEMU waits for more and never finishes", "warning"),
}


@click.command()
@source_argument
@click.option("--against", metavar="TARGET", help="The machine that would load it (not available yet).")
@allow_root
@output_options
@pass_output
def verify(output: Output, src: str, against: str | None, allow_roots: tuple[Path, ...]) -> int:
    """Make every check that QEMU's loader would make of SRC, and more; exit code 1 if one of them is an error.

    What depends on the machine that loads it, such as its devices and capabilities, is not judged.

    \b
    Examples:
      snapctl verify guest.mig
      snapctl verify disk.qcow2@before-update && echo sound
    """
    if against is not None:
        raise Unsupported(
            "against-unsupported",
            "a stream cannot be compared with a target machine yet",
            hint="Leave --against out: everything that does not depend on the target is checked.",
        )
    from snapmgr.inspect.report import problem_document
    from snapmgr.inspect.verify import LOADS

    label, verdict = _verdict(output, src, allow_roots)
    if output.json:
        problems = [problem_document(problem) for problem in verdict.problems]
        output.document({"verdict": verdict.verdict, "problems": problems})
    else:
        output.lines("\n".join([*_verdict_lines(label, verdict), *problem_lines(output, verdict.problems)]))
    loads = LOADS in verdict.by_version.values() and not any_error(verdict.problems)
    return Exit.DONE if loads else Exit.FAILED


def _verdict(output: Output, src: str, allow_roots: tuple[Path, ...]) -> tuple[str, Verdict]:
    """What SRC is called, and the verdict on it; other bytes than a stream's are refused by every QEMU."""
    from snapmgr.inspect.verify import unreadable, verify_source

    try:
        with opened(output, src, allow_roots) as source, progress(output, "Reading") as report:
            return source.label, verify_source(source, progress=report)
    except StreamError as error:
        if error.code != "not-a-stream":
            raise
        return "standard input" if src == "-" else Path(src).name, unreadable(error)


def _verdict_lines(label: str, verdict: Verdict) -> list[str]:
    """One line, or one per QEMU version where they differ."""
    if isinstance(verdict.verdict, str):
        text, role = _WORDS[verdict.verdict]
        return [f"{printable(label)}: {paint(text, role)}"]
    lines = []
    for version, word in verdict.verdict.items():
        text, role = _WORDS[word]
        lines.append(f"{printable(label)}: {paint(text.replace('QEMU', f'QEMU {version}', 1), role)}")
    return lines
