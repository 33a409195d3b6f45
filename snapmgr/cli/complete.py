"""What completes a word of the command line: snapshots, RAM blocks and sections of the file that was named before."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from snapmgr.errors import SnapmgrError
from snapmgr.work import CancelToken

if TYPE_CHECKING:
    from snapmgr.inspect.index import StreamIndex

_PATIENCE = 2.0
"""Seconds that somebody who pressed Tab waits at most while a stream is read."""


class SourceType(click.types.StringParamType):
    """SRC; completes file names and, behind ``IMAGE@``, the image's snapshots."""

    name = "src"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not value:
            self.fail("an empty name is no file", param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        image, at, start = incomplete.rpartition("@")
        while at and not _path(image).is_file():
            image, at, more = image.rpartition("@")
            start = f"{more}@{start}"
        if at:
            return [CompletionItem(f"{image}@{tag}") for tag in _tags(image, start)]
        return [CompletionItem(incomplete, type="file")]


class TagType(click.types.StringParamType):
    """TAG of the image in argument ``image``, or of the first of ``images``."""

    name = "tag"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        image = ctx.params.get("image") or next(iter(ctx.params.get("images") or ()), None)
        return [CompletionItem(tag) for tag in _tags(str(image), incomplete)] if image else []


class BlockType(click.types.StringParamType):
    """A RAM block of the stream in argument ``src``."""

    name = "block"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        index = _index(ctx)
        names = [] if index is None else [block.name for block in index.blocks]
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


class SectionType(click.types.StringParamType):
    """A device section of the stream in argument ``src``: ``IDSTR (INSTANCE)``."""

    name = "section"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        index = _index(ctx)
        records = [] if index is None else [record for record in index.records if record.type == "FULL"]
        names = dict.fromkeys(f"{record.idstr} ({record.instance_id})" for record in records)
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _path(text: str) -> Path:
    """The file that the shell is going to name."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # no such user
        return Path(text)


def _tags(image: str, start: str) -> list[str]:
    """Ways to name the snapshots of ``image`` that begin with ``start``."""
    from snapmgr.snapshots.list import list_snapshots

    try:
        rows = list_snapshots([_path(image)]).rows
    except (SnapmgrError, OSError):
        return []  # completion has nowhere to say why
    ways = _ways([(row.id, row.name) for row in rows], start)
    return [way for way in dict.fromkeys(ways) if way.startswith(start)]


def _ways(tags: Sequence[tuple[str, str]], start: str) -> Iterator[str]:
    """Each by its name, or by its id where that alone says which; as it was begun if with ``id:`` or ``name:``."""
    names = [name for _, name in tags]
    for id_text, name in tags:
        if start.startswith("id:"):
            yield f"id:{id_text}"
        elif start.startswith("name:"):
            yield f"name:{name}"
        elif not name.strip() or names.count(name) > 1 or name.startswith(("id:", "name:")):
            yield f"id:{id_text}"
        else:
            yield name


class _Deadline(CancelToken):
    """Asks to stop when the time is over."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._end = time.monotonic() + seconds

    @property
    def cancelled(self) -> bool:
        if time.monotonic() > self._end:
            self.cancel()
        return super().cancelled

    def check(self) -> None:
        if self.cancelled:
            super().check()


def _index(ctx: click.Context) -> StreamIndex | None:
    """As much of the stream as can be read in time; None where there is none."""
    from snapmgr.containers.open import STDIN, open_source
    from snapmgr.inspect.index import index_stream

    src = ctx.params.get("src") or next(iter(ctx.args), None)  # click stops at an option that has no value yet
    if not src or src == STDIN:
        return None
    until = _Deadline(_PATIENCE)
    try:
        return index_stream(open_source(str(_path(src)), cancel=until), cancel=until)
    except (SnapmgrError, OSError):
        return None
