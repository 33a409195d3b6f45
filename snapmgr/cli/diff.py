"""``snapctl diff``: what differs between two streams, or two snapshots of an image."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from snapmgr.cli.answer import output_options, pass_output
from snapmgr.cli.arguments import allow_root, indexed
from snapmgr.cli.complete import SourceType
from snapmgr.cli.output import Exit, Output
from snapmgr.cli.progress import progress
from snapmgr.cli.style import heading
from snapmgr.errors import SnapmgrError

if TYPE_CHECKING:
    from snapmgr.inspect.diff import StreamDifference
    from snapmgr.snapshots.diff_disks import DiskDifference


@click.command()
@click.argument("a", metavar="A", type=SourceType())
@click.argument("b", metavar="B", type=SourceType())
@click.option("--format", "form", type=click.Choice(["text", "html"]), default="text", show_default=True,
              help="Lines of text, or a page for a browser.")  # fmt: skip
@allow_root
@output_options
@pass_output
def diff(output: Output, a: str, b: str, form: str, allow_roots: tuple[Path, ...]) -> int:
    """Compare two streams: configuration, devices field by field, pages of RAM.

    A and B are SRC each. Of two snapshots of one image (IMAGE@TAG) the disk is compared too, and of snapshots without
    a VM state the disk alone. Exit code 0 says that nothing differs, 1 that something does.

    \b
    Examples:
      snapctl diff before.mig after.mig
      snapctl diff disk.qcow2@before-update disk.qcow2@after-update
      snapctl diff before.mig after.mig --format html > report.html
      snapctl diff before.mig after.mig --json | jq '.ram[].changed_pages'
    """
    from snapmgr.inspect.diff_html import html_lines
    from snapmgr.inspect.diff_report import stream_document, stream_lines
    from snapmgr.snapshots.disk_report import disk_document, disk_lines

    disk = _disk(output, a, b, allow_roots)
    try:
        streams = _streams(output, a, b, allow_roots)
    except SnapmgrError as error:
        if error.code != "disk-only" or disk is None:
            raise
        streams = None
    if output.json or form == "html":
        document = stream_document(streams)
        if disk is not None:
            document["disks"] = [disk_document(disk)]
        if output.json:
            output.document(document)
        else:
            output.lines("\n".join(html_lines(a, b, document)))
    else:
        lines = [*(stream_lines(streams, every=output.verbose) if streams else ())]
        lines += disk_lines([disk] if disk is not None else [])
        output.lines("\n".join(line if line.startswith(" ") else heading(line) for line in lines))
    differs = (streams is not None and streams.differs) or (disk is not None and disk.differs)
    return Exit.FAILED if differs else Exit.DONE


def _streams(output: Output, a: str, b: str, allow_roots: tuple[Path, ...]) -> StreamDifference:
    from snapmgr.inspect.diff import compare_streams

    with ExitStack() as both:
        one = both.enter_context(indexed(output, a, allow_roots))
        other = both.enter_context(indexed(output, b, allow_roots))
        with progress(output, "Comparing") as report:
            return compare_streams(one, other, progress=report)


def _disk(output: Output, a: str, b: str, allow_roots: tuple[Path, ...]) -> DiskDifference | None:
    """The disk of an image of which both are snapshots."""
    from snapmgr.containers.open import split_tag
    from snapmgr.snapshots.diff_disks import compare_disk

    (one, tag), (other, other_tag) = split_tag(a), split_tag(b)
    if tag is None or other_tag is None or not (one.exists() and other.exists() and one.samefile(other)):
        return None
    with progress(output, "Comparing the disk") as report:
        return compare_disk(one, tag, other_tag, allow_roots=allow_roots, progress=report)
