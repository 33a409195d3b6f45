"""``snapctl snapshot note``: what somebody noted on a snapshot."""

from __future__ import annotations

from pathlib import Path

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import ImageType
from snapmgr.cli.complete import TagType
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.text import printable
from snapmgr.names import quoted, visible_text


@click.command("note", short_help="Read or write a note on a snapshot.")
@click.argument("image", metavar="IMAGE", type=ImageType(path_type=Path))
@click.argument("tag", metavar="TAG", type=TagType())
@click.argument("text", metavar="[TEXT]", required=False)
@output_options
@pass_output
def note_command(output: Output, image: Path, tag: str, text: str | None) -> int:
    """Print the note on snapshot TAG, or make TEXT its note; an empty TEXT takes it away.

    Notes are kept in the data folder, not in the image, and follow an image that is moved, renamed or copied. An image
    in use can be noted on. TAG is a name, else an id; name:T and id:N say which.

    \b
    Examples:
      snapctl snapshot note disk.qcow2 before-update
      snapctl snapshot note disk.qcow2 before-update "last good boot on 6.11"
      snapctl snapshot note disk.qcow2 before-update ""
    """
    from snapmgr.snapshots.find import find_snapshot
    from snapmgr.snapshots.list import list_snapshots
    from snapmgr.snapshots.notes import read_note, write_note

    row = find_snapshot(list_snapshots([image]).rows, tag, image)
    if text is not None:
        write_note(row, text)
    noted, damaged = read_note(row)
    for name in damaged:
        output.note(printable(f"{name} in the data folder is damaged; it was set aside and is not used"))
    if output.json:
        output.document({"path": str(image), "id": row.id, "name": row.name, "note": noted})
    elif text is not None:
        said = f"has a note now: {visible_text(noted)}" if noted else "has no note now"
        output.done(printable(f"{image}: snapshot {quoted(row.name)} (id {row.id}) {said}"))
    elif noted:
        output.lines("\n".join(printable(line) for line in noted.splitlines()))
    else:
        output.note(printable(f"{image}: nothing is noted on snapshot {quoted(row.name)} (id {row.id})"))
    return Exit.DONE
