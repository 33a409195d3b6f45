"""From an error to what a person is told: what did not happen, to which thing, why, what to do, QEMU's text."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

from snapmgr.errors import InUse, SnapmgrError, Truncated
from snapmgr.names import visible_text
from ui.isolation import isolated, steady
from ui.shell import formats
from ui.shell.hints import window_hint
from ui.shell.sentences import sentence
from ui.words import later, tr


@dataclass(frozen=True, slots=True)
class Failure:
    """What is shown of an error.  ``text`` is why, ``hint`` what to do; ``details`` is for a report, with QEMU's text
    or the traceback of a fault of our own; ``code`` is stable."""

    title: str
    text: str
    hint: str = ""
    code: str = ""
    path: str = ""
    offset: int | None = None
    qemu: str = ""
    details: str = ""

    def report(self) -> str:
        """Everything as plain text, for the clipboard."""
        lines = [self.title, self.text, self.hint]
        lines += [tr("File: {path}", path=self.path)] if self.path else []
        lines += [tr("Offset: {offset}", offset=formats.offset(self.offset))] if self.offset is not None else []
        #: The stable name of a fault
        lines += [tr("Code: {code}", code=self.code)] if self.code else []
        lines += [tr("QEMU says: {words}", words=self.qemu)] if self.qemu else []
        return "\n".join(line for line in [*lines, self.details] if line)


def describe(error: BaseException, what: str = "", path: str | Path | None = None) -> Failure:
    """The failure for an error.  ``what`` is what did not happen (``Not opened``), ``path`` the file it was about
    where the error itself does not say."""
    if isinstance(error, SnapmgrError):
        return _ours(error, what, path)
    if isinstance(error, OSError):
        return _system(error, what, path)
    return _bug(error, what, path)


def _name(path: str | Path | None) -> str:
    return isolated(visible_text(Path(path).name or str(path))) if path else ""


def _titled(what: str, name: str) -> str:
    what = what or tr("Not done")
    #: What did not happen, and to which file: Not opened: demo.mig
    return tr("{what}: {name}", what=what, name=name) if name else what


_HINTS: dict[type[BaseException], str] = {
    InUse: later("Its snapshots can be looked at. To change them, end the other process first."),
    Truncated: later("Copy the file again, or save the stream again."),
}


def told(error: BaseException, *, beside: bool = False) -> str:
    """Why, and what to do, as one text; ``beside``: the file's folder stands beside it, so its name is enough."""
    failure = describe(error)
    text = failure.text
    if beside and failure.path:
        text = text.replace(visible_text(failure.path), _name(failure.path))
    return " ".join(part for part in (text, failure.hint) if part)


def _ours(error: SnapmgrError, what: str, path: str | Path | None) -> Failure:
    where = error.path or (str(path) if path else "")
    hint = error.hint or tr(_HINTS.get(type(error), ""))
    return Failure(
        title=_titled(what, _name(where)),
        text=sentence(error.message, (where, Path(where).name)),
        hint=window_hint(error.code, hint),
        code=error.code,
        path=where,
        offset=error.offset,
        qemu=error.qemu or "",
    )


_SYSTEM_HINTS: dict[type[BaseException], str] = {
    FileNotFoundError: later("It may have been moved, renamed or deleted."),
    PermissionError: later("Ask its owner for the right to read it, or open it as another user."),
    IsADirectoryError: later("Open one of the files in it."),
}


def _system(error: OSError, what: str, path: str | Path | None) -> Failure:
    where = str(error.filename or path or "")
    return Failure(
        title=_titled(what, _name(where)),
        text=sentence(error.strerror or str(error)),
        hint=tr(_SYSTEM_HINTS.get(type(error), "")),
        code=type(error).__name__,
        path=where,
    )


def _bug(error: BaseException, what: str, path: str | Path | None) -> Failure:
    code = type(error).__name__
    return Failure(
        title=_titled(what, _name(path)),
        text=tr("This is a fault in Snapmgr itself: {error}.", error=steady(visible_text(str(error))) or code),
        hint=tr("Nothing was written to your files. Copy the details and report them."),
        code=code,
        path=str(path) if path else "",
        details="".join(traceback.format_exception(error)),
    )
