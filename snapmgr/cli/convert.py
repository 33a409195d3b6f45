"""``snapctl convert``: a stream in another container."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from snapmgr.cli.arguments import TargetType, allow_root, force, opened, output_options, pass_output, source_argument
from snapmgr.cli.newfile import check_target, new_file
from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.cli.text import printable, size
from snapmgr.errors import UsageError
from snapmgr.work import Progress

if TYPE_CHECKING:
    from snapmgr.containers.source import Source

_PIECE = 4 << 20


@click.command(short_help="Write a stream into another container.")
@source_argument
@click.option(
    "-o",
    "--output",
    "target",
    type=TargetType(),
    metavar="OUT",
    required=True,
    help="File to write, - for standard output.",
)
@click.option("--container", type=click.Choice(["raw", "zst"]), default="raw", show_default=True)
@force
@allow_root
@output_options
@pass_output
def convert(output: Output, src: str, target: str, container: str, force: bool, allow_roots: tuple[Path, ...]) -> None:
    """Write the stream of SRC to OUT, byte for byte; from IMAGE@TAG that is the VM state as it is stored.

    \b
    Examples:
      snapctl convert disk.qcow2@before-update -o state.mig
      snapctl convert guest.mig.gz -o guest.mig.zst --container zst
    """
    if target == "-" and output.json:
        raise UsageError("usage", "with --json standard output is taken", hint="Name a file with -o.")
    with opened(output, src, allow_roots) as source:
        check_target(target, force=force, sources=[source.path])
        with new_file(target, force=force) as file, progress(output, "Writing") as report:
            written = _packed(source, file, report) if container == "zst" else _plain(source, file, report)
        result = {"path": target, "container": container, "size": source.size, "written": written}
    if output.json:
        output.document(result)
    elif target != "-":
        output.done(f"{printable(target)}: {size(written)} ({container})")


def _plain(source: Source, file: BinaryIO, report: Progress) -> int:
    """Copy everything; returns the bytes written."""
    done = 0
    for chunk in source.chunks():
        for start in range(0, len(chunk), _PIECE):
            done += file.write(chunk[start : start + _PIECE])
            report(done, source.size)
    return done


def _packed(source: Source, file: BinaryIO, report: Progress) -> int:
    """Copy everything as one zstd frame that names its content's size; returns the bytes written."""
    import zstandard

    done = 0
    start = file.tell() if file.seekable() else 0
    with zstandard.ZstdCompressor(level=3, threads=-1).stream_writer(file, size=source.size, closefd=False) as packer:
        for chunk in source.chunks():
            for at in range(0, len(chunk), _PIECE):
                piece = chunk[at : at + _PIECE]
                packer.write(piece)
                done += len(piece)
                report(done, source.size)
    return file.tell() - start if file.seekable() else done
