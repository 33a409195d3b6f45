"""Arguments and options that commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from snapmgr.cli.complete import SourceType
from snapmgr.cli.hints import piped_instead
from snapmgr.cli.output import Output
from snapmgr.cli.progress import progress
from snapmgr.errors import SnapmgrError, Unsupported

if TYPE_CHECKING:
    from snapmgr.containers.source import Source
    from snapmgr.inspect.index import StreamIndex

allow_root = click.option(
    "--allow-root",
    "allow_roots",
    metavar="DIR",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Also read backing files in this folder, not only beside the image.",
)
force = click.option("--force", is_flag=True, help="Replace the file if it exists.")


class TargetType(click.types.StringParamType):
    """A file to write; every name of standard output is ``-``, so that nothing else is said there."""

    name = "file"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return "-" if value in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1") else value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]


class ImageType(click.Path):
    """A disk image."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not value:
            self.fail("an empty name is no file", param, ctx)
        return super().convert(value, param, ctx)


source_argument = click.argument("src", metavar="SRC", type=SourceType())


@contextmanager
def opened(output: Output, src: str, allow_roots: tuple[Path, ...] = ()) -> Iterator[Source]:
    """SRC as a source of bytes, closed at the end.  An error about a byte of a capture names the channel's file."""
    from snapmgr.containers.capture import CaptureSource
    from snapmgr.containers.open import open_source

    try:
        with progress(output, "Unpacking") as report:
            source = open_source(src, allow_roots=allow_roots, progress=report)
    except Unsupported as error:
        piped_instead(error)
        raise
    try:
        yield source
    except SnapmgrError as error:
        if isinstance(source, CaptureSource):
            source.tell(error)
        raise
    finally:
        source.close()


@contextmanager
def indexed(output: Output, src: str, allow_roots: tuple[Path, ...] = ()) -> Iterator[StreamIndex]:
    """SRC read from end to end."""
    from snapmgr.inspect.index import index_stream

    with opened(output, src, allow_roots) as source:
        with progress(output, "Reading") as report:
            index = index_stream(source, progress=report)
        yield index
