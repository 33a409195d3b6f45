"""What is opened, where it belongs, and what was opened before.  Content decides, never the suffix."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from snapmgr.errors import Unsupported, UsageError
from snapmgr.names import visible_text
from ui.isolation import isolated
from ui.shell import formats
from ui.shell.links import Link, is_link, parse_link
from ui.words import plural, tr

if TYPE_CHECKING:
    from snapmgr.containers.open import Recognised
    from ui.shell.context import WindowContext

_AT_OFFSET = re.compile(r"file:(.*),offset=0x([0-9a-f]{1,16})", re.DOTALL)
"""As ``at_offset`` writes it."""

RECENT = 12
"""Documents that are remembered."""


class DocumentKind(Enum):
    """The value is the view that shows it."""

    STREAM = "inspector"
    DISKS = "snapshots"
    RECORDING = "migration"


@dataclass(frozen=True, slots=True)
class Document:
    """``sources`` are absolute: one SRC of a stream (``/a/vm.mig``, ``/a/disk.qcow2@before``), or the disks of one
    machine, or a recorded migration.  ``fleeting`` ones are gone when the window closes: nobody remembers them."""

    kind: DocumentKind
    sources: tuple[str, ...]
    fleeting: bool = field(default=False, compare=False)
    called: str = field(default="", compare=False)
    """What it is shown as, where its file has no name that means anything."""

    @property
    def label(self) -> str:
        """Its name, fit to be shown."""
        if self.called:
            return self.called
        file, start = _file_of(self.sources[0])
        first = isolated(visible_text(Path(file).name or file))
        if start:
            #: A stream that begins inside a file: guest.bin from byte 1234
            first = tr("{name} from {offset}", name=first, offset=formats.offset(start))
        more = len(self.sources) - 1
        return plural("{name} and {n} more", "{name} and {n} more", more, name=first) if more else first

    @property
    def where(self) -> str:
        """The folder, with the user's own folder as ~."""
        folder = str(Path(_file_of(self.sources[0])[0]).parent)
        home = str(Path.home())
        if folder == home:
            return "~"
        return isolated(visible_text("~" + folder[len(home) :] if folder.startswith(home + os.sep) else folder))

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "sources": list(self.sources)}

    @classmethod
    def from_json(cls, value: Any) -> Document | None:
        """None for anything that is not what ``as_json`` gives."""
        try:
            kind, sources = DocumentKind(value["kind"]), tuple(value["sources"])
        except (KeyError, TypeError, ValueError):
            return None
        return cls(kind, sources) if sources and all(isinstance(item, str) for item in sources) else None


def _file_of(source: str) -> tuple[str, int]:
    """The path in SRC of a document and the byte at which it begins there, without a look at the file."""
    found = _AT_OFFSET.fullmatch(source)
    return (found[1], int(found[2], 16)) if found else (source, 0)


def shown_as(kind: DocumentKind) -> tuple[str, str]:
    """Icon of such a document, and the name of the view that shows it."""
    return {
        DocumentKind.STREAM: ("file-search", tr("Inspector")),
        DocumentKind.DISKS: ("hard-drives", tr("Snapshots")),
        DocumentKind.RECORDING: ("arrows-left-right", tr("Migration")),
    }[kind]


def recognise(sources: list[str]) -> Document:
    """What these files are, by their first bytes.  Runs in a worker.

    Raises NotFound, Unsupported or UsageError, each with what to do.
    """
    from snapmgr.containers.open import Kind, at_offset, split_offset, split_tag
    from snapmgr.containers.open import recognise as recognise_file

    if len(sources) == 1:
        name, start = split_offset(sources[0])
        if start:
            return Document(DocumentKind.STREAM, (at_offset(absolute(name), start),))
        if split_tag(sources[0])[1] is not None:
            return Document(DocumentKind.STREAM, (absolute(sources[0]),))
        if _is_recording(name):
            return Document(DocumentKind.RECORDING, (absolute(name),))
        sources = [name]
    found = {source: recognise_file(Path(source)) for source in sources}
    kinds = {one.kind for one in found.values()}
    if kinds == {Kind.STREAM}:
        if len(sources) > 1:
            said, hint = tr("Several streams cannot be opened at once"), tr("Open them one by one")
            raise UsageError("several-streams", said, hint=hint)
        return Document(DocumentKind.STREAM, (absolute(sources[0]),))
    if Kind.QCOW2 in kinds and Kind.STREAM not in kinds:
        return Document(DocumentKind.DISKS, tuple(absolute(source) for source in sources))
    if Kind.STREAM in kinds:
        said, hint = tr("A stream and other files cannot be opened together"), tr("Open one kind")
        raise UsageError("mixed-files", said, hint=hint)
    if len(sources) == 1 and kinds == {Kind.UNKNOWN} and (inside := _inside(sources[0])) is not None:
        return inside
    raise _refusal(*next(iter(found.items())))


