"""What a stream may be compared with: VM states beside it, what was open before, or a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from snapmgr.errors import SnapmgrError
from snapmgr.work import CancelToken
from ui.compare.comparing import CompareRequest, Comparison, compare
from ui.compare.pair import Run
from ui.shell.documents import DocumentKind
from ui.words import tr

if TYPE_CHECKING:
    from ui.shell.context import WindowContext


def snapshots_beside(source: str) -> list[str]:
    """SRC of the other VM states in the image that ``source`` is from, the newest first.  For a worker."""
    from snapmgr.containers.open import split_tag
    from snapmgr.snapshots.find import tag_of
    from snapmgr.snapshots.list import list_snapshots

    path, tag = split_tag(source)
    if tag is None:
        return []
    try:
        found = list_snapshots([path])
    except (SnapmgrError, OSError):
        return []
    rows = [row for row in found.rows if row.state_device is not None]
    rows.sort(key=lambda row: (row.date_sec, row.date_nsec), reverse=True)
    return [f"{path}@{tag_of(row, str(path), found)}" for row in rows]


async def candidates(context: WindowContext, source: str) -> list[str]:
    """What ``source`` may be compared with: other streams that are open, VM states beside it, what was open before."""
    inspector = context.page("inspector")
    opened = [one.sources[0] for one in inspector.documents()] if inspector is not None else []
    beside = await context.tasks.run_in_worker(snapshots_beside, source)
    recent = [one.sources[0] for one in context.documents.recents() if one.kind is DocumentKind.STREAM]
    return [one for one in dict.fromkeys([*reversed(opened), *beside, *recent]) if one != source]


def choose_file(context: WindowContext) -> str | None:
    """Ask for a stream."""
    folder = str(context.settings.state.get("folder", ""))
    name, _ = QFileDialog.getOpenFileName(context.window, tr("Compare with which stream?"), folder)
    if name:
        context.settings.state["folder"] = str(Path(name).parent)
    return name or None


def run_streams(context: WindowContext) -> Run:
    """Compares in a worker, without a lock of the Snapshots view."""

    async def run(request: CompareRequest, progress: Callable[[int, int], None], cancel: CancelToken) -> Comparison:
        roots = [Path(folder) for folder in context.settings["files.allow_roots"]]
        return await context.tasks.run_in_worker(compare, request, roots, progress=progress, cancel=cancel)

    return run
