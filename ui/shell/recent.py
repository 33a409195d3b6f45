"""Documents that were opened before, told apart where they are called alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from snapmgr.names import visible_text
from ui.shell import formats
from ui.shell.documents import Document
from ui.words import listed, tr

LONGEST = 40
"""Characters of a folder beside a name."""


def no_recents() -> str:
    """Why there is nothing to open again, and nothing to forget."""
    return tr("No recent files")


def told_apart(documents: Sequence[Document]) -> list[str]:
    """What stands beside the label of each: its folder, and of machines with the same first disk the others.

    A folder loses its middle, or what stands before and behind the place where it differs from the other folders of
    that label.
    """
    return [_beside(one, [other for other in documents if other.label == one.label and other != one])
            for one in documents]  # fmt: skip


def _beside(document: Document, namesakes: Sequence[Document]) -> str:
    folder = _folder(document.where, {other.where for other in namesakes} - {document.where})
    near = [other for other in namesakes if other.where == document.where]
    own = [source for source in document.sources[1:] if not near or any(source not in one.sources for one in near)]
    if not near or not own:
        return folder
    names = [visible_text(Path(source).name) for source in own]
    #: {disks} are names of files that belong to the file in that folder
    return tr("{folder}, with {disks}", folder=folder, disks=listed(names))


def _folder(folder: str, others: set[str]) -> str:
    short = formats.shortened(folder, LONGEST)
    alike = [other for other in others if formats.shortened(other, LONGEST) == short]
    if short == folder or not alike:
        return short
    differs = max(_common(folder, other) for other in alike)
    start = folder.rfind("/", 0, differs) + 1
    piece = folder[start : start + LONGEST - 3]
    return f"…/{piece}…" if start + len(piece) < len(folder) else f"…/{piece}"


def _common(one: str, other: str) -> int:
    """Characters that both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
