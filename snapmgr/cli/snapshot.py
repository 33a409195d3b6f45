"""``snapctl snapshot``: the snapshots inside qcow2 images."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import ImageType, TargetType, allow_root, force
from snapmgr.cli.complete import TagType
from snapmgr.cli.newfile import check_target
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.snapshot_change import COMMANDS
from snapmgr.cli.snapshot_note import note_command
from snapmgr.cli.snapshot_text import snapshot_lines
from snapmgr.cli.text import printable, size
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.snapshots.model import Snapshots
    from snapmgr.snapshots.space import MachineSpace

_image = ImageType(path_type=Path)


@click.group()
@output_options
def snapshot() -> None:
    """Snapshots inside qcow2 images.

    \b
    Examples:
      snapctl snapshot list disk.qcow2
      snapctl snapshot create disk.qcow2 before-update
      snapctl snapshot prune disk.qcow2 --keep-last 7 --dry-run
      snapctl snapshot export disk.qcow2 before-update -o disk.raw
    """


@snapshot.command("list", short_help="What snapshots are there, and on which disks?")
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=_image)
@click.option("--space", is_flag=True, help="Also say what each takes up: alone, and shared with others or with now.")
@allow_root
@output_options
@pass_output
def list_command(output: Output, images: tuple[Path, ...], space: bool, allow_roots: tuple[Path, ...]) -> int:
    """List the snapshots of IMAGE; several images are taken as the disks of one machine and joined by name.

    A raw disk among them is listed with its reason. What a snapshot came from is known where Snapmgr saw it being
    made. Exit code 1 says that an image is damaged or cannot be read. A snapshot that some disks lack, or that differs
    between them, is listed with that and is no failure: with 0 the list is whole.
    What --space calls unique is what becomes free when this snapshot alone is deleted.

    \b
    Examples:
      snapctl snapshot list disk.qcow2
      snapctl snapshot list disk.qcow2 --space
      snapctl snapshot list root.qcow2 data.qcow2 --json
    """
    from snapmgr.snapshots.beside import with_beside
    from snapmgr.snapshots.list import list_snapshots
    from snapmgr.snapshots.report import snapshots_document

    found = with_beside(list_snapshots(images, allow_roots=allow_roots))
    measured = _measured(output, found) if space else None
    if output.json:
        output.document(snapshots_document(found, measured))
    else:
        output.lines("\n".join(snapshot_lines(output, found, measured)))
    for device in found.devices:
        if device.unchecked is not None and device.in_use is None:
            output.note(printable(f"{device.path}: {device.unchecked}"))
    for name in found.beside.damaged:
        output.note(printable(f"{name} in the data folder is damaged; it was set aside and is not used"))
    unread = [device.error for device in found.devices if device.error is not None and device.unread]
    unread += measured.errors.values() if measured is not None else []
    for error in unread:
        output.trouble(error)
    return Exit.FAILED if unread or any(device.problems for device in found.devices) else Exit.DONE


def _measured(output: Output, found: Snapshots) -> MachineSpace:
    """What the snapshots of the disks that have some take up."""
    from snapmgr.snapshots.space import measure

    with progress(output, "Looking through") as report:
        return measure(found.having(found.rows), progress=report)


@snapshot.command("export", short_help="Write the disk out as it was.")
@click.argument("image", metavar="IMAGE", type=_image)
@click.argument("tag", metavar="[TAG]", required=False, type=TagType())
@click.option("-o", "--output", "target", type=TargetType(), metavar="FILE", required=True, help="File to write.")
@click.option(
    "--format", "form", type=click.Choice(["raw", "qcow2"]), default="raw", show_default=True, help="Format of FILE."
)
@force
@allow_root
@output_options
@pass_output
def export_command(
    output: Output,
    image: Path,
    tag: str | None,
    target: str,
    form: str,
    force: bool,
    allow_roots: tuple[Path, ...],
) -> int:
    """Write the disk of IMAGE as the guest would see it after loading snapshot TAG; without TAG as it is now.

    TAG is a name, else an id; name:T and id:N say which. The file has the size that the disk had then and is sparse.

    \b
    Examples:
      snapctl snapshot export disk.qcow2 before-update -o disk.raw
      snapctl snapshot export disk.qcow2 id:3 -o disk.raw --force
    """
    from snapmgr.snapshots.export import export_disk

    if target == "-":
        raise UsageError("usage", "a disk is written to a file, not to standard output")
    check_target(target, force=force, sources=[image], allow_roots=allow_roots)
    out = os.path.realpath(target)  # what a link leads to is written, not the link
    with progress(output, "Writing") as report:
        result = export_disk(image, tag, out, format=form, overwrite=force, allow_roots=allow_roots, progress=report)
    if output.json:
        output.document({"path": target, "format": form, "virtual-size": result.size})
    else:
        output.done(f"{printable(target)}: {size(result.size)} ({form})")
    return Exit.DONE


for _command in (*COMMANDS, note_command):
    snapshot.add_command(_command)
