"""``snapctl edit``: a copy of a stream with other values in it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import allow_root, force, opened, source_argument
from snapmgr.cli.newfile import check_target, new_file
from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.cli.rewrite import joined, put_replica
from snapmgr.cli.schema import read_schema, say_unknown, schema_option, unknown_devices, unknown_document
from snapmgr.cli.text import printable, size
from snapmgr.errors import UsageError
from snapmgr.savevm.output import Buffer


@click.command()
@source_argument
@click.option("-o", "--output", "target", metavar="OUT", required=True, help="File to write, - for standard output.")
@click.option(
    "--set",
    "edits",
    metavar="'DEVICE/FIELD=VALUE'",
    multiple=True,
    required=True,
    help="What to change; may be given several times.",
)
@schema_option
@force
@allow_root
@output_options
@pass_output
def edit(
    output: Output,
    src: str,
    target: str,
    edits: tuple[str, ...],
    schema: str | None,
    force: bool,
    allow_roots: tuple[Path, ...],
) -> None:
    """Write the stream of SRC to OUT with fields of its devices, or bytes of its RAM, changed.

    Numbers are decimal or 0x…; buffers and RAM are hexadecimal digits. snapctl devices SRC shows the names.

    Captured channels become a plain stream that loads from a file, as with snapctl convert.

    What nothing describes is one buffer, DEVICE/data. A dump says no signs and no lengths of variable arrays, before
    QEMU 8.0 none of any: a device whose bytes can be read in more than one way by it stays one buffer too.

    \b
    Examples:
      snapctl edit guest.mig -o other.mig --set 'cpu/env.eip=0x7c00'
      snapctl edit guest.mig -o other.mig --set 'cpu/env.regs[0]=0x55aa'
      snapctl edit guest.mig -o other.mig --set 'ram/pc.ram@0x7c00=ebfe'
      snapctl edit bare.mig -o other.mig --schema pc.json --set 'i8259/imr=0xfb'
    """
    from snapmgr.replica.edit import edit as apply_edit
    from snapmgr.replica.machine import Replica

    if target == "-" and output.json:
        raise UsageError("usage", "with --json standard output is taken", hint="Name a file with -o.")
    with ExitStack() as held:
        source = held.enter_context(opened(output, src, allow_roots))
        check_target(target, force=force, sources=[source.path], allow_roots=allow_roots)
        described = read_schema(output, schema, allow_roots)
        if source.container == "directory":
            source = joined(output, source, Path() if target == "-" else Path(target).absolute().parent) or source
            held.callback(source.close)
        with progress(output, "Reading") as report:
            replica = Replica.from_stream(source, described, progress=report)
        done = [apply_edit(replica, text) for text in edits]
        written = 0
        with new_file(target, force=force) as file, progress(output, "Writing") as report:

            def put(piece: Buffer) -> None:
                nonlocal written
                written += file.write(piece)
                report(written, source.size)

            put_replica(replica, put)
    if output.json:
        changes = [asdict(change) for change in done]
        output.document(
            {
                "path": target,
                "written": written,
                "edits": changes,
                "unknown": unknown_document(unknown_devices(replica)),
            }
        )
    elif target != "-":
        for change in done:
            output.done(f"{printable(change.path)}: {printable(change.before or 'RAM')} → {printable(change.after)}")
        output.done(f"{printable(target)}: {size(written)}")
        if schema is not None:
            say_unknown(output, unknown_devices(replica))
