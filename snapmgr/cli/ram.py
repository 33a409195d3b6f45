"""``snapctl ram``: the content of a RAM block."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import TargetType, allow_root, force, indexed, source_argument
from snapmgr.cli.complete import BlockType
from snapmgr.cli.newfile import check_target, new_file, refuse_terminal
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.text import printable, size
from snapmgr.errors import NotFound, UsageError
from snapmgr.names import quoted


@click.command()
@source_argument
@click.option(
    "--block",
    metavar="NAME",
    required=True,
    type=BlockType(),
    help="The block, such as pc.ram (inspect lists them).",
)
@click.option(
    "-o", "--output", "target", type=TargetType(), metavar="FILE", help="File to write (sparse); else standard output."
)
@force
@allow_root
@output_options
@pass_output
def ram(output: Output, src: str, block: str, target: str | None, force: bool, allow_roots: tuple[Path, ...]) -> int:
    """Write what RAM block NAME held when the stream of SRC ends.

    With --json its length and SHA-256 are printed, and it is written only with -o.

    \b
    Examples:
      snapctl ram guest.mig --block pc.ram -o ram.bin
      snapctl ram guest.mig --block pc.ram | strings | less
      snapctl ram guest.mig --block pc.ram --json
    """
    if target is None and not output.json:
        target = "-"
    if target == "-":
        if output.json:
            raise UsageError("usage", "with --json standard output is taken", hint="Name a file with -o.")
        refuse_terminal()
    with indexed(output, src, allow_roots) as index:
        found = {known.name: known for known in index.blocks}.get(block)
        if found is None:
            raise _no_such_block(block, [known.name for known in index.blocks], src)
        index.require_contents(found)
        if target is not None:
            check_target(target, force=force, sources=[index.source.path], allow_roots=allow_roots)
            with new_file(target, force=force) as file, progress(output, "Writing") as report:
                index.ram.write_block(block, file, progress=report, sparse=target != "-")
        if target != "-":
            digest = index.ram.sha256(block)
            _say(output, block, found.used_length, digest, target)
    sys.stdout.flush()
    return Exit.DONE


def _say(output: Output, block: str, length: int, digest: str, target: str | None) -> None:
    if output.json:
        output.document({"block": block, "length": length, "sha256": digest})
    elif target is not None:
        output.done(f"{printable(target)}: {printable(block)}, {size(length)}, sha256 {digest}")


def _no_such_block(block: str, known: list[str], src: str) -> NotFound:
    hint = f"There is {', '.join(known)}." if known else "The stream announces no RAM blocks."
    return NotFound("no-such-block", f"there is no RAM block {quoted(block)}", path=src, hint=hint)
