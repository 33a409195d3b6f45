"""What differs, as a file: text, JSON as ``snapctl diff --json`` prints it, or a page for a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog

from snapmgr.block.replace import read_from
from snapmgr.errors import UsageError
from ui.compare.comparing import Comparison
from ui.shell.notices import Tone
from ui.shell.whole_file import whole_file
from ui.words import later, tr

if TYPE_CHECKING:
    from ui.compare.page import ComparePage
    from ui.shell.context import WindowContext


class Form(Enum):
    """What the dialog calls it, and what the file name ends in."""

    #: Forms of a report of what differs
    TEXT = (later("Text"), ".txt")
    JSON = (later("JSON, as snapctl diff --json prints it"), ".json")
    HTML = (later("Page for a browser (HTML)"), ".html")

    @property
    def filter(self) -> str:
        return f"{tr(self.value[0])} (*{self.value[1]})"


def document_of(found: Comparison) -> dict[str, Any]:
    """The document of ``snapctl diff --json``."""
    from snapmgr.inspect.diff_report import stream_document
    from snapmgr.snapshots.disk_report import disk_document

    document = stream_document(found.streams)
    if found.disks:
        document["disks"] = [disk_document(disk) for disk in found.disks]
    return document


def report_lines(found: Comparison, names: tuple[str, str], form: Form) -> Iterator[str]:
    """The report, line by line; ``names`` are those of A and B."""
    from snapmgr.inspect.diff_html import html_lines
    from snapmgr.inspect.diff_report import stream_lines
    from snapmgr.snapshots.disk_report import disk_lines

    if form is Form.JSON:
        yield json.dumps(document_of(found), indent=2, ensure_ascii=False)
    elif form is Form.HTML:
        yield from html_lines(*names, document_of(found))
    else:
        yield f"A: {names[0]}"
        yield f"B: {names[1]}"
        if found.streams is not None:
            yield from stream_lines(found.streams, every=True)
        yield from disk_lines(found.disks)


def write_report(found: Comparison, names: tuple[str, str], target: Path, form: Form, read: tuple[str, ...]) -> None:
    """For a worker.  Raises UsageError where ``target`` is one of the files that were compared, InUse, OSError."""
    if read_from(target, [Path(path) for path in read]) is not None:
        raise UsageError("same-file", tr("This file is one of those that were compared"), path=target,
                         hint=tr("Choose another name."))  # fmt: skip
    with whole_file(target) as file:
        for said in report_lines(found, names, form):
            file.write(f"{said}\n".encode("utf-8", "surrogateescape"))


async def save_report(context: WindowContext, page: ComparePage) -> None:
    """Ask where to, and write it."""
    found, pair = page.found, page.pair
    if found is None or pair is None:
        return
    folder = Path(str(context.settings.state.get("export_folder", "")))
    filters = [form.filter for form in Form]
    name, chosen = QFileDialog.getSaveFileName(
        context.window, tr("Export report"), str(folder / "differences.html"), ";;".join(filters), filters[2]
    )
    if not name:
        return
    target = Path(name)
    form = next((one for one in Form if target.suffix == one.value[1]), None)
    if form is None:
        form = next((one for one in Form if one.filter == chosen), Form.TEXT)
    context.settings.state["export_folder"] = str(target.parent)
    names = tuple(side.source or side.name for side in pair.sides)
    read = tuple(path for side in pair.sides for path in side.tags) + tuple(
        str(index.source.path) for index in found.indexes if index.source.path is not None
    )
    try:
        await context.tasks.run_in_worker(write_report, found, (names[0], names[1]), target, form, read)
    except Exception as error:
        context.fail(error, tr("Not exported"), target)
        return
    context.notify(tr("{name} is written", name=target.name), tone=Tone.DONE)
