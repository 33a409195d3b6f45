"""Whether the Inspector reads what is to be changed."""

from __future__ import annotations

from collections.abc import Sequence

from ui.isolation import isolated
from ui.shell.context import WindowContext
from ui.shell.documents import DocumentKind
from ui.words import tr


def why_kept(context: WindowContext, paths: Sequence[str]) -> str:
    """It has a VM state of one of these images open, "" where it has not."""
    inspector = context.page("inspector")
    if inspector is None:
        return ""
    for document in (*inspector.documents(), inspector.opening()):
        if document is not None and document.kind is DocumentKind.STREAM:
            name = next((path for path in paths if document.sources[0].startswith(f"{path}@")), None)
            if name is not None:
                disk = isolated(name.rpartition("/")[2])
                return tr("The Inspector has a VM state of {disk} open: close it there first", disk=disk)
    return ""
