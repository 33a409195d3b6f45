"""``snapctl ram``: the content of a RAM block."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import TargetType, allow_root, force, indexed, source_argument
from snapmgr.cli.complete import BlockType
from snapmgr.cli.newfile import check_target, new_file, refuse_terminal
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.ram_find import find
from snapmgr.cli.ram_history import history
from snapmgr.cli.text import printable, size
from snapmgr.errors import NotFound, UsageError
from snapmgr.names import quoted

if TYPE_CHECKING:
    from snapmgr.inspect.elf_core import Core


@click.command()
@source_argument
@click.option(
    "--block",
    metavar="NAME",
    type=BlockType(),
    help="The block, such as pc.ram (inspect lists them). With elf: the one that is the machine's RAM.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["raw", "elf"]),
    default="raw",
    show_default=True,
    help="raw: one block; elf: a core of RAM and CPU registers for gdb and crash.",
)
@click.option(
    "-o", "--output", "target", type=TargetType(), metavar="FILE", help="File to write (sparse); else standard output."
)
@click.option(
    "--find", "pattern", metavar="PATTERN", help="Say where this text, or bytes such as 0x55aa, stands in RAM."
)
@click.option("--history", "told", is_flag=True, help="Say what each pass over RAM carried of the block.")
@click.option("--page", type=click.IntRange(min=0), metavar="N", help="With --history: how this page was sent.")
@force
@allow_root
@output_options
@pass_output
def ram(
    output: Output,
    src: str,
    block: str | None,
    form: str,
    target: str | None,
    pattern: str | None,
    told: bool,
    page: int | None,
    force: bool,
    allow_roots: tuple[Path, ...],
) -> int:
    """Write what RAM block NAME held when the stream of SRC ends.

    With --json its length and SHA-256 are printed, and it is written only with -o.

    With --format elf the RAM of a PC is written where its guest sees it, with the registers of its CPUs. Addresses are
    physical ones. The file has holes where RAM is zero.

    With --find and --history nothing is written. The one prints offsets in the blocks, the other how often the block's
    pages were sent.

    \b
    Examples:
      snapctl ram guest.mig --block pc.ram -o ram.bin
      snapctl ram guest.mig --block pc.ram | strings | less
      snapctl ram guest.mig --block pc.ram --json
      snapctl ram guest.mig --format elf -o guest.core
      snapctl ram guest.mig --find 'root:x:0:0'
      snapctl ram guest.mig --block pc.ram --page 31 --history
    """
    if page is not None and not told:
        raise UsageError("usage", "--page goes with --history", hint="Add --history.")
    if pattern is not None and told:
        raise UsageError("usage", "--find and --history are two questions", hint="Ask one of them.")
    if (pattern is not None or told) and (target is not None or form != "raw"):
        raise UsageError("usage", "--find and --history write nothing", hint="Leave out -o and --format.")
    if pattern is not None:
        return find(output, src, pattern, block, allow_roots)
    if form == "elf":
        return _core(output, src, block, target, force, allow_roots)
    if block is None:
        raise UsageError("usage", "--block is missing", hint="Name a block; inspect lists them.")
    if told:
        return history(output, src, block, page, allow_roots)
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


def _core(
    output: Output, src: str, block: str | None, target: str | None, force: bool, allow_roots: tuple[Path, ...]
) -> int:
    from snapmgr.inspect.elf_core import plan_core, write_core

    if target is None or target == "-":
        raise UsageError("usage", "an ELF core needs a file", hint="Name one with -o: it has holes.")
    with indexed(output, src, allow_roots) as index:
        core = plan_core(index, block)
        check_target(target, force=force, sources=[index.source.path], allow_roots=allow_roots)
        with new_file(target, force=force) as file, progress(output, "Writing") as report:
            if not file.seekable():
                raise UsageError("not-a-file", "is a pipe; an ELF core needs a file", path=target)
            write_core(index, core, file, report)
    _say_core(output, core, target)
    return Exit.DONE


def _say_core(output: Output, core: Core, target: str) -> None:
    if output.json:
        loads = [
            {"block": part.block, "offset": part.offset, "address": part.address, "length": part.length}
            for part in core.placed
        ]
        output.document({"loads": loads, "cpus": core.cpus, "left-out": list(core.left_out)})
        return
    for part in core.placed:
        output.done(f"{part.address:016x}  {printable(part.block)}, {size(part.length)}")
    if core.left_out:
        output.done(f"left out, as their addresses are not known: {', '.join(map(printable, core.left_out))}")
    cpus = f"registers of {core.cpus} CPU{'s' * (core.cpus != 1)}" if core.cpus else "no registers: not described"
    output.done(f"{printable(target)}: {cpus}")


def _say(output: Output, block: str, length: int, digest: str, target: str | None) -> None:
    if output.json:
        output.document({"block": block, "length": length, "sha256": digest})
    elif target is not None:
        output.done(f"{printable(target)}: {printable(block)}, {size(length)}, sha256 {digest}")


def _no_such_block(block: str, known: list[str], src: str) -> NotFound:
    hint = f"There is {', '.join(known)}." if known else "The stream announces no RAM blocks."
    return NotFound("no-such-block", f"there is no RAM block {quoted(block)}", path=src, hint=hint)
