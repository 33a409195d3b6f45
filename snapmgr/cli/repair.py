"""``snapctl repair``: a copy of a damaged stream with what can be put right without guessing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import TargetType, allow_root, force, indexed, source_argument
from snapmgr.cli.newfile import check_target, new_file
from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.cli.text import offset, printable, size
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.inspect.repair import Change

_SHOWN = 16


@click.command()
@source_argument
@click.option("-o", "--output", "target", type=TargetType(), metavar="OUT", required=True, help="File to write.")
@force
@allow_root
@output_options
@pass_output
def repair(output: Output, src: str, target: str, force: bool, allow_roots: tuple[Path, ...]) -> None:
    """Write a copy of SRC to OUT with the damage mended that can be mended without guessing.

    That is a footer with the wrong id, a missing end or description behind whole sections, and bytes behind the end.
    Every byte that is changed is listed. Device state and RAM stay as they are; SRC is not written to.

    \b
    Examples:
      snapctl repair cut.mig -o mended.mig && snapctl verify mended.mig
    """
    from snapmgr.inspect.repair import put_repaired, require_changes

    if target == "-":
        raise UsageError("usage", "a repaired copy is a file", hint="Name a file with -o.")
    with indexed(output, src, allow_roots) as index:
        check_target(target, force=force, sources=[index.source.path], allow_roots=allow_roots)
        found = require_changes(index)
        written = 0
        with new_file(target, force=force) as file, progress(output, "Writing") as report:

            def put(piece: memoryview | bytes) -> None:
                nonlocal written
                written += file.write(piece)
                report(written, index.size)

            put_repaired(index.source, found, put)
    if output.json:
        output.document({"path": target, "written": written, "changes": [_document(change) for change in found]})
        return
    for change in found:
        output.done(f"{offset(change.offset)}  {change.what}: {_bytes(change)}")
    output.done(f"{printable(target)}: {size(written)}")


def _document(change: Change) -> dict[str, Any]:
    return {
        "offset": change.offset,
        "removed": change.gone,
        "before": change.removed.hex(),
        "after": change.inserted.hex(),
        "what": change.what,
    }


def _bytes(change: Change) -> str:
    before = change.removed.hex(" ") if change.removed else f"{change.gone} bytes" if change.gone else "nothing"
    return f"{before} → {change.inserted[:_SHOWN].hex(' ') or 'nothing'}"
