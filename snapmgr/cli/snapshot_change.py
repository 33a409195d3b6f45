"""``snapctl snapshot create|apply|delete|finish|prune|rename|undo``: what changes images."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import ImageType
from snapmgr.cli.asking import ask, yes_option
from snapmgr.cli.complete import TagType
from snapmgr.cli.freed import changed_document, freed_text
from snapmgr.cli.hints import OVERWRITE, adding
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.snapshot_prune import prune_command
from snapmgr.cli.snapshot_trim import trim_command
from snapmgr.cli.text import printable
from snapmgr.errors import SnapmgrError
from snapmgr.names import quoted

if TYPE_CHECKING:
    from snapmgr.snapshots.transaction import Changed

_images = click.argument("images", metavar="IMAGE...", nargs=-1, required=True, type=ImageType(path_type=Path))
_tag = click.argument("tag", metavar="TAG", type=TagType())


@click.command("create", short_help="Keep the disks as they are now.")
@_images
@click.argument("tag", metavar="TAG")
@click.option("--note", metavar="TEXT", default="", help="What there is to be noted on it.")
@click.option("--overwrite", is_flag=True, help="Take the place of the snapshot with that name.")
@output_options
@pass_output
def create_command(output: Output, images: tuple[Path, ...], tag: str, note: str, overwrite: bool) -> int:
    """Make a snapshot TAG of every IMAGE: of the disks alone, without a VM state.

    With --overwrite an older one of that name goes, once the new one is complete.

    On all images or on none. An image that another process uses is not touched (exit code 4).

    \b
    Examples:
      snapctl snapshot create disk.qcow2 before-update
      snapctl snapshot create root.qcow2 data.qcow2 before-update
      snapctl snapshot create disk.qcow2 before-update --note "last good boot on 6.11"
    """
    from snapmgr.sidecar.records import check_note
    from snapmgr.snapshots.change import create_snapshot
    from snapmgr.snapshots.notes import note_what_was_saved

    check_note(note)
    _warn_of_ids(output, images, tag, creating=True)
    with adding("snapshot-exists", OVERWRITE), progress(output, "Looking through") as report:
        done = create_snapshot(images, tag, overwrite=overwrite, progress=report)
    if note:
        note_what_was_saved(done, note)
    return _say(output, done, "made")


@click.command("apply", short_help="Make the disks what they were.")
@_images
@_tag
@yes_option
@output_options
@pass_output
def apply_command(output: Output, images: tuple[Path, ...], tag: str, yes: bool) -> int:
    """Make every IMAGE the disk that it was when snapshot TAG was taken, of the size that it had then.

    What the disks hold now is lost, unless a snapshot holds it too. TAG is a name, else an id; name:T and id:N say
    which. On all images or on none.

    \b
    Examples:
      snapctl snapshot apply disk.qcow2 before-update
      snapctl snapshot create disk.qcow2 now && snapctl snapshot apply disk.qcow2 id:1
    """
    from snapmgr.snapshots.change import apply_snapshot

    _warn_of_ids(output, images, tag)
    _warn_of_moments(output, images, tag)
    ask(output, f"What {_these(images)} now is lost. Apply snapshot {quoted(tag)}?", yes)
    with progress(output, "Looking through") as report:
        done = apply_snapshot(images, tag, progress=report)
    return _say(output, done, "applied")


@click.command("delete", short_help="Delete a snapshot from the disks.")
@_images
@_tag
@click.option("--trim", is_flag=True, help="Give whatever is free in the images back to the disk that they are on.")
@yes_option
@output_options
@pass_output
def delete_command(output: Output, images: tuple[Path, ...], tag: str, trim: bool, yes: bool) -> int:
    """Delete snapshot TAG from every IMAGE that has it.

    The room becomes free inside the image; --trim makes the file itself smaller. TAG is a name, else an id; name:T
    and id:N say which. On all images that have it or on none. Without --trim, snapshot undo brings it back until
    something is written to the image.

    \b
    Examples:
      snapctl snapshot delete disk.qcow2 before-update
      snapctl snapshot delete root.qcow2 data.qcow2 before-update --trim
    """
    from snapmgr.snapshots.change import delete_snapshot

    _warn_of_ids(output, images, tag)
    ask(output, f"Delete snapshot {quoted(tag)}{' for ever' * trim}?", yes)
    with progress(output, "Looking through") as report:
        done = delete_snapshot(images, tag, trim=trim, progress=report)
    return _say(output, done, "deleted")


@click.command("undo", short_help="Bring back what was deleted last.")
@_images
@output_options
@pass_output
def undo_command(output: Output, images: tuple[Path, ...]) -> int:
    """Bring back the snapshots that were deleted last from IMAGE, by this command or in the window.

    That can be done until anybody writes to the image: a guest, another program, or another change of its snapshots. A
    deletion with --trim cannot be undone. Where it was deleted from several images, all of them are to be named.

    \b
    Examples:
      snapctl snapshot undo disk.qcow2
      snapctl snapshot undo root.qcow2 data.qcow2
    """
    from snapmgr.snapshots.deleted import undo_last

    with progress(output, "Looking through") as report:
        done = undo_last(images, progress=report)
    return _say(output, done, "is there again")


@click.command("finish", short_help="Make a snapshot whole that some disks lack.")
@_images
@_tag
@output_options
@pass_output
def finish_command(output: Output, images: tuple[Path, ...], tag: str) -> int:
    """Keep each IMAGE that lacks snapshot TAG as it is now, under the name and date that it has on the others.

    A machine is loaded from a snapshot only where every disk has it. This is right for disks that nothing has written
    to since the others were saved, such as one that is read only or new. To remove what there is, delete it. TAG is a
    name, else an id; name:T and id:N say which.

    \b
    Examples:
      snapctl snapshot finish root.qcow2 data.qcow2 before-update
    """
    from snapmgr.snapshots.finish import finish_snapshot

    with progress(output, "Looking through") as report:
        done = finish_snapshot(images, tag, progress=report)
    return _say(output, done, "made")


@click.command("rename", short_help="Give a snapshot another name.")
@_images
@_tag
@click.argument("new", metavar="NEW")
@output_options
@pass_output
def rename_command(output: Output, images: tuple[Path, ...], tag: str, new: str) -> int:
    """Give snapshot TAG the name NEW, on every IMAGE that has it; its id stays.

    TAG is a name, else an id; name:T and id:N say which.

    \b
    Examples:
      snapctl snapshot rename disk.qcow2 before-update "before the update"
    """
    from snapmgr.snapshots.change import rename_snapshot

    _warn_of_ids(output, images, tag)
    with progress(output, "Looking through") as report:
        done = rename_snapshot(images, tag, new, progress=report)
    return _say(output, done, f"is called {quoted(new)} now")


COMMANDS = (
    create_command, apply_command, delete_command, finish_command, prune_command, rename_command, trim_command,
    undo_command,
)  # fmt: skip


def _warn_of_ids(output: Output, images: Sequence[Path], tag: str, *, creating: bool = False) -> None:
    """Where QEMU would take another snapshot for the one of this name: it looks for ids first."""
    from snapmgr.block.images import open_image

    for path in images:
        with suppress(SnapmgrError):
            image = open_image(path)
            try:
                others = [entry for entry in image.snapshots if entry.id_text == tag and entry.name_text != tag]
                named = any(entry.name_text == tag for entry in image.snapshots)
            finally:
                image.close()
            if others and (named or creating):
                said = f"{path}: {tag} is the id of {quoted(others[0].name_text)}, and QEMU looks for ids first"
                output.note(printable(f"{said}: qemu-img and loadvm would take that one"))
                return


def _warn_of_moments(output: Output, images: Sequence[Path], tag: str) -> None:
    """Where the disks' snapshots of this name are not of one moment: together they may be no sound machine."""
    from snapmgr.snapshots.list import list_snapshots

    with suppress(SnapmgrError):
        for row in list_snapshots(images).rows:
            if row.differs and row.name == tag.removeprefix("name:"):
                output.note(printable(f"{quoted(row.name)} is not the same on all disks: {'; '.join(row.differs)}"))


def _these(images: Sequence[Path]) -> str:
    return f"{printable(str(images[0]))} holds" if len(images) == 1 else f"these {len(images)} disks hold"


def _say(output: Output, done: Sequence[Changed], what: str) -> int:
    from snapmgr.snapshots.journal import settle

    for cut_off in settle([one.path for one in done]):
        output.note(printable(cut_off.message))
    if output.json:
        output.document({"devices": [changed_document(one) for one in done]})
        return Exit.DONE
    for one in done:
        freed = f"; {freed_text(one)}" if what == "deleted" else ""
        output.done(printable(f"{one.path}: snapshot {quoted(one.name)} (id {one.id}) {what}{freed}"))
    return Exit.DONE
