"""Whether the Inspector or a comparison reads what is to be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ui.isolation import isolated
from ui.shell.context import WindowContext
from ui.shell.documents import DocumentKind
from ui.words import tr


def why_kept(context: WindowContext, paths: Sequence[str]) -> str:
    """One of them has a VM state of one of these images open, "" where none has."""
    inspector, compare = context.page("inspector"), context.page("compare")
    if inspector is not None:
        opened = [one for one in (*inspector.documents(), inspector.opening()) if one is not None]
        disk = _disk_of([one.sources[0] for one in opened if one.kind is DocumentKind.STREAM], paths)
        if disk:
            return tr("The Inspector has a VM state of {disk} open: close it there first", disk=disk)
    if isinstance(compare, Reads) and (disk := _disk_of(compare.reads(), paths)):
        return tr("The comparison has a VM state of {disk} open: close it there first", disk=disk)
    return ""


@runtime_checkable
class Reads(Protocol):
    """A page that says what it has open."""

    def reads(self) -> Sequence[str]: ...


def _disk_of(sources: Sequence[str], paths: Sequence[str]) -> str:
    """The name of the first image that one of these SRC is a VM state of."""
    for source in sources:
        for path in paths:
            if source.startswith(f"{path}@"):
                return isolated(path.rpartition("/")[2])
    return ""
