"""Keeping a migration in a file, looking at one that was kept, and at the bytes of one."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from snapmgr.block.replace import check_replace
from snapmgr.migrate.recording import Recording
from snapmgr.migrate.recording_file import SUFFIX, read_recording, write_recording
from snapmgr.snapshots.newfile import NewFile
from snapmgr.work import CancelToken
from ui.isolation import isolated
from ui.shell.context import WindowContext
from ui.shell.documents import Document, DocumentKind
from ui.shell.notices import Tone
from ui.words import tr


def _folder(context: WindowContext) -> Path:
    return Path(str(context.settings.state.get("folder", "") or Path.home()))


def choose_target(context: WindowContext, recording: Recording) -> Path | None:
    """Ask where to; the dialog asks before something is replaced.  None where nothing was chosen."""
    proposed = _folder(context) / f"migration-{recording.outcome.get('status', 'recording')}{SUFFIX}"
    name, _ = QFileDialog.getSaveFileName(context.window, tr("Save the recording"), str(proposed))
    return Path(name) if name else None


def choose_source(context: WindowContext) -> Path | None:
    """Ask which one to open."""
    ours, others = tr("Recordings"), tr("All files")
    kinds = f"{ours} (*{SUFFIX});;{others} (*)"
    name, _ = QFileDialog.getOpenFileName(context.window, tr("Open a recording"), str(_folder(context)), kinds)
    return Path(name) if name else None


async def save(context: WindowContext, recording: Recording, target: Path) -> None:
    """Write it, whole or not at all.  Raises SnapmgrError, OSError."""
    await context.tasks.run_in_worker(_write, recording, target, cancel=CancelToken())
    context.settings.state["folder"] = str(target.parent)
    context.notify(tr("The recording was saved as {name}", name=isolated(target.name)), tone=Tone.DONE)


async def read(context: WindowContext, source: Path) -> Recording:
    """Raises StreamError with the offset of what is wrong, OSError."""
    recording = await context.tasks.run_in_worker(read_recording, source, cancel=CancelToken())
    context.settings.state["folder"] = str(source.parent)
    return recording


async def ask_to_save(context: WindowContext, recording: Recording) -> None:
    """Ask where to, and keep the recording there."""
    target = choose_target(context, recording)
    if target is not None:
        await save(context, recording, target)


async def ask_to_open(context: WindowContext) -> None:
    """Ask which recording, and show it."""
    source = choose_source(context)
    if source is not None:
        await context.documents.show(Document(DocumentKind.RECORDING, (str(source),)))


async def inspect(context: WindowContext, recording: Recording, offset: int | None) -> None:
    """Open what was sent in the Inspector, at ``offset``."""
    document = Document(DocumentKind.STREAM, (str(recording.stream),), fleeting=True, called=tr("Demo migration"))
    await context.documents.show(document)
    page = context.page("inspector")
    if offset is not None and page is not None and (entry := page.palette_offset(f"{offset:X}")) is not None:
        entry.run()


def _write(recording: Recording, target: Path, *, cancel: CancelToken) -> None:
    check_replace(target)
    with NewFile(target, overwrite=True) as new, os.fdopen(os.dup(new.descriptor), "wb") as file:
        write_recording(recording, file, cancel)
