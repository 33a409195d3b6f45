"""``snapctl screen``: what the guest showed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import TargetType, allow_root, force, indexed, source_argument
from snapmgr.cli.newfile import check_target, new_file
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.text import printable
from snapmgr.errors import UsageError

if TYPE_CHECKING:
    from snapmgr.inspect.screen.displays import DisplayState
    from snapmgr.inspect.screen.picture import Screen


@click.command()
@source_argument
@click.option("-o", "--output", "target", type=TargetType(), metavar="FILE", help="PNG file to write.")
@click.option("--device", metavar="DEVICE", help="The display, as --list names it; else the first that shows any.")
@click.option("--list", "listed", is_flag=True, help="List the displays, what each shows, or why it is not read.")
@force
@allow_root
@output_options
@pass_output
def screen(
    output: Output,
    src: str,
    target: str | None,
    device: str | None,
    listed: bool,
    force: bool,
    allow_roots: tuple[Path, ...],
) -> int:
    """Show the guest's screen as its display had it: text modes as text, all modes as a picture with -o.

    \b
    Examples:
      snapctl screen guest.mig
      snapctl screen guest.mig --list
      snapctl screen disk.qcow2@before-update --device 0000:00:03.0/vga -o screen.png
    """
    from snapmgr.inspect.screen.displays import guest_screen, states
    from snapmgr.sidecar.png import to_png

    if listed and (target is not None or device is not None):
        raise UsageError("usage", "--list goes with neither -o nor --device")
    with indexed(output, src, allow_roots) as index:
        if listed:
            _list(output, states(index))
            return Exit.DONE
        found = guest_screen(index, device)
        if target is not None:
            check_target(target, force=force, sources=[index.source.path], allow_roots=allow_roots)
            with new_file(target, force=force) as file:
                file.write(to_png(found.picture))
    if output.json and target == "-":
        return Exit.DONE
    _say(output, found, target)
    return Exit.DONE


def _list(output: Output, found: list[DisplayState]) -> None:
    if output.json:
        rows = [{"device": one.device, "width": one.width or None, "height": one.height or None,
                 "reason": one.reason or None} for one in found]  # fmt: skip
        output.document({"displays": rows})
        return
    for one in found:
        shows = f"{one.width} × {one.height} dots" if not one.reason else one.reason
        output.lines(f"{printable(one.device)}: {printable(shows)}")


def _say(output: Output, found: Screen, target: str | None) -> None:
    height, width, _ = found.picture.shape
    lines = None if found.lines is None else list(found.lines)
    if output.json:
        output.document({"device": found.device, "width": width, "height": height, "lines": lines})
    elif target is None and lines is None:
        hint = "Name a file for it with -o."
        raise UsageError("usage", f"the screen is a picture of {width} × {height} dots", hint=hint)
    elif target is None:
        output.lines("\n".join(printable(line) for line in lines or ()).rstrip("\n"))
    elif target != "-":
        output.done(f"{printable(target)}: {printable(found.device)}, {width} × {height} dots")
