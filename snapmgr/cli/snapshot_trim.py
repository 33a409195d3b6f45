"""``snapctl snapshot trim``: smaller files, the same images."""

from __future__ import annotations

from pathlib import Path

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import ImageType
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.text import printable, size


@click.command("trim", short_help="Give back what is free in the images.")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=ImageType(path_type=Path))
@output_options
@pass_output
def trim_command(output: Output, images: tuple[Path, ...]) -> int:
    """Give whatever is free in each IMAGE back to the disk that it is on, as delete --trim does.

    An image stays as long as it once was, whoever deletes what in it. No snapshot changes; what was deleted before
    cannot be brought back with undo any more.

    \b
    Examples:
      snapctl snapshot trim disk.qcow2
    """
    from snapmgr.snapshots.trim import trim_images

    with progress(output, "Looking through") as report:
        done = trim_images(images, progress=report)
    if output.json:
        output.document(
            {"devices": [{"path": one.path, "taken-before": one.before, "taken-now": one.after} for one in done]}
        )
        return Exit.DONE
    for one in done:
        said = f"{size(max(0, one.before - one.after))} given back, {size(one.after)} taken up now"
        output.done(printable(f"{one.path}: {said}"))
    return Exit.DONE
