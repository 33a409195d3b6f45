"""``snapctl verify``: would QEMU load it?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import allow_root, opened, source_argument
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.problems import any_error, others_lines, problem_lines
from snapmgr.cli.progress import progress
from snapmgr.cli.style import paint
from snapmgr.cli.text import printable
from snapmgr.errors import StreamError, UsageError

if TYPE_CHECKING:
    from snapmgr.containers.capture import CaptureSource
    from snapmgr.containers.source import Source
    from snapmgr.inspect.against.target import Target
    from snapmgr.inspect.verify import Verdict
    from snapmgr.work import Progress

_WORDS = {
    "loads": ("QEMU loads this stream", "good"),
    "refuses": ("QEMU refuses this stream", "error"),
    "waits": ("QEMU waits for more and never finishes", "warning"),
}


@click.command()
@source_argument
@click.option(
    "--against",
    metavar="TARGET",
    help="The machine that would load it: another stream, a -dump-vmstate JSON file, or a QEMU command line.",
)
@click.option("--dry-run", is_flag=True, help="Also let the QEMU that TARGET names load it, stopped, and look.")
@allow_root
@output_options
@pass_output
def verify(output: Output, src: str, against: str | None, dry_run: bool, allow_roots: tuple[Path, ...]) -> int:
    """Make every check that QEMU's loader would make of SRC, and more; exit code 1 if one of them is an error.

    What depends on the machine that loads it, such as its devices and RAM, is judged with --against: its TARGET is an
    existing file (any SRC, or what -dump-vmstate wrote), else a QEMU command line in one argument, which is started
    stopped and without a shell.

    \b
    Examples:
      snapctl verify guest.mig
      snapctl verify disk.qcow2@before-update && echo sound
      snapctl verify guest.mig --against 'qemu-system-x86_64 -M q35 -m 2G'
    """
    if dry_run and against is None:
        raise UsageError("usage", "--dry-run needs the QEMU command line that --against names")
    from snapmgr.inspect.report import problem_document
    from snapmgr.inspect.verify import LOADS

    label, capture, verdict = _verdict(output, src, against, dry_run, allow_roots)
    if output.json:
        problems = [problem_document(problem, capture) for problem in verdict.problems]
        output.document({"verdict": verdict.verdict, "problems": problems})
    else:
        lines = [*_verdict_lines(label, verdict), *problem_lines(output, verdict.problems, capture)]
        if against is None:
            lines += others_lines(output, verdict.problems)
        output.lines("\n".join(lines))
    loads = LOADS in verdict.by_version.values() and not any_error(verdict.problems)
    return Exit.DONE if loads else Exit.FAILED


def _verdict(
    output: Output, src: str, against: str | None, dry_run: bool, allow_roots: tuple[Path, ...]
) -> tuple[str, CaptureSource | None, Verdict]:
    """What SRC is called, SRC itself if it is a capture, and the verdict on it; other bytes than a stream's are refused
    by every QEMU."""
    from snapmgr.containers.capture import CaptureSource
    from snapmgr.inspect.verify import unreadable, verify_source

    target = None if against is None else _target(output, against, allow_roots)
    try:
        with opened(output, src, allow_roots) as source, progress(output, "Reading") as report:
            capture = source if isinstance(source, CaptureSource) else None
            if target is None:
                return source.label, capture, verify_source(source, progress=report)
            return source.label, capture, _against(source, target, against if dry_run else None, report)
    except StreamError as error:
        if error.code != "not-a-stream":
            raise
        return "standard input" if src == "-" else Path(src).name, None, unreadable(error)


def _target(output: Output, against: str, allow_roots: tuple[Path, ...]) -> Target:
    from snapmgr.inspect.against.resolve import resolve_target

    with progress(output, "Reading the target") as report:
        return resolve_target(against, allow_roots=allow_roots, progress=report)


def _against(source: Source, target: Target, command: str | None, report: Progress) -> Verdict:
    """With a QEMU's command line the verdict is what that QEMU does."""
    from snapmgr.inspect.against.judge import verify_against
    from snapmgr.inspect.against.trial import tried

    verdict = verify_against(source, target, progress=report)
    return verdict if command is None else tried(verdict, source, command, target)


def _verdict_lines(label: str, verdict: Verdict) -> list[str]:
    """One line, or one per QEMU version where they differ."""
    if verdict.built_in and verdict.verdict == "loads":
        text = "the built-in machine loads this stream, and no QEMU has a machine of its type"
        return [f"{printable(label)}: {paint(text, 'good')}"]
    if isinstance(verdict.verdict, str):
        text, role = _WORDS[verdict.verdict]
        return [f"{printable(label)}: {paint(text, role)}"]
    lines = []
    for version, word in verdict.verdict.items():
        text, role = _WORDS[word]
        lines.append(f"{printable(label)}: {paint(text.replace('QEMU', f'QEMU {version}', 1), role)}")
    return lines