def _inside(name: str) -> Document | None:
    """A stream that begins somewhere in a file which is nothing else.  One of captured channels stands for all of
    them."""
    from snapmgr.containers.capture import capture_around
    from snapmgr.containers.open import at_offset
    from snapmgr.containers.within import stream_within

    path = Path(name)
    folder = capture_around(path)
    if folder is not None:
        return Document(DocumentKind.STREAM, (absolute(str(folder)),))
    start = stream_within(path)
    return Document(DocumentKind.STREAM, (at_offset(absolute(name), start),)) if start is not None else None


def _is_recording(source: str) -> bool:
    """Whether it begins as a recorded migration does; what is wrong with the file is said by whoever opens it."""
    from snapmgr.migrate.recording_file import MAGIC

    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return False
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and os.pread(descriptor, len(MAGIC), 0) == MAGIC
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _refusal(source: str, found: Recognised) -> Unsupported:
    """Why this file is not shown, by what it is."""
    from snapmgr.containers.open import NOT_A_STREAM, Kind

    texts = {
        Kind.EMPTY: tr("The file is empty: QEMU would wait for ever for a stream in it"),
        Kind.FOREIGN_IMAGE: tr(
            "This is a {format} disk image: it cannot hold QEMU’s snapshots",
            format=found.format,
        ),
    }
    text = texts.get(found.kind, tr("This is neither a migration stream nor a qcow2 disk image"))
    hint = tr(
        "Snapmgr opens migration streams (they begin with QEVM; gz, zst and xz too), qcow2 disk images and recorded"
        " migrations"
    )
    qemu = NOT_A_STREAM if found.kind is Kind.UNKNOWN else None
    return Unsupported("not-recognised", text, path=source, hint=hint, qemu=qemu)


def absolute(source: str) -> str:
    return os.path.abspath(source)  # noqa: PTH100  (a tag behind @ is no path, and links stay as they were given)


class Documents(QObject):
    """Opens documents into their views and remembers them."""

    recents_changed = Signal()
    opening = Signal(object)

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context)
        self._context = context

    def recents(self) -> list[Document]:
        stored = self._context.settings.state.get("recent", [])
        found = [Document.from_json(item) for item in stored] if isinstance(stored, list) else []
        return [document for document in found if document is not None][:RECENT]

    def reopen(self, document: Document) -> None:
        """Open what was opened before."""
        self._context.open(*document.sources)

    async def open(self, sources: list[str]) -> Document | None:
        """Recognise and show; a failure is shown as well, and None is returned."""
        try:
            if len(sources) == 1 and is_link(sources[0]):
                return await self._follow(parse_link(sources[0]))
            document = await self._context.tasks.run_in_worker(recognise, sources)
            await self.show(document)
        except Exception as error:
            self._context.fail(error, tr("Not opened"), sources[0])
            return None
        return document

    async def _follow(self, link: Link) -> Document:
        """Open the file of a link, unless it is on show already, and go to its place."""
        document = await self._context.tasks.run_in_worker(recognise, [link.source])
        page = self._context.page(document.kind.value)
        if page is not None and page.document() == document and page.opening() is None:
            self._context.show_view(document.kind.value)
        else:
            await self.show(document)
        page = self._context.page(document.kind.value)
        if page is not None and page.document() == document:
            page.follow(link)
        return document

    async def show(self, document: Document) -> None:
        """Show a document in its view.  Raises what the page's ``open`` raises."""
        self._context.show_view(document.kind.value)
        page = self._context.page(document.kind.value)
        assert page is not None, "the shell builds a page when its view is shown"
        self.opening.emit(document)
        await page.open(document)
        if page.document() == document and not document.fleeting:  # else the page says why it cannot be shown
            self.remember(document)
        self._context.touch()

    def remember(self, document: Document) -> None:
        others = [item for item in self.recents() if item != document]
        self._context.settings.state["recent"] = [item.as_json() for item in [document, *others][:RECENT]]
        self.recents_changed.emit()

    def forget_all(self) -> None:
        self._context.settings.state["recent"] = []
        self.recents_changed.emit()
