"""Why a file is not shown here, and where it belongs instead: an image's snapshots are offered by name."""

from __future__ import annotations

from pathlib import Path

from snapmgr.errors import SnapmgrError
from ui.inspector.states import ErrorState, InImage
from ui.models.texts import shown
from ui.shell import formats
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind
from ui.shell.failures import Failure, describe
from ui.words import plural, tr


def snapshots_in(source: str, allow_roots: tuple[Path, ...]) -> tuple[str, list[InImage]] | None:
    """(path, snapshots) of the qcow2 image behind ``source``, None for anything else.  Runs in a worker."""
    from snapmgr.containers.open import Kind, recognise, split_tag

    path, _ = split_tag(source)
    try:
        if recognise(path).kind is not Kind.QCOW2:
            return None
        from snapmgr.snapshots.list import list_snapshots

        rows = list_snapshots([path], allow_roots=allow_roots).rows
    except Exception:
        return None  # the error that brought us here says what is the matter
    found = []
    for row in rows:
        if row.disk_only:
            found.append(InImage(row.name, tr("disk only, no VM state"), ""))
        else:
            about = tr("VM state {size}", size=formats.size(row.vm_state_size))
            found.append(InImage(row.name, about, f"{path}@{row.name or row.id}"))
    return str(path), found


async def explain(context: WindowContext, document: Document, error: Exception) -> ErrorState:
    """The page that says why ``document`` is not shown."""
    roots = tuple(Path(folder) for folder in context.settings["files.allow_roots"])
    image = await context.tasks.run_in_worker(snapshots_in, document.sources[0], roots)
    failure = describe(error, tr("Not opened"), document.sources[0])
    if image is None:
        state = ErrorState(failure, lambda: context.actions.run("file.open"))
        state.open_source.connect(context.open)
        return state
    path, found = image
    states = sum(bool(snapshot.source) for snapshot in found)
    state = ErrorState(
        Failure(
            plural(
                "{file} is a qcow2 image with {n} snapshot",
                "{file} is a qcow2 image with {n} snapshots",
                len(found),
                file=shown(Path(path).name),
            ),
            " ".join(filter(None, (_tag_text(document.sources[0], path, error), _advice(states, len(found))))),
            code=failure.code,
            path=failure.path,
        ),
        lambda: context.actions.run("file.open"),
        in_image=found,
        open_image=lambda: context.tasks.start(
            context.documents.show(Document(DocumentKind.DISKS, (path,))), tr("Open")
        ),
    )
    state.open_source.connect(lambda source: context.open(source))
    return state


def _tag_text(source: str, path: str, error: Exception) -> str:
    """What keeps the snapshot which was asked for from being shown, if one was asked for."""
    tag = source.removeprefix(f"{path}@")
    if tag != source and isinstance(error, SnapmgrError) and error.code == "disk-only":
        return tr("“{name}” holds the disk only: it has no VM state.", name=shown(tag))
    return "" if tag == source else tr("None of them is called “{name}”.", name=shown(tag))


def _advice(states: int, all_of_them: int) -> str:
    if states:
        return tr("Open it in Snapshots, or look into one of the VM states in it.")
    if all_of_them:
        return tr("They hold disks only: there is no VM state to look into. Open it in Snapshots.")
    return tr("It holds no VM state to look into. Open it in Snapshots.")
